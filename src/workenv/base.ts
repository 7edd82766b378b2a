/**
 * The base directory, below which everything flavor leaves on a machine lies: the first that works of `FLAVOR_CACHE`,
 * `$XDG_CACHE_HOME/flavor`, `~/.cache/flavor`, the same below the password file's home, `/var/tmp/flavor-<uid>`, and
 * `%LOCALAPPDATA%\flavor` on Windows.
 *
 * Work environments are code that will be run, so `workenvs/` must belong to the user or to root and be writable by
 * nobody else; a directory that is not so is passed over, never repaired.
 */
import {accessSync, constants, lstatSync, mkdtempSync, readFileSync, realpathSync} from 'node:fs'
import {tmpdir, userInfo} from 'node:os'
import {dirname, isAbsolute, resolve} from 'node:path'
import {PackageError} from '../format/errors.ts'
import {codeOf} from '../unpack/system-error.ts'
import {makeDirectory} from './make-directory.ts'
import {workenvsOf} from './places.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Each place that may be the base, the preferred first, without looking at any of them. */
export function* baseCandidates(env: Environment): Generator<string> {
  if (env.FLAVOR_CACHE) yield resolve(env.FLAVOR_CACHE)
  if (process.platform === 'win32') {
    if (env.LOCALAPPDATA) yield `${env.LOCALAPPDATA}\\flavor`
    return
  }
  if (absolute(env.XDG_CACHE_HOME)) yield `${env.XDG_CACHE_HOME}/flavor`
  if (absolute(env.HOME)) yield `${env.HOME}/.cache/flavor`
  const home = passwordHome()
  if (home !== undefined && home !== env.HOME) yield `${home}/.cache/flavor`
  yield temporaryBase()
}

/** A place that was looked at. */
export interface Candidate {
  /** As it was named. */
  readonly path: string
  /** Its real path, when it can be used. */
  readonly base?: string
  /** Why it cannot. */
  readonly problem?: string
}

/** Bases that hold work environments which may be used, and those that do not, as far as the one where `openBase` would make a new one. */
export function* existingBases(env: Environment): Generator<Candidate> {
  for (const path of baseCandidates(env)) {
    const problem = problemOf(path)
    yield problem === undefined ? {base: realpathSync.native(path), path} : {path, problem: words[problem] ?? problem}
    if ((problem === undefined || problem === 'ENOENT') && isWritable(workenvsOf(path)) && !isNoexec(path)) return
  }
}

/** The base directory as it is, for commands that only look: the first that exists, else the first that could. */
export function findBase(env: Environment): string {
  for (const {base} of existingBases(env)) if (base !== undefined) return base
  const [first] = baseCandidates(env)
  return first ?? temporaryBase()
}

/**
 * The real path of a base directory that can be written to, made if need be. Directories mounted noexec are used only when there is no
 * other. Throws EFLAVOR_BASE_DIRECTORY, naming each place and what is wrong with it, and EFLAVOR_DISK_FULL.
 */
export function openBase(env: Environment, observe: (candidate: Candidate) => void = () => {}): string {
  const problems: string[] = []
  const use = (path: string): string => {
    const base = realpathSync.native(path)
    observe({base, path})
    return base
  }
  let inert: string | undefined
  for (const path of baseCandidates(env)) {
    const problem = prepare(path)
    if (problem === undefined && !isNoexec(path)) return use(path)
    if (problem === undefined) inert ??= path
    else problems.push(`${path}: ${problem}`)
    observe({path, problem: problem ?? 'it is mounted noexec'})
  }
  if (inert !== undefined) return use(inert)
  throw new PackageError('EFLAVOR_BASE_DIRECTORY', `no directory can hold the package's files (${problems.join('; ')})`)
}

/** A base for one run, when there is no other; its maker deletes it. Undefined when even that cannot be made. */
export function openPrivateBase(): string | undefined {
  try {
    const base = realpathSync.native(mkdtempSync(`${tmpdir()}/flavor-`))
    makeDirectory(workenvsOf(base), 0o700)
    return base
  } catch {
    return undefined
  }
}

/** True when programs in this directory cannot be started because of how it is mounted. Asked of Linux only. */
export function isNoexec(path: string): boolean {
  try {
    const real = `${realpathSync(path)}/`
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
    const holding = mounts.filter(
      ([, , , , point]) => point !== undefined && real.startsWith(point === '/' ? '/' : `${unescapeOctal(point)}/`),
    )
    const nearest = holding.reduce((best, mount) => ((mount[4] ?? '').length >= (best[4] ?? '').length ? mount : best), [] as string[])
    return (nearest[5] ?? '').split(',').includes('noexec')
  } catch {
    return false
  }
}

/** Of a path that does not exist: whether it could be made. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch (error) {
    return codeOf(error) === 'ENOENT' && path !== dirname(path) && isWritable(dirname(path))
  }
}

/** Makes what is missing and says in a few words what stands in the way. */
function prepare(base: string): string | undefined {
  try {
    makeDirectory(base, 0o700)
    if (base === temporaryBase() && !isOwnAndPrivate(base)) return 'it is not this user’s alone'
    makeDirectory(workenvsOf(base), 0o700)
    const problem = problemOf(base)
    if (problem === undefined) accessSync(workenvsOf(base), constants.W_OK | constants.X_OK)
    return problem
  } catch (error) {
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT')
      throw new PackageError('EFLAVOR_DISK_FULL', `make ${workenvsOf(base)}: no space left on the disk`, {cause: error})
    return words[codeOf(error) ?? ''] ?? (error as Error).message
  }
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'a file is in the way',
  ENOENT: 'it cannot be made',
  ENOTDIR: 'a part of the path is no directory',
  EROFS: 'the file system is read-only',
}

function problemOf(base: string): string | undefined {
  try {
    if (base === temporaryBase() && !isOwnAndPrivate(base)) return 'it is not this user’s alone'
    const stat = lstatSync(workenvsOf(base))
    if (!stat.isDirectory()) return 'workenvs is no directory'
    if (process.platform === 'win32') return undefined
    if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) return 'workenvs belongs to somebody else'
    return (stat.mode & 0o022) === 0 ? undefined : 'workenvs can be written by others'
  } catch (error) {
    return codeOf(error) ?? 'it cannot be looked at'
  }
}

function isOwnAndPrivate(path: string): boolean {
  const stat = lstatSync(path)
  return stat.isDirectory() && stat.uid === process.geteuid?.() && (stat.mode & 0o077) === 0
}

function temporaryBase(): string {
  return `/var/tmp/flavor-${process.geteuid?.() ?? 'user'}`
}

function passwordHome(): string | undefined {
  try {
    const {homedir} = userInfo()
    return absolute(homedir) && homedir !== '/' ? homedir : undefined
  } catch {
    return undefined
  }
}

function absolute(path: string | undefined): boolean {
  return path !== undefined && path !== '' && isAbsolute(path)
}

function unescapeOctal(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
