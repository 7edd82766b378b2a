/**
 * Pins: the key of a package's name as it was when the name was first seen, a file each in the user's directory
 * (SPEC.md, 21). A pin appears whole or not at all, and of several that are made at once the first stays.
 */
import {createHash} from 'node:crypto'
import {lstatSync, readdirSync, statSync, unlinkSync} from 'node:fs'
import {dirname} from 'node:path'
import {codeOf} from '../unpack/system-error.ts'
import {placeFile, replaceFile} from '../workenv/atomic-file.ts'
import {makeDirectory} from '../workenv/make-directory.ts'
import {safeName} from '../workenv/places.ts'
import {linesOf, readPolicyFile, unreliable} from './policy.ts'
import {parseKeyWords} from './trusted-keys.ts'

export interface Pin {
  /** 64 lower-case hex digits. */
  readonly key: string
  /** The package's name, as far as it could be written down. */
  readonly name: string
  readonly file: string
}

/** `user` is the user's directory of policy files. */
export function pinFile(user: string, name: string): string {
  return `${user}/pins/${safeName(name)}-${createHash('sha256').update(name, 'utf8').digest('hex').slice(0, 12)}`
}

/** Undefined when it is not there. Throws EFLAVOR_POLICY. */
export function readPin(file: string): Pin | undefined {
  const text = readPolicyFile(file, 'user')
  if (text === undefined) return undefined
  const [line, another] = linesOf(text)
  if (line === undefined || another !== undefined)
    throw unreliable(file, `a pin is one line; ${line ? 'there are more' : 'there is none'}`, `rm ${file}`)
  const {comment, key} = parseKeyWords(line.text, `${file}:${line.line}`)
  return {file, key, name: comment}
}

/** `taken`: somebody else's is there. `failed`: nothing can be written there, or not by this user. */
export function makePin(user: string, name: string, key: string): 'failed' | 'made' | 'taken' {
  if (!isStore(`${user}/pins`)) return 'failed'
  try {
    placeFile(pinFile(user, name), pinText(name, key), 0o644)
    return 'made'
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? 'taken' : 'failed'
  }
}

function isStore(directory: string): boolean {
  try {
    if (!isOwn(directory)) return false
    makeDirectory(directory, 0o700)
    return true
  } catch {
    return false
  }
}

/** Throws what the system says. */
export function replacePin(user: string, name: string, key: string): void {
  const file = pinFile(user, name)
  makeDirectory(dirname(file), 0o700)
  replaceFile(file, pinText(name, key), 0o644)
}

/** Gives its path; undefined when there is none, or only one of another key. One that says nothing sensible may go as well. */
export function removePin(user: string, name: string, key: string | undefined): string | undefined {
  const file = pinFile(user, name)
  if (lstatSync(file, {throwIfNoEntry: false}) === undefined) return undefined
  if (key !== undefined && readPin(file)?.key !== key) return undefined
  unlinkSync(file)
  return file
}

/** Paths of all pins, sorted. */
export function pinFiles(user: string): readonly string[] {
  try {
    const names = readdirSync(`${user}/pins`).filter((name) => /-[0-9a-f]{12}$/.test(name))
    return names.sort().map((name) => `${user}/pins/${name}`)
  } catch {
    return []
  }
}

/** Does the nearest directory that is there belong to this user? What root leaves in the home of somebody else, its owner cannot change. */
export function isOwn(directory: string): boolean {
  const stat = statSync(directory, {throwIfNoEntry: false})
  if (stat === undefined && dirname(directory) !== directory) return isOwn(dirname(directory))
  return process.platform === 'win32' || stat?.uid === process.geteuid?.()
}

function pinText(name: string, key: string): string {
  const readable = name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')
  return `ed25519 ${Buffer.from(key, 'hex').toString('base64')} ${readable}\n`
}
