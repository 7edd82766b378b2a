/**
 * Configuration, which is the user's to change (SPEC.md, 15): the data of the application has a copy of each file, and the
 * sum that it had when a package brought it. Whether the user has changed it can be told from that, so a new version
 * replaces what nobody has touched and leaves the rest. A work environment has links to the copies.
 */
import {randomBytes} from 'node:crypto'
import {chmodSync, constants, copyFileSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync} from 'node:fs'
import {dirname} from 'node:path'
import type {SlotMetadata} from '../format/metadata.ts'
import {replaceFile} from './atomic-file.ts'
import {fileDigestSync} from './file-digest.ts'

/** `left`: it stays in the work environment. */
export type ConfigurationAction = 'kept' | 'left' | 'new' | 'replaced'

/** Path → SHA-256 in hex. */
type Sums = ReadonlyMap<string, string>

interface Settled {
  readonly path: string
  readonly action: ConfigurationAction
  /** To be recorded. */
  readonly sum?: string
}

/** Its files are the user's to change. */
export function isConfiguration({exact, lifecycle, purpose}: SlotMetadata): boolean {
  return exact !== undefined && (lifecycle === 'eager' || lifecycle === 'persistent') && purpose === 'configuration'
}

/** `files` lie below `root`, and stay there where the data cannot have them. */
export function settleConfiguration(
  data: string | undefined,
  root: string,
  files: readonly string[],
  tell: (path: string, action: ConfigurationAction) => void,
): void {
  if (files.length === 0) return
  const sums = data === undefined ? undefined : readSums(data)
  const settled = files.toSorted(byBytes).map((path) => settle(data, root, path, sums))
  const recorded = data !== undefined && record(data, settled)
  for (const {action, path, sum} of settled) {
    const stays =
      action === 'left' || (sum !== undefined && !recorded) || !attempt(() => putLink(copyOf(data ?? '', path), `${root}/${path}`))
    tell(path, stays ? 'left' : action)
  }
}

/** Brings the copy up to date. Without sums that can be relied on nothing is done. */
function settle(data: string | undefined, root: string, path: string, sums: Sums | undefined): Settled {
  const left = {action: 'left', path} as const
  if (data === undefined || sums === undefined || path.includes('\n')) return left
  try {
    const [file, copy] = [`${root}/${path}`, copyOf(data, path)]
    makePlace(data, path)
    const found = lstatSync(copy, {throwIfNoEntry: false})
    if (found && !found.isFile()) return left
    const sum = fileDigestSync(file)
    const there = found && fileDigestSync(copy)
    if (there !== undefined && there !== sum && there !== sums.get(path)) return {action: 'kept', path}
    requireLinks(root)
    writeCopy(file, copy)
    return {action: found ? 'replaced' : 'new', path, sum}
  } catch {
    return left
  }
}

function copyOf(data: string, path: string): string {
  return `${data}/config/${path}`
}

/** The directories that the copy lies in. Throws where one of them is a link, or something else. */
function makePlace(data: string, path: string): void {
  const names = dirname(`config/${path}`).split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const directory = `${data}/${names.slice(0, depth).join('/')}`
    if (lstatSync(directory, {throwIfNoEntry: false})?.isDirectory()) continue
    mkdirSync(directory, 0o700)
  }
}

/** A copy that nothing leads to would be of no use. */
function requireLinks(root: string): void {
  const trial = `${root}/.flavor/link`
  symlinkSync('link', trial)
  rmSync(trial)
}

function writeCopy(file: string, copy: string): void {
  const draft = `${copy}.${randomBytes(6).toString('hex')}.new`
  try {
    copyFileSync(file, draft, constants.COPYFILE_EXCL)
    chmodSync(draft, (lstatSync(file).mode & 0o777) | 0o200)
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, {force: true})
    throw error
  }
}

function putLink(copy: string, file: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`
  symlinkSync(copy, draft)
  renameSync(draft, file)
}

// --- the sums --------------------------------------------------------------------------------------------------------

/** Lines that are none say nothing. Undefined where the list is a link, or cannot be read. */
function readSums(data: string): Sums | undefined {
  const path = sumsPath(data)
  try {
    const found = lstatSync(path, {throwIfNoEntry: false})
    if (!found) return new Map()
    if (!found.isFile()) return undefined
    const lines = readFileSync(path, 'utf8').split('\n')
    return new Map(lines.flatMap((line) => (/^[0-9a-f]{64} {2}./.test(line) ? [[line.slice(66), line.slice(0, 64)] as const] : [])))
  } catch {
    return undefined
  }
}

/** Read again, since another version may have recorded its own meanwhile. False when it cannot be written. */
function record(data: string, settled: readonly Settled[]): boolean {
  const before = readSums(data)
  if (before === undefined) return false
  const after = new Map(before)
  for (const {path, sum} of settled) if (sum !== undefined) after.set(path, sum)
  const isSame = after.size === before.size && [...after].every(([path, sum]) => before.get(path) === sum)
  return isSame || attempt(() => replaceFile(sumsPath(data), textOf(after), 0o600))
}

function textOf(sums: Sums): string {
  const lines = [...sums].toSorted(([a], [b]) => byBytes(a, b))
  return lines.map(([path, sum]) => `${sum}  ${path}\n`).join('')
}

function sumsPath(data: string): string {
  return `${data}/config.sums`
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
