/**
 * What is at a path of a project: a file, a link or a directory. Bytes of what is on the disk stay there until somebody reads them; two
 * contents are compared by mode and digest.
 */
import {createHash} from 'node:crypto'
import {closeSync, lstatSync, openSync, readlinkSync, readSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {codeOf} from '../unpack/system-error.ts'
import {changeErrors} from './errors.ts'

export type Content = DirectoryContent | FileContent | LinkContent

/** Directories come and go with what is in them. Of their own they are changes only when they are empty, or when their mode is another. */
export interface DirectoryContent {
  readonly kind: 'directory'
  readonly mode: number
}

export interface FileContent {
  readonly kind: 'file'
  readonly mode: number
  readonly size: number
  /** SHA-256 of the bytes, in hex. */
  readonly digest: string
  /** The file on the disk that holds them; undefined when they are in memory. */
  readonly source: string | undefined
  read(): Promise<Uint8Array>
}

export interface LinkContent {
  readonly kind: 'link'
  readonly target: string
}

/** Undefined is nothing there. Paths are relative to the root of the project, with `/`. */
export interface Change {
  readonly path: string
  readonly before: Content | undefined
  readonly after: Content | undefined
}

/** Bytes in memory; of the mode that a new file gets unless another is given. */
export function fileContent(bytes: Uint8Array, mode = 0o666 & ~process.umask()): FileContent {
  return {digest: digestBytes(bytes), kind: 'file', mode, read: async () => bytes, size: bytes.length, source: undefined}
}

export function digestBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What is on the disk, no link followed. Throws EFLAVOR_REFUSED for what is neither file, link nor directory; `name` is for messages. */
export function contentAt(place: string, name: string): Content | undefined {
  const stat = lstatSync(place, {throwIfNoEntry: false})
  if (stat === undefined) return undefined
  if (stat.isSymbolicLink()) return {kind: 'link', target: readlinkSync(place)}
  if (stat.isDirectory()) return {kind: 'directory', mode: stat.mode & 0o777}
  if (!stat.isFile()) throw changeErrors.special(name)
  return {...digestOf(place), kind: 'file', mode: stat.mode & 0o7777, read: () => readFile(place), source: place}
}

export function sameContent(a: Content | undefined, b: Content | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target
  if (b.kind === 'link' || a.kind !== b.kind || a.mode !== b.mode) return false
  return a.kind === 'directory' || (b.kind === 'file' && a.digest === b.digest)
}

/** In chunks, whatever the size. */
function digestOf(path: string): {readonly digest: string; readonly size: number} {
  const [fd, hash, chunk] = [openSync(path, 'r'), createHash('sha256'), Buffer.allocUnsafe(1 << 16)]
  try {
    let size = 0
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
      hash.update(chunk.subarray(0, read))
      size += read
    }
    return {digest: hash.digest('hex'), size}
  } finally {
    closeSync(fd)
  }
}

/** For what may be gone, or lie below something that is no directory. */
export function ifThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
    return undefined
  }
}
