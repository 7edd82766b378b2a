/**
 * What is done to the files of a project to change them, one system call after the other, and how each is undone. An operation is written
 * into the journal before any is carried out; undoing looks at what is there, so it does no harm to what was not done, or is undone already.
 *
 * Old files are kept in the transaction's directory, and not as copies: what comes back is the same file. What somebody else has written over a
 * new file is theirs: it stays, and the old one is put into `.flavour-saved`.
 */
import {chmodSync, linkSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {codeOf} from '../unpack/system-error.ts'
import {directoryBelow, isConfined} from './confined.ts'
import {type Content, contentAt, ifThere, sameContent} from './content.ts'
import {changeErrors} from './errors.ts'
import {ancestors} from './paths.ts'

export type Operation =
  | {readonly act: 'chmod'; readonly path: string; readonly before: number; readonly after: number}
  | {readonly act: 'mkdir'; readonly path: string; readonly mode: number}
  | {readonly act: 'place'; readonly path: string; readonly id: number; readonly made: Identity; readonly replaces: boolean}
  | {readonly act: 'remove'; readonly path: string; readonly id: number}
  | {readonly act: 'rmdir'; readonly path: string; readonly mode: number}

/** Tells a file from any that takes its place; numbers that JSON cannot hold, as text. */
export interface Identity {
  readonly ino: string
  readonly mtime: string
  readonly size: string
}

/** The project, and the directory of the transaction: `new/<id>` and `old/<id>` lie there. */
export interface Places {
  readonly root: string
  readonly directory: string
}

export const savedName = '.flavour-saved'

export function identityOf(place: string): Identity | undefined {
  const stat = ifThere(() => lstatSync(place, {bigint: true}))
  return stat && {ino: `${stat.ino}`, mtime: `${stat.mtimeNs}`, size: `${stat.size}`}
}

// --- done -------------------------------------------------------------------------------------------------------------

/** `before`: what the path must hold still. */
export function carryOut(places: Places, operation: Operation, before: Content | undefined): void {
  const {path} = operation
  if (!isConfined(places.root, path)) throw changeErrors.changedMeanwhile(path)
  try {
    act(places, operation, before)
  } catch (error) {
    if (['EEXIST', 'ENOENT', 'ENOTDIR', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw changeErrors.changedMeanwhile(path)
    throw changeErrors.system(error, `change ${path}`)
  }
}

function act(places: Places, operation: Operation, before: Content | undefined): void {
  const place = join(places.root, operation.path)
  if (operation.act === 'mkdir') {
    mkdirSync(place)
    setMode(place, operation.mode)
  } else if (operation.act === 'rmdir') rmdirSync(place)
  else if (operation.act === 'chmod') setMode(place, operation.after)
  else replace(places, operation, before)
}

function replace({directory, root}: Places, operation: Operation & {act: 'place' | 'remove'}, before: Content | undefined): void {
  const {id, path} = operation
  const [place, backup] = [join(root, path), join(directory, 'old', `${id}`)]
  if (!sameContent(contentAt(place, path), before)) throw changeErrors.changedMeanwhile(path)
  if (operation.act === 'remove') renameSync(place, backup)
  else {
    if (operation.replaces) keep(place, backup, before)
    renameSync(join(directory, 'new', `${id}`), place)
  }
}

/** A second name, so that the path is never without a file; where that cannot be, the file moves away. */
function keep(place: string, backup: string, before: Content | undefined): void {
  if (before?.kind !== 'file' || !hasSecondName(place, backup)) renameSync(place, backup)
}

function hasSecondName(place: string, backup: string): boolean {
  try {
    linkSync(place, backup)
    return true
  } catch {
    return false
  }
}

/** Bits that a directory has from the one above it stay. */
function setMode(place: string, mode: number): void {
  chmodSync(place, (lstatSync(place).mode & 0o7000) | mode)
}

// --- undone -----------------------------------------------------------------------------------------------------------

/** Gives the place to which an old file went because another has its own. */
export function undo(places: Places, operation: Operation): string | undefined {
  const place = join(places.root, operation.path)
  if (operation.act === 'place' || operation.act === 'remove') return restore(places, operation)
  if (!isConfined(places.root, operation.path)) return undefined
  if (operation.act === 'mkdir') return removeEmpty(place)
  if (operation.act === 'rmdir') return remake(place, operation.mode)
  const there = directoryBelow(places.root, operation.path)
  if (there !== undefined && (there.mode & 0o777) === operation.after) setMode(place, operation.before)
  return undefined
}

function restore({directory, root}: Places, operation: Operation & {act: 'place' | 'remove'}): string | undefined {
  const {id, path} = operation
  const [place, backup] = [join(root, path), join(directory, 'old', `${id}`)]
  const confined = isConfined(root, path)
  const [now, old] = [confined ? identityOf(place) : undefined, identityOf(backup)]
  const isOurs = operation.act === 'place' && now !== undefined && isSame(now, operation.made)
  if (operation.act === 'place' && !operation.replaces && isOurs) unlinkSync(place)
  // It never left, or is back.
  if (old === undefined || now?.ino === old.ino) return undefined
  if (!confined || (now !== undefined && !isOurs)) return save(root, path, backup)
  renameSync(backup, place)
  return undefined
}

function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.mtime === b.mtime && a.size === b.size
}

/** Never into what somebody else has there, nor through a link. */
function save(root: string, path: string, backup: string): string {
  let within = savedName
  for (let number = 1; isTaken(root, within, path); number++) within = `${savedName}.${number}`
  const place = join(root, within, path)
  mkdirSync(dirname(place), {recursive: true})
  renameSync(backup, place)
  return join(within, path)
}

function isTaken(root: string, within: string, path: string): boolean {
  const above = ancestors(`${within}/${path}`).map((parent) => ifThere(() => lstatSync(join(root, parent))))
  return above.some((stat) => stat !== undefined && !stat.isDirectory()) || identityOf(join(root, within, path)) !== undefined
}

function removeEmpty(place: string): undefined {
  try {
    rmdirSync(place)
  } catch (error) {
    // Somebody else's files are in it by now, or it never was.
    if (!['EEXIST', 'ENOENT', 'ENOTDIR', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error
  }
}

function remake(place: string, mode: number): undefined {
  const there = ifThere(() => lstatSync(place))
  if (there === undefined) mkdirSync(place)
  if ((there === undefined || there.isDirectory()) && lstatSync(place).mode !== mode) chmodSync(place, mode & 0o7777)
}
