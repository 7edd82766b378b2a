/**
 * What a pyproject.toml says of a package: name, version, description and scripts as PEP 621 has them, and FlavorPack's own
 * table `[tool.flavor]` (pspf-2025, 6.2) as far as FlavorPack itself reads it: `entry_point`, `package_name`,
 * `execution.runtime.env`, `build.dependencies`, `build.extra_packages`, `build.version`, and a buildconfig.toml whose
 * `[build]` goes first. It gives parts of a plan in the words of a manifest; it decides nothing beyond.
 */
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {parse, TomlError} from 'smol-toml'
import type {ManifestProblem} from './plan.ts'

export interface PyProject {
  /** `pyproject.toml`, absolute. */
  readonly file: string
  readonly name: string | undefined
  /** What is written down, also in a file VERSION where it is dynamic; undefined when only the build backend knows. */
  readonly version: string | undefined
  readonly description: string | undefined
  /** There is a `[tool.flavor]`. */
  readonly flavorpack: boolean
  /** What the package starts, once the project is installed into a slot of that target; undefined when nothing says. */
  command(target: string): readonly string[] | undefined
  /** Names of the project's scripts, the one that `command` starts not among them where it is one. */
  readonly otherScripts: readonly string[]
  /** As `env` of a manifest. */
  readonly env: PyProjectEnv
  /** Options of a slot of the purpose python-environment. */
  readonly options: {readonly packages?: readonly string[]; readonly project: '.'}
  /** Keys of `[tool.flavor]` that mean nothing here, as they do nothing in FlavorPack or have another place in flavor. */
  readonly ignored: readonly string[]
  readonly problems: readonly ManifestProblem[]
}

export interface PyProjectEnv {
  readonly map?: Readonly<Record<string, string>>
  readonly pass?: readonly string[]
  readonly set?: Readonly<Record<string, string>>
  readonly unset?: readonly string[]
}

type Table = Readonly<Record<string, unknown>>

/** Undefined where there is none. A broken one has problems and nothing else. */
export async function readPyProject(directory: string): Promise<PyProject | undefined> {
  const file = join(directory, 'pyproject.toml')
  const text = await read(file)
  if (text === undefined) return undefined
  const problems: ManifestProblem[] = []
  const toml = tableOf(file, text, problems)
  const override = table(await readOverride(join(directory, 'buildconfig.toml'), problems), 'build')
  return pyProject({directory, file, override, problems, toml, version: (await read(join(directory, 'VERSION')))?.trim()})
}

interface Source {
  readonly directory: string
  readonly file: string
  readonly toml: Table
  /** `[build]` of buildconfig.toml. */
  readonly override: Table
  /** Of the file VERSION. */
  readonly version: string | undefined
  readonly problems: ManifestProblem[]
}

function pyProject(source: Source): PyProject {
  const {file, problems, toml} = source
  const project = table(toml, 'project')
  const tool = table(toml, 'tool', 'flavor')
  const flavorpack = isTable(table(toml, 'tool').flavor)
  const build = {...table(tool, 'build'), ...source.override}
  const name = text(table(tool, 'metadata').package_name) ?? text(tool.package_name) ?? text(project.name)
  const entry = entryOf(project, tool, name, source)
  const scripts = Object.keys(table(project, 'scripts'))
  const packages = packagesOf(build)
  return {
    command: (target) => entry && commandOf(entry, target),
    description: text(project.description)?.replaceAll(/\s+/g, ' ').trim(),
    env: flavorpack ? envOf(table(tool, 'execution', 'runtime', 'env')) : {},
    file,
    flavorpack,
    ignored: ignoredIn(tool),
    name,
    options: {...(packages.length > 0 ? {packages} : {}), project: '.'},
    otherScripts: scripts.filter((script) => entry?.script !== script),
    problems,
    version: text(build.version) ?? text(project.version) ?? (dynamic(project, 'version') ? source.version : undefined),
  }
}

// --- the command -----------------------------------------------------------------------------------------------------

interface Entry {
  /** A script that the installation makes. */
  readonly script?: string
  readonly module: string
  /** Undefined: the module itself. */
  readonly callable?: string | undefined
}

/** What `[tool.flavor]` names goes first, then the script called like the project, then the only one. */
function entryOf(project: Table, tool: Table, name: string | undefined, source: Source): Entry | undefined {
  const scripts = Object.entries(table(project, 'scripts')).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  const asked = text(tool.entry_point)
  if (asked !== undefined) {
    const [script] = scripts.find(([key, value]) => value === asked || key === asked) ?? []
    if (script !== undefined) return {module: '', script}
    const [, module, callable] = /^([A-Za-z_][\w.]*)(?::([A-Za-z_][\w.]*))?$/.exec(asked) ?? []
    if (module !== undefined) return {callable, module}
    return void problem(source, 'tool.flavor.entry_point', `is no entry point: ${JSON.stringify(asked)}`, 'write it as module:function')
  }
  const own = scripts.find(([key]) => key === name || key === text(project.name)) ?? (scripts.length === 1 ? scripts[0] : undefined)
  if (own !== undefined) return {module: '', script: own[0]}
  if (!isTable(table(source.toml, 'tool').flavor)) return scripts[0] && {module: '', script: scripts[0][0]}
  const hint = scripts.length > 1 ? `entry_point = "${scripts[0]?.[1]}"` : 'entry_point = "module:function"'
  return void problem(source, 'tool.flavor.entry_point', 'is missing, and no script has the name of the project', hint)
}

function commandOf({callable, module, script}: Entry, target: string): readonly string[] {
  if (script !== undefined) return [`{workenv}/${target}/bin/${script}`]
  const python = `{workenv}/${target}/bin/python3`
  if (callable === undefined) return [python, '-m', module]
  const [first] = callable.split('.')
  return [python, '-c', `import sys; from ${module} import ${first}; sys.exit(${callable}())`]
}

// --- the environment -------------------------------------------------------------------------------------------------

/** What FlavorPack removes unless `isolated = false`. */
const isolation = ['PYTHONPATH', 'UV_PROJECT_ENVIRONMENT', 'PYTHONHOME', 'UV_CACHE_DIR', 'VIRTUAL_ENV']

function envOf(env: Table): PyProjectEnv {
  const unset = [...new Set([...(env.isolated === false ? [] : isolation), ...list(env.unset)])]
  const [map, pass, set] = [texts(table(env, 'map')), list(env.pass), texts(table(env, 'set'))]
  return {
    ...(Object.keys(map).length > 0 ? {map} : {}),
    ...(pass.length > 0 ? {pass} : {}),
    ...(Object.keys(set).length > 0 ? {set} : {}),
    ...(unset.length > 0 ? {unset} : {}),
  }
}

// --- what else is installed ------------------------------------------------------------------------------------------

/** Paths begin with a dot, so that nobody takes them for names. */
function packagesOf(build: Table): readonly string[] {
  const paths = list(build.dependencies).map((path) => (/^[./]/.test(path) ? path : `./${path}`))
  return [...paths, ...list(build.extra_packages)]
}

const readHere = ['build', 'entry_point', 'execution', 'metadata', 'package_name']

function ignoredIn(tool: Table): readonly string[] {
  const within = (path: readonly string[], known: readonly string[]) =>
    Object.keys(table(tool, ...path)).flatMap((key) => (known.includes(key) ? [] : [[...path, key].join('.')]))
  return [
    ...within([], readHere),
    ...within(['build'], ['dependencies', 'extra_packages', 'version']),
    ...within(['execution'], ['runtime']),
    ...within(['execution', 'runtime'], ['env']),
    ...within(['metadata'], ['package_name']),
  ]
}

// --- TOML ------------------------------------------------------------------------------------------------------------

function tableOf(file: string, source: string, problems: ManifestProblem[]): Table {
  try {
    return parse(source)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [message = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1)
    problems.push({at: {column: error.column, file, line: error.line}, hint: undefined, message: `not TOML: ${message}`, path: ''})
    return {}
  }
}

async function readOverride(file: string, problems: ManifestProblem[]): Promise<Table> {
  const source = await read(file)
  return source === undefined ? {} : tableOf(file, source, problems)
}

function problem({file, problems}: Source, path: string, message: string, hint: string): void {
  problems.push({at: {column: undefined, file, line: undefined}, hint, message, path})
}

async function read(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An empty one where there is none. */
function table(value: unknown, ...path: readonly string[]): Table {
  const found = path.reduce<unknown>((inner, key) => (isTable(inner) ? inner[key] : undefined), value)
  return isTable(found) ? found : {}
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : []

/** Numbers and booleans become texts, as they are written. */
const texts = (values: Table): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (isTable(value) || Array.isArray(value) ? [] : [[key, String(value)]])),
  )

const dynamic = (project: Table, key: string): boolean => list(project.dynamic).includes(key)
