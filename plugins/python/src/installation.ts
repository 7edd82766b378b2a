/**
 * An interpreter and its standard library, trimmed, in a directory of its own: bin/python3 and lib/python3.X, as the
 * installation has them. There is no pyvenv.cfg: Python finds its library from where its program lies, wherever that is.
 */
import {copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {basename, join, relative} from 'node:path'
import {Failure} from './failure.ts'
import {sha256} from './files.ts'
import type {Interpreter} from './interpreter.ts'

/** Of the standard library, by a word that `keep` may name. */
const trimmed: Readonly<Record<string, RegExp>> = {
  config: /^config-3[^/]*$/,
  ensurepip: /^ensurepip\/_bundled$/,
  idlelib: /^idlelib$/,
  // Python has dropped it since, and it alone would bring eight shared libraries.
  nis: /^lib-dynload\/nis\.[^/]*$/,
  test: /(?:^|\/)(?:tests?|idle_test)$|^lib-dynload\/(?:_test|_ctypes_test|_xxtest|xxlimited|xxsubtype)[^/]*$/,
  tkinter: /^(?:tkinter|turtle\.py|lib-dynload\/_tkinter\.[^/]*)$/,
  turtledemo: /^turtledemo$/,
}

/** Never goes along: of this machine, or of no use without a compiler. */
const never = /(?:^|\/)__pycache__$|^(?:site-packages|dist-packages|EXTERNALLY-MANAGED|(?:site|user)customize\.py)$|\.(?:a|o|exe|pyc)$/

export const keepable: readonly string[] = Object.keys(trimmed)

/** One file of an installation and where it goes. */
interface Part {
  readonly from: string
  readonly to: string
}

/** Gives where each file that was copied came from, by its path in the directory. */
export function copyInstallation(interpreter: Interpreter, keep: readonly string[], directory: string): ReadonlyMap<string, string> {
  const parts = partsOf(interpreter, keep)
  for (const {from, to} of parts) {
    mkdirSync(join(directory, to, '..'), {recursive: true})
    if (/\/_sysconfigdata_[^/]*\.py$/.test(to)) writeFileSync(join(directory, to), withoutPlace(readFileSync(from, 'utf8'), interpreter))
    else copyFileSync(from, join(directory, to))
  }
  for (const name of ['python3', 'python']) symlinkSync(programName(interpreter), join(directory, 'bin', name))
  return new Map(parts.map(({from, to}) => [to, from]))
}

/** Changes whenever a file of it does: for this machine's cache alone. */
export function fingerprint(interpreter: Interpreter, keep: readonly string[]): string {
  const lines = partsOf(interpreter, keep).map(({from, to}) => {
    const {mtimeMs, size} = statSync(from)
    return `${to} ${size} ${mtimeMs}`
  })
  // What the linker finds for a library changes with this file.
  const linker = statSync('/etc/ld.so.cache', {throwIfNoEntry: false})?.mtimeMs ?? 0
  return sha256([interpreter.executable, interpreter.version, String(linker), ...lines].join('\n'))
}

function partsOf(interpreter: Interpreter, keep: readonly string[]): readonly Part[] {
  const {executable, libraries, prefix} = interpreter
  const trees = libraries.flatMap((library) => {
    const place = relative(prefix, library)
    if (place.startsWith('..'))
      throw new Failure(
        `${executable} has its library outside of ${prefix}, in ${library}`,
        'name another installation: options: {python: DIR}',
      )
    return libraryFiles(library, keep).map((path) => ({from: join(library, path), to: join(place, path)}))
  })
  return [{from: executable, to: `bin/${programName(interpreter)}`}, ...trees]
}

function programName({executable, series}: Interpreter): string {
  const name = basename(executable)
  return /^python3\.\d+\w*$/.test(name) ? name : `python${series}`
}

function libraryFiles(root: string, keep: readonly string[]): readonly string[] {
  const rules = [never, ...Object.entries(trimmed).flatMap(([name, rule]) => (keep.includes(name) ? [] : [rule]))]
  const visit = (below: string): readonly string[] =>
    readdirSync(join(root, below)).flatMap((name) => {
      const path = below === '' ? name : `${below}/${name}`
      if (rules.some((rule) => rule.test(path))) return []
      // Links are followed: what they lead to may lie elsewhere on this machine.
      const kind = statSync(join(root, path), {throwIfNoEntry: false})
      if (kind?.isDirectory()) return visit(path)
      return kind?.isFile() ? [path] : []
    })
  return [...visit('')].sort()
}

/** What `sysconfig` says of the place where Python was installed is true on that machine only; it may have moved since. */
function withoutPlace(text: string, {prefix}: Interpreter): string {
  const places = [prefix, /^\s*["']prefix["']:\s*["'](\/[^"']+)["']/m.exec(text)?.[1] ?? prefix]
  return places.filter((place) => place !== '/usr').reduce((changed, place) => changed.replaceAll(place, '/install'), text)
}
