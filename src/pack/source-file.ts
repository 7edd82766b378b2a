/**
 * The bytes of one file on their way into a slot: exactly as many as were counted, and none of them a private key. Read
 * straight into a room that the caller owns, and synchronously, because ten thousand small files cost more in promises
 * and buffers than in reading.
 */
import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import {packErrors} from './errors.ts'
import {keyScanner} from './private-key.ts'

export interface SourceFile {
  /** Reads on into the room from `at`, as far as there is room; gives the number of bytes, 0 at the end of the file. */
  fill(room: Uint8Array, at: number): number
  close(): void
}

/** Throws FlavorError when the file is unreadable, is not `size` bytes long any more or changes meanwhile; `fill` also when it holds a private key. */
export function openSourceFile(path: string, size: number): SourceFile {
  const fd = open(path)
  const holdsKey = keyScanner()
  const before = fstatSync(fd, {bigint: true})
  let done = 0
  // Another content of the same size shows in the times, of which nobody can set the second back.
  const requireUnchanged = (): void => {
    const {ctimeNs, mtimeNs, size: now} = fstatSync(fd, {bigint: true})
    if (now !== BigInt(size) || mtimeNs !== before.mtimeNs || ctimeNs !== before.ctimeNs) throw packErrors.changed(path)
  }
  return {
    close: () => closeSync(fd),
    fill: (room, at) => {
      if (done === 0 || done === size) requireUnchanged()
      const wanted = Math.min(size - done, room.length - at)
      if (wanted === 0) return 0
      const count = read(fd, path, room.subarray(at, at + wanted), done)
      if (count === 0) throw packErrors.changed(path)
      if (holdsKey(room.subarray(at, at + count))) throw packErrors.privateKey(path)
      done += count
      return count
    },
  }
}

function read(fd: number, path: string, room: Uint8Array, position: number): number {
  try {
    return readSync(fd, room, 0, room.length, position)
  } catch (error) {
    throw packErrors.unreadable(path, error)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw packErrors.unreadable(path, error)
  }
}
