/**
 * Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that
 * it outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package
 * of the same name under another key gets a directory of its own. Development packages, whose keys change with every
 * build, share one owner called `development`.
 */
import {readFileSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {isAbsolute} from 'node:path'
import type {Environment} from './base.ts'
import {makeDirectory} from './make-directory.ts'
import {safeName} from './places.ts'

export interface DataOwner {
  readonly name: string
  readonly development: boolean
  /** 64 hex digits. */
  readonly publicKey: string
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

function claim(directory: string, {development, name, publicKey}: DataOwner): string {
  const owner = development ? 'development' : publicKey
  const own = `${directory}/${safeName(name)}`
  if (ownerOf(own, owner) === owner) return own
  const other = `${own}-${development ? 'development' : publicKey.slice(0, 8)}`
  ownerOf(other, owner)
  return other
}

/** Whose the directory is; the asker's when it was nobody's. */
function ownerOf(path: string, asker: string): string {
  try {
    return readFileSync(`${path}/owner`, 'latin1').trim()
  } catch {
    makeDirectory(path, 0o700)
    try {
      writeFileSync(`${path}/owner`, `${asker}\n`, {flag: 'wx', mode: 0o600})
      return asker
    } catch {
      return readFileSync(`${path}/owner`, 'latin1').trim()
    }
  }
}

function homeOf(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
