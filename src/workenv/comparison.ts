/**
 * Compares a generation with what is recorded of it. Three witnesses, each as far as it goes:
 *
 *     .flavor/stamp, .flavor/files   that it is whole, which regular files it has, how large each is
 *     .flavor/late-<index>           the same of slots that came later; not of caches, which an application may have filled further
 *     slots/<key>/tree               contents of files that came from a shared slot and are a copy of their own
 *     the package itself             contents of all files, links, which of them are programs
 *
 * Files that a list does not name (an application's own, configuration) are nobody's business. Setup commands may have
 * changed what a slot brought: the list says so by its sizes; a content that differs without that is told apart as
 * `changed` where the package has setup commands.
 */
import {existsSync, lstatSync, readlinkSync, statSync} from 'node:fs'
import type {Expected} from '../unpack/digest-tree.ts'
import {fileDigestSync} from './file-digest.ts'
import {lateNotes} from './late-notes.ts'
import {slotsOf} from './places.ts'
import {filesPath, readFileList, readStamp, type Stamp} from './stamp.ts'

export interface Damage {
  /** Relative to the generation; empty for all of it. */
  readonly path: string
  readonly problem: string
}

export interface Comparison {
  readonly damage: readonly Damage[]
  /** Differ from the package, which has setup commands that may have done so. */
  readonly changed: readonly string[]
  /** Regular files of the lists. */
  readonly files: number
  /** Those of them whose contents were compared, and not their sizes alone. */
  readonly contents: number
  readonly against: 'package' | 'shared slots' | undefined
}

/** What a package holds for this generation, by path. */
export interface PackageFacts {
  /** Of slots that come with the first start. */
  readonly expected: ReadonlyMap<string, Expected>
  /** Of slots that came later: the list does not name them. */
  readonly late: ReadonlyMap<string, Expected>
  readonly hasSetup: boolean
}

type Files = ReadonlyMap<string, number>

/** `hex` is the digits in the work environment's id. Never throws for what it finds. */
export function compareGeneration(base: string, generation: string, hex: string, known?: PackageFacts): Comparison {
  const stamp = readStamp(generation)
  const list = readFileList(filesPath(generation))
  const files: Files = new Map(Array.isArray(list) ? list : [])
  const late = lateFiles(generation)
  const sizes = sizeDamage(generation, new Map([...late, ...files]))
  const own = [...stampDamage(generation, stamp, hex), ...(Array.isArray(list) ? [] : [lostList]), ...sizes]
  const damaged = new Set(own.map(({path}) => path))
  const sound = without(files, damaged)
  const more = known
    ? comparePackage(generation, sound, {...known, late: without(known.late, damaged)})
    : compareShared(base, generation, sound, stamp?.shared ?? [])
  return {...more, damage: [...own, ...more.damage], files: new Set([...files.keys(), ...late.keys()]).size}
}

function without<T>(files: ReadonlyMap<string, T>, damaged: ReadonlySet<string>): ReadonlyMap<string, T> {
  return new Map([...files].filter(([path]) => !damaged.has(path)))
}

/** Of slots that are there; what was dropped took its note with it, or is about to. */
function lateFiles(generation: string): Files {
  const notes = lateNotes(generation).filter(({lifecycle, target}) => lifecycle !== 'cached' && existsSync(`${generation}/${target}`))
  return new Map(notes.flatMap(({files}) => files))
}

const lostList: Damage = {path: '.flavor/files', problem: 'cannot be read'}

function stampDamage(generation: string, stamp: Stamp | undefined, hex: string): readonly Damage[] {
  if (stamp === undefined) return [{path: '.flavor/stamp', problem: 'is missing or cannot be read'}]
  if (!stamp.metadata.startsWith(hex)) return [{path: '.flavor/stamp', problem: 'is that of another package'}]
  const lost = stamp.needs.filter((path) => statSync(`${generation}/${path}`, {throwIfNoEntry: false}) === undefined)
  return lost.map((path) => ({path, problem: 'is missing, and the command needs it'}))
}

function sizeDamage(generation: string, files: Files): readonly Damage[] {
  return [...files].flatMap(([path, size]) => {
    const problem = sizeProblem(`${generation}/${path}`, size)
    return problem === undefined ? [] : [{path, problem}]
  })
}

function sizeProblem(path: string, size: number): string | undefined {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  if (stat === undefined) return 'is missing'
  if (!stat.isFile()) return 'is no regular file any more'
  return stat.size === size ? undefined : `has ${stat.size} bytes instead of ${size}`
}

type Contents = Omit<Comparison, 'files'>

function comparePackage(generation: string, files: Files, {expected, hasSetup, late}: PackageFacts): Contents {
  // A list that has another size, or does not name a file, was written after a setup command had changed it.
  const listed = [...expected].filter(([path, one]) => one.kind === 'link' || files.get(path) === one.size)
  const compared = [...listed, ...late]
  const differing = compared.flatMap(([path, one]) => {
    const problem = attempt(() => difference(`${generation}/${path}`, one))
    return problem === undefined ? [] : [{path, problem}]
  })
  const contents = compared.filter(([, {kind}]) => kind === 'file').length
  const [damage, changed] = hasSetup ? [[], differing.map(({path}) => path)] : [differing, []]
  return {against: 'package', changed, contents, damage}
}

function difference(path: string, expected: Expected): string | undefined {
  const stat = lstatSync(path)
  if (expected.kind === 'link') {
    if (!stat.isSymbolicLink()) return 'is no link any more'
    return readlinkSync(path) === expected.target ? undefined : 'leads elsewhere'
  }
  if (process.platform !== 'win32' && expected.executable && (stat.mode & 0o111) === 0) return 'may not be executed any more'
  return fileDigestSync(path) === expected.sha256 ? undefined : 'has another content'
}

/** Only where a file is a copy: two names of one file cannot differ. */
function compareShared(base: string, generation: string, files: Files, keys: readonly string[]): Contents {
  const damage: Damage[] = []
  let contents = 0
  for (const key of keys) {
    for (const [path] of readFileList(`${slotsOf(base)}/${key}/files`) ?? []) {
      const shared = `${slotsOf(base)}/${key}/tree/${path}`
      if (!(files.has(path) && isOther(shared, `${generation}/${path}`))) continue
      contents++
      const problem = attempt(() =>
        fileDigestSync(shared) === fileDigestSync(`${generation}/${path}`) ? undefined : 'differs from its shared slot',
      )
      if (problem !== undefined) damage.push({path, problem})
    }
  }
  return {against: contents > 0 ? 'shared slots' : undefined, changed: [], contents, damage}
}

function isOther(shared: string, path: string): boolean {
  const [a, b] = [lstatSync(shared, {throwIfNoEntry: false}), lstatSync(path, {throwIfNoEntry: false})]
  return a !== undefined && b !== undefined && a.isFile() && a.ino !== b.ino
}

function attempt(work: () => string | undefined): string | undefined {
  try {
    return work()
  } catch (error) {
    return `cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`
  }
}
