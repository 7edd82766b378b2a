/**
 * A tree as a tar stream: ustar headers, pax ones only where a name is long or not ASCII or a file larger than 8 GiB,
 * every time the same (uid and gid 0, no names, the given time), two zero blocks at the end. So the size of the stream
 * is known before it is made.
 */
import {Header} from 'tar/header'
import {Pax} from 'tar/pax'
import {align} from '../format/bytes.ts'
import {gather, type Piece} from './gather.ts'
import type {TreeEntry} from './tree.ts'

const blockSize = 512
const endOfArchive = new Uint8Array(2 * blockSize)
const types = {directory: 'Directory', file: 'File', symlink: 'SymbolicLink'} as const

/** Length in bytes of what `tarStream` gives. */
export function tarSize(entries: readonly TreeEntry[], mtime: Date): number {
  return entries.reduce((sum, entry) => sum + tarHeader(entry, mtime).length + align(entry.size, blockSize), endOfArchive.length)
}

/** A chunk is valid only until the next one is asked for. */
export function tarStream(entries: readonly TreeEntry[], mtime: Date): Generator<Uint8Array> {
  return gather(tarPieces(entries, mtime))
}

function* tarPieces(entries: readonly TreeEntry[], mtime: Date): Generator<Piece> {
  for (const entry of entries) {
    yield tarHeader(entry, mtime)
    if (entry.kind !== 'file') continue
    yield {path: entry.source, size: entry.size}
    yield endOfArchive.subarray(0, align(entry.size, blockSize) - entry.size)
  }
  yield endOfArchive
}

function tarHeader(entry: TreeEntry, mtime: Date): Uint8Array {
  const path = entry.kind === 'directory' ? `${entry.path}/` : entry.path
  const header = new Header({
    gid: 0,
    linkpath: entry.link,
    mode: entry.mode,
    mtime,
    path,
    size: entry.size,
    type: types[entry.kind],
    uid: 0,
  })
  const block = Buffer.alloc(blockSize)
  if (!header.encode(block)) return block
  const pax = new Pax({linkpath: entry.link === '' ? undefined : entry.link, mtime, path, size: entry.size} as ConstructorParameters<
    typeof Pax
  >[0])
  return Buffer.concat([pax.encode(), block])
}
