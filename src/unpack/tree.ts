/**
 * A directory that is being filled, and the rule that nothing of it lands elsewhere. Every path is relative, made of
 * plain names; symlinks are created by `finish`, after all files of all slots, so that no write can pass through one;
 * a link whose target would leave the directory is refused. Directories get their own modes last, so that one without
 * write permission can still be filled.
 *
 * Throws EFLAVOR_CONFINED for a path or link that would leave, EFLAVOR_DISK_FULL when the disk or a quota is full, and
 * EFLAVOR_IO for everything else the system refuses. What was written until then is the caller's to remove.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import {PackageError} from '../format/errors.ts'
import {limits} from '../format/registry.ts'
import {staysInside} from './links.ts'
import {systemError} from './system-error.ts'

export interface FileSink {
  write(bytes: Uint8Array): void
  close(): void
}

export interface Tree {
  readonly root: string
  directory(path: string, mode: number): void
  file(path: string, mode: number): FileSink
  hardlink(path: string, target: string): void
  /** A file that `make` creates under the name it is given, with whatever mode it has. */
  place(path: string, size: number, make: (to: string) => void): void
  symlink(path: string, target: string): void
  /** Creates the symlinks and sets the directories' modes. Gives the regular files with their sizes, in the order written. */
  finish(): ReadonlyMap<string, number>
}

/** One on a disk. */
export interface DiskTree extends Tree {
  /** The regular files so far, with their sizes, in the order written. */
  readonly files: ReadonlyMap<string, number>
}

interface State {
  readonly root: string
  readonly umask: number
  /** Directories known to exist, and the mode each gets at the end where one was asked for. */
  readonly directories: Map<string, number | undefined>
  readonly files: Map<string, number>
  readonly symlinks: Map<string, string>
}

/** `root` must exist. */
export function createTree(root: string): DiskTree {
  const state: State = {directories: new Map([['', undefined]]), files: new Map(), root, symlinks: new Map(), umask: process.umask()}
  const guarded =
    <A extends readonly unknown[], R>(work: (state: State, path: string, ...rest: A) => R) =>
    (path: string, ...rest: A): R => {
      try {
        return work(state, confinedPath(path), ...rest)
      } catch (error) {
        throw systemError(error, `write ${path}`)
      }
    }
  return {
    directory: guarded(addDirectory),
    file: guarded(openFile),
    files: state.files,
    finish: () => finish(state),
    hardlink: guarded(addHardlink),
    place: guarded(placeFile),
    root,
    symlink: guarded(addSymlink),
  }
}

/** `./a//b/` → `a/b`. Throws EFLAVOR_CONFINED for absolute paths, `..`, and what the launcher keeps for itself. */
export function confinedPath(path: string): string {
  if (path.length > limits.tarPath)
    throw new PackageError('EFLAVOR_TAR', `a path of ${path.length} characters; ${limits.tarPath} is the most`)
  if (path.startsWith('/') || path.includes('\0')) throw leaves(path)
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw leaves(path)
  if (names[0] === '.flavor') throw new PackageError('EFLAVOR_CONFINED', `${JSON.stringify(path)} is the launcher's own`)
  return names.join('/')
}

function addDirectory(state: State, path: string, mode: number): void {
  makeDirectory(state, path)
  state.directories.set(path, mode)
}

/** The directory and those above it, each a real one. */
function makeDirectory(state: State, path: string): void {
  if (state.directories.has(path)) return
  makeDirectory(state, parentOf(path))
  if (state.symlinks.has(path)) throw new PackageError('EFLAVOR_CONFINED', `${path} is a link and cannot hold files`)
  const full = `${state.root}/${path}`
  try {
    mkdirSync(full, 0o755)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (!lstatSync(full).isDirectory()) throw new PackageError('EFLAVOR_CONFINED', `${path} is no directory and cannot hold files`)
  }
  state.directories.set(path, undefined)
}

function openFile(state: State, path: string, mode: number): FileSink {
  makeDirectory(state, parentOf(path))
  const permissions = mode & 0o777
  const fd = createFile(state, path, permissions)
  if ((permissions & state.umask) !== 0) fchmodSync(fd, permissions)
  let size = 0
  return {
    close() {
      closeSync(fd)
      state.files.set(path, size)
    },
    write(bytes) {
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done)
      } catch (error) {
        throw systemError(error, `write ${path}`)
      }
      size += bytes.length
    },
  }
}

/** A later member of the same name replaces an earlier one, and never writes into what a hard link shares. */
function createFile(state: State, path: string, mode: number): number {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
  if (state.symlinks.delete(path) || state.files.delete(path)) rmSync(`${state.root}/${path}`, {force: true})
  return openSync(`${state.root}/${path}`, flags, mode)
}

function placeFile(state: State, path: string, size: number, make: (to: string) => void): void {
  makeDirectory(state, parentOf(path))
  if (state.symlinks.delete(path) || state.files.delete(path)) rmSync(`${state.root}/${path}`, {force: true})
  make(`${state.root}/${path}`)
  state.files.set(path, size)
}

function addHardlink(state: State, path: string, target: string): void {
  const from = confinedPath(target)
  const size = state.files.get(from)
  if (size === undefined) throw new PackageError('EFLAVOR_CONFINED', `${path} is a hard link to ${target}, which is no file of the package`)
  if (from === path) return
  makeDirectory(state, parentOf(path))
  if (state.files.delete(path)) unlinkSync(`${state.root}/${path}`)
  linkOrCopy(`${state.root}/${from}`, `${state.root}/${path}`)
  state.symlinks.delete(path)
  state.files.set(path, size)
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    copyFileSync(from, to, constants.COPYFILE_EXCL)
  }
}

function addSymlink(state: State, path: string, target: string): void {
  if (path === '' || target === '') throw leaves(path)
  makeDirectory(state, parentOf(path))
  if (state.directories.has(path)) throw new PackageError('EFLAVOR_CONFINED', `${path} is a directory and a link at once`)
  if (state.files.delete(path)) unlinkSync(`${state.root}/${path}`)
  state.symlinks.set(path, target)
}

function finish(state: State): ReadonlyMap<string, number> {
  for (const [path, target] of state.symlinks) {
    if (!staysInside(path, target, (at) => linkAt(state, at))) throw leavesBy(path, target)
  }
  for (const [path, target] of state.symlinks) attempt(path, () => symlinkSync(target, `${state.root}/${path}`))
  const deepestFirst = [...state.directories].sort(([a], [b]) => b.length - a.length)
  for (const [path, mode] of deepestFirst) {
    if (path === '' || mode === undefined || mode === (0o755 & ~state.umask)) continue
    attempt(path, () => chmodSync(`${state.root}/${path}`, mode & 0o777))
  }
  return state.files
}

/** Among the links that are to be made, and those already on disk. */
function linkAt(state: State, path: string): string | undefined {
  const planned = state.symlinks.get(path)
  if (planned !== undefined || state.directories.has(path) || state.files.has(path)) return planned
  try {
    return readlinkSync(`${state.root}/${path}`)
  } catch {
    return undefined
  }
}

function attempt(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw systemError(error, `write ${path}`)
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function leaves(path: string): PackageError {
  return new PackageError('EFLAVOR_CONFINED', `${JSON.stringify(path)} would leave the work environment`)
}

function leavesBy(path: string, target: string): PackageError {
  return new PackageError('EFLAVOR_CONFINED', `${path} is a link to ${JSON.stringify(target)}, which would leave the work environment`)
}
