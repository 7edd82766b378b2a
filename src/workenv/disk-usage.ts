/**
 * What deleting would give back. A file with several names, as shared slots have, counts where the last of its names
 * goes, and not at all while one is left elsewhere. What a file system shares below the names (reflinks) nobody can tell.
 */
import {lstatSync, readdirSync} from 'node:fs'

export interface DiskUsage {
  /** Bytes that are free once this goes as well as all that was added before. */
  add(path: string): number
}

export function createDiskUsage(): DiskUsage {
  const seen = new Map<string, number>()
  const add = (path: string): number => {
    const stat = lstatSync(path, {throwIfNoEntry: false})
    if (stat === undefined) return 0
    if (stat.isDirectory()) return namesIn(path).reduce((sum, name) => sum + add(`${path}/${name}`), 0)
    if (!stat.isFile()) return 0
    if (stat.nlink < 2) return stat.size
    const inode = `${stat.dev} ${stat.ino}`
    const names = (seen.get(inode) ?? 0) + 1
    seen.set(inode, names)
    return names === stat.nlink ? stat.size : 0
  }
  return {add}
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
