/**
 * What an environment is to be built from, as a slot's options and source say it:
 *
 *     requirements: requirements.txt    a file, or a list of them
 *     packages: [flask==3.1.0, ./near]  requirements written down here; what begins with a dot is a path
 *     project: .                        a directory with pyproject.toml (PEP 621) or setup.py: installed with what it depends on
 *     extras: [server]                  of the project
 *     lock: uv.lock                     or requirements of which every one has its hashes
 *     wheels: wheelhouse                the only place to take packages from; alone: all wheels in it
 *     python: /opt/python3.12           the installation to take the interpreter from; `debian:3.11`, `uv:3.12`; else that of `python3`
 *     keep: [tkinter]                   of the standard library, what would be left out
 *     system-libraries: [libcuda.so.1]  shared libraries of wheels that the target has
 *
 * Without any of the first six, what lies in the source, or beside the manifest, decides: pyproject.toml, setup.py,
 * requirements.txt, in this order. A uv.lock beside a project is followed where there is uv.
 */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {basename, dirname, isAbsolute, join, resolve} from 'node:path'
import type {Problem, SlotDeclaration} from '@flavor/contract'

export interface Recipe {
  readonly requirements: readonly string[]
  readonly packages: readonly string[]
  readonly project: string | undefined
  readonly extras: readonly string[]
  readonly lock: string | undefined
  /** A uv.lock beside the project that nobody has named. */
  readonly foundLock: string | undefined
  readonly wheels: string | undefined
  readonly python: string | undefined
  readonly keep: readonly string[]
  readonly systemLibraries: readonly string[]
}

const texts = ['lock', 'project', 'python', 'wheels'] as const
const lists = ['extras', 'keep', 'packages', 'requirements', 'system-libraries'] as const
const known: ReadonlySet<string> = new Set([...texts, ...lists])

/** Undefined when nothing says what to build from. */
export function recipeOf(slot: SlotDeclaration): Recipe | undefined {
  const said = saidBy(slot)
  const from = [said.requirements, said.packages].some(({length}) => length > 0) || said.project || said.lock || said.wheels
  if (from) return withLock(said)
  const found = lookAt(slot.source ?? slot.project)
  if (found) return withLock({...said, ...found})
  return slot.source === undefined && said.python !== undefined ? said : undefined
}

function withLock(recipe: Recipe): Recipe {
  const {lock, project, wheels} = recipe
  const beside = project && join(project, 'uv.lock')
  return beside && lock === undefined && wheels === undefined && existsSync(beside) ? {...recipe, foundLock: beside} : recipe
}

function saidBy({options, project}: SlotDeclaration): Recipe {
  const text = (name: (typeof texts)[number]) => (typeof options[name] === 'string' ? options[name] : undefined)
  const list = (name: (typeof lists)[number]) => [options[name] ?? []].flat().filter((item): item is string => typeof item === 'string')
  const path = (relative: string | undefined) => (relative === undefined ? undefined : resolve(project, relative))
  const lock = path(text('lock'))
  return {
    extras: list('extras'),
    foundLock: undefined,
    keep: list('keep'),
    lock,
    packages: list('packages').map((name) => (/^\.{0,2}\//.test(name) ? resolve(project, name) : name)),
    project: path(text('project')) ?? (lock && basename(lock) === 'uv.lock' ? dirname(lock) : undefined),
    python: text('python'),
    requirements: list('requirements').map((relative) => resolve(project, relative)),
    systemLibraries: list('system-libraries'),
    wheels: path(text('wheels')),
  }
}

function lookAt(source: string): Partial<Recipe> | undefined {
  const kind = statSync(source, {throwIfNoEntry: false})
  if (kind?.isFile()) return byName(source)
  const there = ['pyproject.toml', 'setup.py', 'requirements.txt'].find((name) => isSign(join(source, name)))
  return there === undefined ? undefined : byName(join(source, there))
}

/** A pyproject.toml may hold settings of tools alone. */
function isSign(path: string): boolean {
  if (!existsSync(path)) return false
  return basename(path) !== 'pyproject.toml' || /^\s*\[(?:project|build-system|tool\.poetry)\]/m.test(readFileSync(path, 'utf8'))
}

function byName(file: string): Partial<Recipe> | undefined {
  const name = basename(file)
  if (name === 'uv.lock') return {lock: file, project: dirname(file)}
  if (name === 'pyproject.toml' || name === 'setup.py') return {project: dirname(file)}
  return /^requirements[\w.-]*\.txt$/.test(name) ? {requirements: [file]} : undefined
}

// --- what is wrong with it -------------------------------------------------------------------------------------------

export function optionProblems({options}: SlotDeclaration): readonly Problem[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (!known.has(name)) return [unknownOption(name)]
    const wanted = (texts as readonly string[]).includes(name) ? 'a text' : 'a text or a list of texts'
    const fits = [value].flat().every((item) => typeof item === 'string' && item !== '') && (wanted !== 'a text' || !Array.isArray(value))
    return fits ? [] : [{hint: `for example ${name}: ${examples[name]}`, message: `\`${name}\` must be ${wanted}`}]
  })
}

const examples: Readonly<Record<string, string>> = {
  extras: '[server]',
  keep: '[tkinter]',
  lock: 'uv.lock',
  packages: '[flask==3.1.0]',
  project: '.',
  python: '/opt/python3.12',
  requirements: 'requirements.txt',
  'system-libraries': '[libcuda.so.1]',
  wheels: 'wheelhouse',
}

export function unknownOption(name: string): Problem {
  return {hint: `correct the spelling of \`${name}\`, or remove it`, message: `\`${name}\` means nothing here`}
}

export function recipeProblems(recipe: Recipe): readonly Problem[] {
  const {lock, packages, project, requirements, wheels} = recipe
  return [
    ...packages.filter((name) => isAbsolute(name) && !existsSync(name)).map((name) => absent(name, 'file or directory', 'packages')),
    ...[...requirements, ...(lock ? [lock] : [])]
      .filter((file) => !isFile(file))
      .map((file) => absent(file, 'file', file === lock ? 'lock' : 'requirements')),
    ...requirements.filter(isFile).flatMap(editableProblems),
    ...(project && !['pyproject.toml', 'setup.py'].some((name) => existsSync(join(project, name)))
      ? [{hint: 'name the directory that holds it: project: DIR', message: `${project} holds neither pyproject.toml nor setup.py`}]
      : []),
    ...(wheels ? wheelProblems(wheels) : []),
  ]
}

function wheelProblems(wheels: string): readonly Problem[] {
  if (!statSync(wheels, {throwIfNoEntry: false})?.isDirectory()) return [absent(wheels, 'directory', 'wheels')]
  if (wheelsIn(wheels).length > 0) return []
  return [{hint: `put some there: python3 -m pip download -d ${wheels} -r requirements.txt`, message: `there is no wheel in ${wheels}`}]
}

export function wheelsIn(directory: string): readonly string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.whl'))
  return names.sort().map((name) => join(directory, name))
}

/** Such an installation is a pointer to the sources, which stay where they are. */
function editableProblems(file: string): readonly Problem[] {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/)
  return lines.flatMap((line, index) => {
    const path = /^\s*(?:-e|--editable)[\s=]+(\S.*)$/.exec(line)?.[1]
    if (path === undefined) return []
    return [
      {
        hint: `write ${path.trim()} alone`,
        message: `${file}:${index + 1} asks for an editable installation, which stays outside of the package`,
      },
    ]
  })
}

const isFile = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isFile() ?? false

const absent = (path: string, kind: string, option: string): Problem => ({
  hint: `correct \`${option}\`; it is relative to the manifest`,
  message: `there is no ${kind} ${path}`,
})
