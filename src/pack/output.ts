/** The file that a package is written to: nobody ever sees half a package, and only a package is ever replaced. */
import {closeSync, existsSync, openSync} from 'node:fs'
import {chmod, type FileHandle, open, rename} from 'node:fs/promises'
import {openFileSource} from '../format/file-source.ts'
import {unframeIndex} from '../format/index-block.ts'
import {trailerSize} from '../format/registry.ts'
import {beside} from '../partial.ts'
import {codeOf} from '../unpack/system-error.ts'
import {packErrors} from './errors.ts'

/**
 * Runs `write` on a new file, `look` on the path where it stands meanwhile, and moves it to `path`, mode 0755. Gives what
 * `look` made of it. Throws FlavorError EFLAVOR_OUTPUT.
 */
export async function writeOutput<W, T>(
  path: string,
  write: (file: FileHandle) => Promise<W>,
  look: (partial: string, written: W) => Promise<T>,
): Promise<T> {
  requireReplaceable(path)
  return asOutputError(path, () =>
    beside(path, async (partial) => {
      createEmpty(partial)
      const file = await open(partial, 'r+')
      const result = await write(file)
        .then((written) => lookWhileStored(file, () => look(partial, written)))
        .finally(() => file.close())
      await chmod(partial, 0o755)
      await rename(partial, path)
      return result
    }),
  )
}

/** At once: a file that a thread makes may come to be after a signal's undoing has looked for it. */
function createEmpty(path: string): void {
  closeSync(openSync(path, 'wx', 0o700))
}

/**
 * On the disk before it has its name: a power cut leaves the package that was there before, or this one, never an empty
 * file. The disk takes its time, in which the file can be read from memory.
 */
async function lookWhileStored<T>(file: FileHandle, look: () => Promise<T>): Promise<T> {
  const [stored, seen] = await Promise.allSettled([file.datasync(), look()])
  if (seen.status === 'rejected') throw seen.reason
  if (stored.status === 'rejected') throw stored.reason
  return seen.value
}

/** A package may be replaced; any other file of that name was somebody's work. */
function requireReplaceable(path: string): void {
  if (existsSync(path) && !endsAsPackage(path)) throw packErrors.output(path, 'something that is not a package is already there')
}

function endsAsPackage(path: string): boolean {
  try {
    const source = openFileSource(path)
    try {
      return unframeIndex(source.read(Math.max(0, source.size - trailerSize), Math.min(source.size, trailerSize))) !== undefined
    } finally {
      source.close()
    }
  } catch {
    return false
  }
}

async function asOutputError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      EACCES: 'permission denied',
      EDQUOT: 'the quota is used up',
      EEXIST: 'a part of its path is not a directory',
      EISDIR: 'it is a directory',
      ENAMETOOLONG: 'its name is too long',
      ENOSPC: 'the disk is full',
      ENOTDIR: 'a part of its path is not a directory',
      EROFS: 'the file system is read-only',
    }
    const reason = reasons[codeOf(error) ?? '']
    throw reason === undefined ? error : packErrors.output(path, reason)
  }
}
