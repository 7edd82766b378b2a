/**
 * The stamp: the last file written into a generation, and the proof that it is whole. It names the package by the
 * SHA-256 of its signed metadata and the boot of the machine during which it was written: files that were not yet on
 * the disk when the power went are caught by comparing sizes once after each boot.
 */
import {lstatSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {uptime} from 'node:os'
import {layoutVersion} from '../format/registry.ts'

export interface Stamp {
  readonly layout: number
  /** SHA-256 of the signed metadata, in hex. */
  readonly metadata: string
  readonly boot: string
  readonly name: string
  readonly version: string
  /** In bytes, of the regular files. */
  readonly size: number
  /** Keys of the shared slots that are part of it. */
  readonly shared: readonly string[]
  /** Paths in it that the command names; every start makes sure that they are there. */
  readonly needs: readonly string[]
}

const day = 24 * 3600 * 1000

/** Names the current boot; where the system has no name for it, the second it began. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return `at ${Math.round(Date.now() / 1000 - uptime())}`
  }
}

export function sameBoot(a: string, b: string): boolean {
  if (a === b) return true
  return a.startsWith('at ') && b.startsWith('at ') && Math.abs(Number(a.slice(3)) - Number(b.slice(3))) < 10
}

/** Undefined when there is none, or none of this layout. */
export function readStamp(generation: string): Stamp | undefined {
  try {
    const stamp = JSON.parse(readFileSync(stampPath(generation), 'utf8')) as Stamp
    return stamp.layout === layoutVersion ? stamp : undefined
  } catch {
    return undefined
  }
}

/** Whole or not at all. */
export function writeStamp(generation: string, stamp: Omit<Stamp, 'layout'>): void {
  const path = stampPath(generation)
  try {
    writeFileSync(`${path}.${process.pid}`, JSON.stringify({layout: layoutVersion, ...stamp}), {mode: 0o644})
    renameSync(`${path}.${process.pid}`, path)
  } catch (error) {
    rmSync(`${path}.${process.pid}`, {force: true})
    throw error
  }
}

/** When the generation was last started, to the day. */
export function lastUsed(generation: string): Date {
  return statSync(stampPath(generation)).mtime
}

export function touchStamp(generation: string): void {
  try {
    const now = Date.now()
    if (now - statSync(stampPath(generation)).mtimeMs > day) utimesSync(stampPath(generation), now / 1000, now / 1000)
  } catch {
    // A base directory that cannot be written to is used as it is.
  }
}

/** Path and size. */
export type FileList = readonly (readonly [path: string, size: number])[]

export function writeFileList(path: string, files: ReadonlyMap<string, number>): void {
  writeFileSync(path, JSON.stringify([...files]), {mode: 0o644})
}

/** Undefined when it cannot be read. */
export function readFileList(path: string): FileList | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FileList
  } catch {
    return undefined
  }
}

/** True when each file of the list is there and has its size. */
export function agreesWithList(list: string, root: string): boolean {
  try {
    const files = readFileList(list)
    return files !== undefined && haveSizes(files, root)
  } catch {
    return false
  }
}

/** Throws for one that is not there. */
export function haveSizes(files: FileList, root: string): boolean {
  return files.every(([path, size]) => lstatSync(`${root}/${path}`).size === size)
}

/** Of those that are there now, and regular files. */
export function sizesNow(root: string, paths: Iterable<string>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const path of paths) {
    const stat = lstatSync(`${root}/${path}`, {throwIfNoEntry: false})
    if (stat?.isFile()) sizes.set(path, stat.size)
  }
  return sizes
}

export function stampPath(generation: string): string {
  return `${generation}/.flavor/stamp`
}

export function filesPath(generation: string): string {
  return `${generation}/.flavor/files`
}

export function livePath(generation: string): string {
  return `${generation}/.flavor/live`
}
