/**
 * Finds the manifest of a project and reads what is written in it, with cosmiconfig: the places, the order, the merging
 * of `$import`. The search begins in the current directory and climbs to the project's root, the nearest directory that
 * holds a package.json, pyproject.toml, Cargo.toml, go.mod or .git; without such a mark it does not climb at all, so
 * that a manifest lying about in a home or a temporary directory is never taken for one's own.
 *
 * The loaders are our own, because problems need lines and columns (see `source.ts`), and because cosmiconfig's search
 * steps silently over a file it may not read.
 */
import {access, lstat, stat} from 'node:fs/promises'
import {basename, dirname, extname, join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {type CosmiconfigResult, cosmiconfig, type Options, type PublicExplorer} from 'cosmiconfig'
import {FlavorError, manifestInvalid, manifestNotFound} from '../errors.ts'
import type {Place} from './place.ts'
import type {ManifestProblem} from './plan.ts'
import {readCode, readJson, readYaml, type Sources, sourcesOf, type Written} from './source.ts'

export interface ManifestRequest {
  /** Where the search begins, and what a relative `manifest` starts from. */
  readonly cwd: string
  /** A file, or a directory that holds one; undefined: search. */
  readonly manifest?: string | undefined
}

export interface FoundManifest {
  /** Absolute. */
  readonly file: string
  readonly value: unknown
  readonly sources: Sources
  /** Found while reading: keys that stand twice. */
  readonly problems: readonly ManifestProblem[]
}

/** In the order of search: the first one found is the manifest. */
export const manifestPlaces: readonly string[] = [
  'flavor.yaml',
  'flavor.yml',
  'flavor.json',
  '.flavorrc',
  '.flavorrc.yaml',
  '.flavorrc.yml',
  '.flavorrc.json',
  '.flavorrc.js',
  '.flavorrc.mjs',
  '.flavorrc.cjs',
  '.flavorrc.ts',
  'flavor.config.js',
  'flavor.config.mjs',
  'flavor.config.cjs',
  'flavor.config.ts',
  'flavor.config.mts',
  'package.json',
]

/** What is used of cosmiconfig, with every failure turned into an error of flavor's own. */
interface Reader {
  readonly load: (file: string) => Promise<CosmiconfigResult>
  readonly search: (directory: string) => Promise<CosmiconfigResult>
}

const rootMarks = ['package.json', 'pyproject.toml', 'Cargo.toml', 'go.mod', '.git']

/** Throws EFLAVOR_MANIFEST_NOT_FOUND, or EFLAVOR_MANIFEST when there is one that cannot be read. */
export async function findManifest(request: ManifestRequest): Promise<FoundManifest> {
  const found = await lookForManifest(request)
  if (found === undefined) throw manifestNotFound(await whereNone(request))
  return found
}

async function whereNone({cwd, manifest}: ManifestRequest): Promise<string> {
  if (manifest === undefined) return `in ${cwd}, up to the project's root`
  const there = await stat(resolve(cwd, manifest)).catch(() => undefined)
  return there?.isFile() ? `in ${manifest}, which says nothing about flavor` : `at ${manifest}`
}

/** The same, with undefined for none. */
export async function lookForManifest({cwd, manifest}: ManifestRequest): Promise<FoundManifest | undefined> {
  const files = new Map<string, Written>()
  const reader = await readerInto(files, cwd)
  const found = manifest === undefined ? await climb(reader, resolve(cwd)) : await open(reader, resolve(cwd, manifest))
  if (found === null) return undefined
  const file = found.filepath
  const sources = sourcesOf(file, files)
  if (found.isEmpty) {
    throw manifestInvalid([{at: sources.position([], 'value'), hint: 'flavor init --force', message: 'is empty', path: ''}], cwd)
  }
  return {file, problems: [...files.values()].flatMap(({problems}) => problems), sources, value: found.config}
}

async function open(reader: Reader, path: string): Promise<CosmiconfigResult> {
  const kind = await stat(path).catch(() => undefined)
  if (kind === undefined) return null
  return kind.isDirectory() ? await searchIn(reader, path) : await reader.load(path)
}

async function climb(reader: Reader, cwd: string): Promise<CosmiconfigResult> {
  for (const directory of await directoriesUpToRoot(cwd)) {
    const found = await searchIn(reader, directory)
    if (found !== null) return found
  }
  return null
}

/** The current directory first, the project's root last. */
export async function directoriesUpToRoot(cwd: string): Promise<readonly string[]> {
  const climbed: string[] = []
  for (let directory = cwd; ; directory = dirname(directory)) {
    climbed.push(directory)
    if ((await Promise.all(rootMarks.map((mark) => exists(join(directory, mark))))).includes(true)) return climbed
    if (dirname(directory) === directory) return [cwd]
  }
}

/** One directory. What the search passed over on its way is loaded by name, which says why it could not be read. */
async function searchIn(reader: Reader, directory: string): Promise<CosmiconfigResult> {
  const found = await reader.search(directory)
  for (const place of manifestPlaces) {
    const path = join(directory, place)
    if (path === found?.filepath) break
    if (await isFile(path)) await reader.load(path)
  }
  return found
}

/** An explorer of one directory at a time; each file it loads stays in `files` as it was written. */
async function readerInto(files: Map<string, Written>, cwd: string): Promise<Reader> {
  const keep = (written: Written) => {
    files.set(written.file, written)
    if (written.syntax.length > 0) throw manifestInvalid(written.syntax, cwd)
    return written.value === null ? undefined : written.value
  }
  const yaml = (file: string, text: string) => keep(readYaml(file, text, rootOf(file)))
  const json = (file: string, text: string) => keep(readJson(file, text, rootOf(file)))
  const code = async (file: string) => keep(readCode(file, await evaluate(file, cwd)))
  const loaders = {
    '.cjs': code,
    '.js': code,
    '.json': json,
    '.mjs': code,
    '.mts': code,
    '.ts': code,
    '.yaml': yaml,
    '.yml': yaml,
    default: yaml,
    noExt: yaml,
  }
  const guarded = <T>(work: () => Promise<T>, path: string) => work().catch((error: unknown) => unreadable(path, error, cwd))
  const explorer = await guarded(async () => explore(loaders), cwd)
  return {load: (file) => guarded(() => explorer.load(file), file), search: (path) => guarded(() => explorer.search(path), path)}
}

/** Throws when a package.json of the current directory is not JSON: cosmiconfig looks there for its own configuration. */
function explore(loaders: Options['loaders']): PublicExplorer {
  return cosmiconfig('flavor', {
    cache: false,
    ignoreEmptySearchPlaces: false,
    loaders,
    mergeImportArrays: false,
    searchPlaces: [...manifestPlaces],
    searchStrategy: 'none',
  })
}

/** cosmiconfig takes the key `flavor` of a package.json, and the whole of any other file. */
function rootOf(file: string): Place {
  return basename(file, extname(file)) === 'package' || /[\\/]\.config[\\/]config\.\w+$/.test(file) ? ['flavor'] : []
}

/** What the module exports by default: a manifest, a promise of one, or a function that gives one. */
async function evaluate(file: string, cwd: string): Promise<unknown> {
  try {
    const {default: exported} = (await import(pathToFileURL(file).href)) as {readonly default?: unknown}
    return await (typeof exported === 'function' ? exported() : exported)
  } catch (error) {
    const message = `stopped while it ran: ${error instanceof Error ? error.message : String(error)}`
    throw manifestInvalid([{at: {column: undefined, file, line: undefined}, hint: undefined, message, path: ''}], cwd)
  }
}

function unreadable(file: string, error: unknown, cwd: string): never {
  if (error instanceof FlavorError) throw error
  const {code, filepath = file, message} = error as NodeJS.ErrnoException & {readonly filepath?: string}
  const reason: Readonly<Record<string, string>> = {
    EACCES: 'may not be read: permission denied',
    EISDIR: 'is a directory, not a file',
    ENOENT: 'imports a file that does not exist',
  }
  const at = {column: undefined, file: filepath, line: undefined}
  throw manifestInvalid([{at, hint: undefined, message: reason[code ?? ''] ?? `cannot be read: ${message}`, path: ''}], cwd)
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

/** Also of a link that leads nowhere: somebody put it there for a manifest. */
async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found !== undefined && !(await stat(path).catch(() => found)).isDirectory()
}
