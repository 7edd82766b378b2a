/**
 * A sample of a slot, to find out whether compressing it is worth the while: up to a mebibyte of what is in its files, in pieces spread
 * evenly over all of it, so that it depends on the content alone.
 */
import {closeSync, openSync, readSync} from 'node:fs'
import {packErrors} from './errors.ts'
import type {TreeEntry} from './tree.ts'

const pieceSize = 64 * 1024
const pieces = 16

/** `size` bytes in all; `sample` some of them, in order. */
export interface Sampled {
  readonly sample: Uint8Array
  readonly size: number
}

export function sampleBytes(bytes: Uint8Array): Sampled {
  const parts = offsets(bytes.length).map((at) => bytes.subarray(at, at + pieceSize))
  return {sample: Buffer.concat(parts), size: bytes.length}
}

/** As if the files stood one behind the other. */
export function sampleFiles(entries: readonly TreeEntry[]): Sampled {
  const files = entries.filter(({kind, size}) => kind === 'file' && size > 0)
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return {sample: Buffer.concat(offsets(size).flatMap((at) => [...partsAt(files, at)])), size}
}

function offsets(size: number): readonly number[] {
  if (size <= pieces * pieceSize) return Array.from({length: Math.ceil(size / pieceSize)}, (_, index) => index * pieceSize)
  return Array.from({length: pieces}, (_, index) => Math.floor((index * (size - pieceSize)) / (pieces - 1)))
}

/** One piece, which may lie in several files. */
function* partsAt(files: readonly TreeEntry[], at: number): Generator<Uint8Array> {
  let begin = 0
  for (const {size, source} of files) {
    const [from, to] = [Math.max(at, begin), Math.min(at + pieceSize, begin + size)]
    if (from < to) yield readPart(source, from - begin, to - from)
    begin += size
    if (begin >= at + pieceSize) return
  }
}

function readPart(path: string, at: number, size: number): Uint8Array {
  const room = Buffer.alloc(size)
  try {
    const fd = openSync(path, 'r')
    try {
      return room.subarray(0, readSync(fd, room, 0, size, at))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw packErrors.unreadable(path, error)
  }
}
