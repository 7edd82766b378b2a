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

/** Data that belonged to a key becomes another's, in every place where it may lie. Gives the directories that changed hands. */
export function adoptAppData(env: Environment, base: string, name: string, from: string, to: string): readonly string[] {
  const places = [...parents(env, base)].map((parent) => `${parent}/appdata/${safeName(name)}`)
  return places.filter((place) => readOwner(place) === from).map((place) => adopt(place, to))
}

function claim(directory: string, {development, name, predecessors, publicKey}: DataOwner): string {
  const owner = development ? 'development' : publicKey
  const own = `${directory}/${safeName(name)}`
  const found = ownerOf(own, owner)
  if (found === owner) return own
  const before = development ? [] : predecessors()
  if (before.includes(found)) return adopt(own, owner)
  const other = `${own}-${development ? 'development' : publicKey.slice(0, 8)}`
  if (!exists(other)) takeOver(own, before, other, owner)
  ownerOf(other, owner)
  return other
}

/** The directory that a key had for itself, because the first one was never its. */
function takeOver(own: string, before: readonly string[], other: string, owner: string): void {
  const key = before.find((key) => readOwner(`${own}-${key.slice(0, 8)}`) === key)
  if (key !== undefined) renameSync(adopt(`${own}-${key.slice(0, 8)}`, owner), other)
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
