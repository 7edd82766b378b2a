/**
 * Accepting the key of a package in place of the one that is pinned for its name: the user's answer to a refusal. The
 * package must be sound in every respect but that; what the application stored under the old key is then the new one's.
 */
import {type FileSource, openFileSource} from './format/file-source.ts'
import {checkSignature} from './format/signature.ts'
import {openSoundFor} from './opening.ts'
import {decideByLists, type Subject, subjectOf} from './trust/decision.ts'
import {trustErrors} from './trust/errors.ts'
import {isOwn, pinFile, readPin, replacePin} from './trust/pins.ts'
import {type Environment, policyPlaces} from './trust/policy.ts'
import {adoptAppData} from './workenv/app-data.ts'
import {findBase} from './workenv/base.ts'

export interface Acceptance {
  readonly name: string
  readonly key: string
  /** The key that was pinned before; null when none was. */
  readonly replaced: string | null
  /** The pin; or the list in which the key stands, so that no pin is asked. */
  readonly file: string
  /** Directory of the application's data that was the old key's; null when there was none. */
  readonly data: string | null
}

/** Throws PackageError for a package that is not sound, FlavorError when its key cannot be pinned. */
export function acceptPackage(path: string, env: Environment): Acceptance {
  const source = openFileSource(path)
  try {
    return accept(soundSubject(source, path), env)
  } finally {
    source.close()
  }
}

function soundSubject(source: FileSource, path: string): Subject {
  const opened = openSoundFor(`accept ${path}`, source, checkSignature)
  return subjectOf(opened, {check: checkSignature, path, signed: true})
}

function accept(subject: Subject, env: Environment): Acceptance {
  const {development, key, name, path} = subject
  const places = policyPlaces(env)
  const listed = decideByLists(places, subject)
  if (listed?.file !== undefined) return {data: null, file: listed.file, key, name, replaced: null}
  if (development) throw trustErrors.development(path, name)
  if (places.user === undefined) throw trustErrors.noHome()
  const file = pinFile(places.user, name)
  const old = readPin(file)?.key
  if (old === key) return {data: null, file, key, name, replaced: null}
  pin(places.user, file, subject)
  const owner = {development, name, predecessors: () => (old === undefined ? [] : [old]), publicKey: key}
  return {data: adoptAppData(env, findBase(env), owner) ?? null, file, key, name, replaced: old ?? null}
}

function pin(user: string, file: string, {key, name}: Subject): void {
  if (!isOwn(`${user}/pins`)) throw trustErrors.notOwn(user)
  try {
    replacePin(user, name, key)
  } catch (error) {
    throw trustErrors.write(file, error, false)
  }
}
