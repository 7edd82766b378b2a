/**
 * A directory as it will stand in a slot: a sorted list of entries with everything that could differ between two
 * machines taken out. Bytewise sorted names, no owners, no times, no hard links; modes 0644 or 0755 by the owner's x
 * bit unless they are to be kept. What no target could reproduce is an error here rather than a surprise there:
 * special files and names that are not UTF-8. Names that collide, and links that lead out, are for `places.ts` to find.
 */
import {lstatSync, readdirSync, readlinkSync, type Stats, statSync} from 'node:fs'
import {join, posix} from 'node:path'
import {packErrors} from './errors.ts'
import type {Exclude, Reason} from './exclude.ts'

export interface TreeEntry {
  /** Relative to the work environment, `/` between names, no trailing slash: `app/index.js`. */
  readonly path: string
  /** On this machine. */
  readonly source: string
  readonly kind: 'directory' | 'file' | 'symlink'
  /** Bytes; 0 for anything but a file. */
  readonly size: number
  readonly mode: number
  /** Only of a symlink. */
  readonly link: string
}

export interface Tree {
  readonly entries: readonly TreeEntry[]
  /** Paths relative to the source that the excludes left out; a directory stands for all in it. */
  readonly excluded: readonly string[]
  readonly warnings: readonly string[]
}

export interface TreeOptions {
  /** Where the tree's root lies in the work environment; `''` is the work environment itself. */
  readonly target: string
  readonly keepModes: boolean
  readonly excludes: Exclude
}

interface Walk extends TreeOptions {
  readonly entries: TreeEntry[]
  readonly excluded: string[]
  readonly root: string
  readonly warnings: string[]
}

/** Throws FlavorError for what cannot be packed, naming the path. */
export function readTree(root: string, options: TreeOptions): Tree {
  const walk: Walk = {...options, entries: [], excluded: [], root, warnings: []}
  if (options.target !== '') walk.entries.push(directoryEntry(options.target, root, statOf(root, statSync), walk))
  visit(walk, '')
  walk.entries.sort((a, b) => compareBytewise(a.path, b.path))
  return walk
}

/** Order of UTF-8 bytes, which is not that of UTF-16 units. */
function compareBytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** What became of a name: an entry, nothing by rule, or nothing because packing made it. */
type Outcome = Reason | 'entry'

/** True when all there was in the directory was made by packing. */
function visit(walk: Walk, below: string): boolean {
  const outcomes = namesIn(join(walk.root, below)).map((name) => visitName(walk, posix.join(below, name)))
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'output')
}

function visitName(walk: Walk, relative: string): Outcome {
  const source = join(walk.root, relative)
  const stat = statOf(source, lstatSync)
  const reason = walk.excludes(relative, source, stat)
  if (reason !== undefined) {
    walk.excluded.push(relative)
    return reason
  }
  return stat.isDirectory() ? visitDirectory(walk, relative, source, stat) : addEntry(walk, relative, source, stat)
}

/** A directory that holds nothing but earlier outputs was made for them: a second pack gives what the first one gave. */
function visitDirectory(walk: Walk, relative: string, source: string, stat: Stats): Outcome {
  const count = walk.entries.push(directoryEntry(posix.join(walk.target, relative), source, stat, walk))
  if (!visit(walk, relative)) return 'entry'
  walk.entries.length = count - 1
  return 'output'
}

function addEntry(walk: Walk, relative: string, source: string, stat: Stats): 'entry' {
  const path = posix.join(walk.target, relative)
  if (stat.isSymbolicLink()) {
    walk.entries.push({kind: 'symlink', link: linkAt(source), mode: 0o755, path, size: 0, source})
  } else if (stat.isFile()) {
    walk.entries.push({kind: 'file', link: '', mode: modeOf(stat, source, walk), path, size: stat.size, source})
  } else {
    throw packErrors.specialFile(source)
  }
  return 'entry'
}

function directoryEntry(path: string, source: string, stat: Stats, {keepModes}: TreeOptions): TreeEntry {
  return {kind: 'directory', link: '', mode: keepModes ? stat.mode & 0o777 : 0o755, path, size: 0, source}
}

function modeOf(stat: Stats, source: string, {keepModes, warnings}: Walk): number {
  if ((stat.mode & 0o7000) !== 0) warnings.push(`${source}: setuid, setgid and sticky bits are dropped`)
  if (keepModes) return stat.mode & 0o777
  return (stat.mode & 0o100) === 0 ? 0o644 : 0o755
}

function linkAt(source: string): string {
  const link = readlinkSync(source, {encoding: 'buffer'})
  const text = link.toString('utf8')
  if (!Buffer.from(text).equals(link)) throw packErrors.nameNotUtf8(`${source} -> ${text}`)
  return text
}

function namesIn(directory: string): readonly string[] {
  return bytesIn(directory).map((name) => {
    const text = name.toString('utf8')
    if (!Buffer.from(text).equals(name)) throw packErrors.nameNotUtf8(join(directory, text))
    return text
  })
}

function bytesIn(directory: string): readonly Buffer[] {
  try {
    return readdirSync(directory, {encoding: 'buffer'})
  } catch (error) {
    throw packErrors.unreadable(directory, error)
  }
}

function statOf(path: string, stat: (path: string) => Stats): Stats {
  try {
    return stat(path)
  } catch (error) {
    throw packErrors.unreadable(path, error)
  }
}
