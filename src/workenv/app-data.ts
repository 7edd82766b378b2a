/**
 * Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that
 * it outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package
 * of the same name under another key gets a directory of its own, unless the other key handed the name over to it: then
 * it takes over the data as well. Development packages, whose keys change with every build, share one owner called
 * `development`.
 */
import {lstatSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {isAbsolute} from 'node:path'
import {replaceFile} from './atomic-file.ts'
import type {Environment} from './base.ts'
import {makeDirectory} from './make-directory.ts'
import {safeName} from './places.ts'

export interface DataOwner {
  readonly name: string
  readonly development: boolean
  /** 64 hex digits. */
  readonly publicKey: string
  /** The keys that handed the name over to this one; asked for only where data is another's. */
  predecessors(): readonly string[]
}

/** Made if need be. Undefined when no directory can hold it. */
export function openAppData(env: Environment, base: string, owner: DataOwner): string | undefined {
  for (const parent of parents(env, base)) {
    try {
      return claim(`${parent}/appdata`, owner)
    } catch {
      // The next one, then.
    }
  }
  return undefined
}

function* parents(env: Environment, base: string): Generator<string> {
  if (env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) yield `${env.XDG_DATA_HOME}/flavor`
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homeOf()
  if (home) yield `${home}/.local/share/flavor`
  yield base
}

/** The data of former keys becomes this one's, without making any. Gives its directory, if there was some. */
export function adoptAppData(env: Environment, base: string, owner: DataOwner): string | undefined {
  for (const parent of parents(env, base)) {
    const adopted = inherit(`${parent}/appdata/${safeName(owner.name)}`, owner)
    if (adopted !== undefined) return adopted
  }
  return undefined
}

function claim(directory: string, owner: DataOwner): string {
  const word = owner.development ? 'development' : owner.publicKey
  const own = `${directory}/${safeName(owner.name)}`
  if (ownerOf(own, word) === word) return own
  const inherited = owner.development ? undefined : inherit(own, owner)
  if (inherited !== undefined) return inherited
  const other = `${own}-${owner.development ? 'development' : owner.publicKey.slice(0, 8)}`
  ownerOf(other, word)
  return other
}

/** The first directory, or the one that a former key had because the first was never its. */
function inherit(own: string, {predecessors, publicKey}: DataOwner): string | undefined {
  const [before, holder] = [predecessors(), readOwner(own)]
  if (holder !== undefined && before.includes(holder)) return adopt(own, publicKey)
  const other = `${own}-${publicKey.slice(0, 8)}`
  if (holder === publicKey || exists(other)) return undefined
  const former = before.find((key) => readOwner(`${own}-${key.slice(0, 8)}`) === key)
  if (former === undefined) return undefined
  renameSync(adopt(`${own}-${former.slice(0, 8)}`, publicKey), other)
  return other
}

function adopt(path: string, owner: string): string {
  replaceFile(`${path}/owner`, `${owner}\n`, 0o600)
  return path
}

/** Whose the directory is; the asker's when it was nobody's. */
function ownerOf(path: string, asker: string): string {
  const found = readOwner(path)
  if (found !== undefined) return found
  makeDirectory(path, 0o700)
  try {
    writeFileSync(`${path}/owner`, `${asker}\n`, {flag: 'wx', mode: 0o600})
    return asker
  } catch {
    return readFileSync(`${path}/owner`, 'latin1').trim()
  }
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(`${path}/owner`, 'latin1').trim()
  } catch {
    return undefined
  }
}

function exists(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false}) !== undefined
}

function homeOf(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
