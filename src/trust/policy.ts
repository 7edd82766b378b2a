/**
 * The files from which a machine's policy comes: where they lie, whether they can be relied on, and the settings of
 * `launcher.conf` (SPEC.md, 21). A file that is not there says nothing; one that cannot be understood, or that somebody
 * else may have written, is an error, because a policy must not be passed over. Nothing in a package moves them.
 */
import {isUtf8} from 'node:buffer'
import {closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync} from 'node:fs'
import {userInfo} from 'node:os'
import {dirname, isAbsolute} from 'node:path'
import {PackageError} from '../format/errors.ts'
import {codeOf} from '../unpack/system-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type Owner = 'system' | 'user'

/** The two directories that hold policy files. */
export interface PolicyPlaces {
  readonly system: string
  /** Undefined for a user who has no home. */
  readonly user: string | undefined
}

const levels = {trust: ['first-use', 'known'], validation: ['none', 'standard', 'strict']} as const

export type Trust = (typeof levels.trust)[number]
export type Validation = (typeof levels.validation)[number]

/** A line of a `launcher.conf`. */
export interface Setting {
  readonly key: string
  readonly value: string
  readonly file: string
  readonly line: number
}

export interface Policy {
  readonly places: PolicyPlaces
  readonly trust: Trust
  /** The least that a start may ask for. */
  readonly validation: Validation
  readonly settings: readonly Setting[]
}

const largest = 1024 * 1024

export function policyPlaces(env: Environment): PolicyPlaces {
  if (process.platform === 'win32') {
    const [system, user] = [absolute(env.ProgramData), absolute(env.APPDATA)]
    return {system: `${system ?? 'C:\\ProgramData'}\\flavor`, user: user && `${user}\\flavor`}
  }
  const home = absolute(env.HOME)
  const config = absolute(env.XDG_CONFIG_HOME) ?? (home ?? passwordHome())?.concat('/.config')
  return {system: '/etc/flavor', user: config && `${config}/flavor`}
}

/** Throws EFLAVOR_POLICY. */
export function readPolicy(places: PolicyPlaces): Policy {
  const system = readSettingsFile(`${places.system}/launcher.conf`, 'system')
  const settings = places.user === undefined ? system : [...system, ...readSettingsFile(`${places.user}/launcher.conf`, 'user')]
  return {places, settings, trust: strictest('trust', settings), validation: strictest('validation', settings)}
}

/** What `FLAVOR_VALIDATION` comes to: a word that nobody knows is `standard`, and a wish below the policy's least is raised. */
export function raisedValidation(wish: string | undefined, {validation}: Policy): Validation {
  const known: readonly string[] = levels.validation
  const word = wish?.toLowerCase() ?? ''
  const wanted = known.indexOf(known.includes(word) ? word : 'standard')
  return levels.validation[Math.max(wanted, known.indexOf(validation))] as Validation
}

/** The text of a policy file; undefined when it is not there. Never waits, whatever stands in its place. Throws EFLAVOR_POLICY. */
export function readPolicyFile(path: string, owner: Owner): string | undefined {
  if (!isThere(path, owner)) return undefined
  const fd = openPolicyFile(path)
  if (fd === undefined) return undefined
  try {
    requireReliable(fstatSync(fd), path)
    const bytes = readAtMost(fd, largest + 1)
    if (bytes.length > largest) throw unreliable(path, `it is larger than ${largest} bytes`)
    if (!isUtf8(bytes)) throw unreliable(path, 'it is not UTF-8')
    return bytes.toString('utf8')
  } finally {
    closeSync(fd)
  }
}

/** `where` is a file, or a file and a line: `/etc/flavor/trusted_keys:3`. */
export function unreliable(where: string, reason: string, hint = `look at ${where}`): PackageError {
  return new PackageError('EFLAVOR_POLICY', `${where} cannot be relied on: ${reason}`, {hint})
}

/** Each line with its number from 1, without what ends it; lines that say nothing are left out. */
export function linesOf(text: string): readonly {readonly line: number; readonly text: string}[] {
  if (text === '') return []
  const lines = text.split('\n').map((line, index) => ({line: index + 1, text: line.replace(/\r$/, '')}))
  return lines.filter(({text}) => /^[ \t]*[^ \t#]/.test(text))
}

export function readSettingsFile(file: string, owner: Owner): readonly Setting[] {
  return linesOf(readPolicyFile(file, owner) ?? '').flatMap(({line, text}) => {
    const [, key, value] = /^[ \t]*([^= \t]+)[ \t]*=[ \t]*(.*?)[ \t]*$/s.exec(text) ?? []
    if (key === undefined || value === undefined) return []
    requireKnown(key, value, `${file}:${line}`)
    return [{file, key, line, value}]
  })
}

function requireKnown(key: string, value: string, where: string): void {
  if (key !== 'trust' && key !== 'validation') return
  const known: readonly string[] = levels[key]
  if (!known.includes(value)) throw unreliable(where, `${key} is ${JSON.stringify(value)}, not one of ${known.join(', ')}`)
}

function strictest<Key extends 'trust' | 'validation'>(key: Key, settings: readonly Setting[]): (typeof levels)[Key][number] {
  const known: readonly string[] = levels[key]
  const said = settings.filter((setting) => setting.key === key).map(({value}) => known.indexOf(value))
  return levels[key][Math.max(0, ...said)] as (typeof levels)[Key][number]
}

/** Asked before it is opened, because for a file that is not there, as most are not, an exception costs more than the question. */
function isThere(path: string, owner: Owner): boolean {
  try {
    return statSync(path, {throwIfNoEntry: false}) !== undefined
  } catch (error) {
    // What lies in the home of somebody else says nothing to this user, who may not even look.
    if (codeOf(error) === 'ENOTDIR' || (codeOf(error) === 'EACCES' && owner === 'user')) return false
    throw unreadable(path, error)
  }
}

function openPolicyFile(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unreadable(path, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'it is a link that leads in circles',
  ENXIO: 'it is no file',
}

function unreadable(path: string, error: unknown): PackageError {
  return unreliable(path, `it cannot be read: ${reasons[codeOf(error) ?? ''] ?? (error as Error).message}`)
}

function requireReliable(stat: Stats, path: string): void {
  if (!stat.isFile()) throw unreliable(path, 'it is no file')
  if (process.platform === 'win32') return
  if (!isReliableOwner(stat.uid, path))
    throw unreliable(path, `it belongs to user ${stat.uid}, neither to root nor to you`, 'set HOME to a directory of yours')
  if ((stat.mode & 0o022) !== 0) throw unreliable(path, 'others may write to it', `chmod go-w ${path}`)
}

/** For root, who may have kept the home of somebody else, also the one whose directory it is. */
function isReliableOwner(owner: number, path: string): boolean {
  const user = process.geteuid?.()
  return owner === 0 || owner === user || (user === 0 && owner === statSync(dirname(path)).uid)
}

function readAtMost(fd: number, most: number): Buffer {
  const chunks: Buffer[] = []
  for (let size = 0; size < most; ) {
    const room = Buffer.allocUnsafe(4096)
    const count = readSync(fd, room, 0, Math.min(room.length, most - size), null)
    if (count === 0) break
    chunks.push(room.subarray(0, count))
    size += count
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

function passwordHome(): string | undefined {
  try {
    return absolute(userInfo().homedir)
  } catch {
    return undefined
  }
}
