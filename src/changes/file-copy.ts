/**
 * Copies small files: by reference where the file system can, else by reading and writing.
 *
 * Not with Node's copyFile where it cannot: that truncates the new file first, which ext4 takes for a file that is replaced, and brings to the
 * disk as soon as it is closed. A thousand files cost seconds then, and as many again when the copy is removed a moment later.
 */
import {closeSync, constants, copyFileSync, fchmodSync, openSync, readFileSync, type Stats, statSync, writeSync} from 'node:fs'

/** `stat` is the source's. */
export type CopySmallFile = (source: string, target: string, stat: Stats) => void

/** File systems that have shown that they know no references. */
const without = new Set<number>()

/** For copies into `directory`, and below it. */
export function smallFileCopier(directory: string): CopySmallFile {
  const {dev: here} = statSync(directory)
  return (source, target, {dev, mode}) => {
    if (dev === here && !without.has(dev) && refer(source, target)) return
    if (dev === here) without.add(dev)
    rewrite(source, target, mode & 0o7777)
  }
}

/** Did it work? A reason that has nothing to do with references comes up again. */
function refer(source: string, target: string): boolean {
  try {
    copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  }
}

function rewrite(source: string, target: string, mode: number): void {
  const bytes = readFileSync(source)
  const file = openSync(target, 'wx', mode)
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
    fchmodSync(file, mode)
  } finally {
    closeSync(file)
  }
}
