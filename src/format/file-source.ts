/** A package in a file: reads through one descriptor, so that what was checked is what is used, whatever happens to the path. */
import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import type {ByteSource} from './bytes.ts'
import {PackageError} from './errors.ts'

export interface FileSource extends ByteSource {
  readonly fd: number
  close(): void
}

/** Throws EFLAVOR_IO when the file cannot be opened or is not a regular file. */
export function openFileSource(path: string): FileSource {
  try {
    return fileSource(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), path)
  } catch (error) {
    if (error instanceof PackageError) throw error
    throw new PackageError('EFLAVOR_IO', `open ${path}: ${reason(error)}`, {cause: error})
  }
}

/** Takes over an open descriptor, and closes one that it refuses; `path` is only for messages. */
export function fileSource(fd: number, path: string): FileSource {
  const stat = fstatSync(fd)
  if (!stat.isFile()) {
    closeSync(fd)
    throw new PackageError('EFLAVOR_IO', `open ${path}: not a regular file`)
  }
  const read: ByteSource['read'] = (position, length, room) =>
    readExactly(fd, path, position, room?.subarray(0, length) ?? new Uint8Array(length))
  return {close: () => closeSync(fd), fd, read, size: stat.size}
}

function readExactly(fd: number, path: string, position: number, bytes: Uint8Array): Uint8Array {
  const {length} = bytes
  for (let done = 0; done < length; ) {
    const count = readSync(fd, bytes, done, length - done, position + done)
    if (count === 0)
      throw new PackageError('EFLAVOR_IO', `read ${path}: ${length} bytes wanted at ${position}, the file ends at ${position + done}`)
    done += count
  }
  return bytes
}

function reason(error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException
  const known: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    ENOENT: 'no such file',
    ENOTDIR: 'no such file',
  }
  return known[code ?? ''] ?? message
}
