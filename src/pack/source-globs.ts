/**
 * What a list of globs finds, as a directory: each file at its path relative to the manifest. Files are linked where the file system
 * can, so that packing reads the very files of the project and notices when one of them changes.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  type Stats,
  symlinkSync,
} from 'node:fs'
import {join, posix, relative, sep} from 'node:path'
import {found} from '../project/globs.ts'
import type {PlannedSource} from '../project/plan.ts'
import {packErrors} from './errors.ts'
import {type Exclude, excluder} from './exclude.ts'
import type {ProvidedSource} from './source.ts'

interface Gathering {
  readonly root: string
  readonly into: string
  readonly excludes: Exclude
  readonly excluded: Set<string>
  /** Paths that are there by now; of directories their modes, which they get last: one without w has to be filled first. */
  readonly there: Map<string, number | undefined>
}

/** `into` is an empty directory. Throws FlavorError for what cannot be packed. */
export function gatheredSource(
  {globs, path: root}: PlannedSource & {readonly kind: 'globs'},
  exclude: readonly string[],
  into: string,
): ProvidedSource {
  const gathering: Gathering = {excluded: new Set(), excludes: excluder(exclude), into, root, there: new Map([['.', undefined]])}
  for (const glob of globs) for (const path of foundBelow(root, glob)) gather(gathering, path)
  for (const [path, mode] of [...gathering.there].reverse()) if (mode !== undefined) chmodSync(join(into, path), mode)
  return {
    excluded: [...gathering.excluded],
    original: (path) => (path.startsWith(into + sep) ? join(root, relative(into, path)) : path),
    path: into,
  }
}

function foundBelow(root: string, glob: string): readonly string[] {
  try {
    return found(root, glob)
  } catch (error) {
    throw packErrors.unreadable((error as NodeJS.ErrnoException).path ?? root, error)
  }
}

function gather(gathering: Gathering, path: string): void {
  const {root, there} = gathering
  if (!enter(gathering, posix.dirname(path))) return
  const [from, stat] = [join(root, path), lookAt(gathering, path)]
  if (stat?.isDirectory() && enter(gathering, path)) {
    for (const name of attempt(from, (directory) => readdirSync(directory))) gather(gathering, posix.join(path, name))
  } else if (stat && !stat.isDirectory() && !there.has(path)) {
    there.set(path, undefined)
    take(from, join(gathering.into, path), stat)
  }
}

/** Makes the directory and those above it; false when one of them stays out. */
function enter(gathering: Gathering, directory: string): boolean {
  const {into, there} = gathering
  if (there.has(directory)) return true
  const stat = enter(gathering, posix.dirname(directory)) ? lookAt(gathering, directory) : undefined
  if (stat === undefined) return false
  mkdirSync(join(into, directory))
  there.set(directory, stat.isDirectory() ? stat.mode & 0o777 : 0o755)
  return true
}

/** Undefined for what stays out. */
function lookAt({excluded, excludes, root}: Gathering, path: string): Stats | undefined {
  const from = join(root, path)
  const stat = attempt(from, (file) => lstatSync(file))
  if (excludes(path, from, stat) === undefined) return stat
  excluded.add(path)
  return undefined
}

function take(from: string, to: string, stat: Stats): void {
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else if (stat.isFile()) linkOrCopy(from, to)
  else throw packErrors.specialFile(from)
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    attempt(from, () => copyFileSync(from, to, constants.COPYFILE_FICLONE))
  }
}

function attempt<T>(path: string, look: (path: string) => T): T {
  try {
    return look(path)
  } catch (error) {
    throw packErrors.unreadable(path, error)
  }
}
