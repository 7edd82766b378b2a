/**
 * What somebody prefers when `flavour` has a choice: where addons come from, who manages them, how long that may take. Found with cosmiconfig,
 * as data only, for `flavour` is typed in directories of strangers too: in the project's directory and above it, up to its root (see
 * `project/find.ts`); then in the user's own `flavour/` below the directory of configurations. What the project says wins, key by key.
 */
import {readFile, stat} from 'node:fs/promises'
import {homedir} from 'node:os'
import {basename, dirname, join, resolve} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import {cosmiconfig, type PublicExplorer} from 'cosmiconfig'
import {addonErrors} from '../addons/errors.ts'
import {directoriesUpToRoot} from '../project/find.ts'
import {inOrder} from '../project/order.ts'
import {placeText} from '../project/place.ts'
import type {ManifestProblem} from '../project/plan.ts'
import type {Schema} from '../project/schema.ts'
import {keepShape, type Report} from '../project/shape.ts'
import {readJson, readYaml, sourcesOf, type Written} from '../project/source.ts'

export interface Preferences {
  /** Of the registry that is asked. */
  readonly registry?: string
  /** Where identifiers are looked for, in this order: `ecosystems`, `registry` (the one above), another URL, `file:DIRECTORY`, `oci://host/path`. */
  readonly sources?: readonly string[]
  /** What a word stands for: `{django: pypi/django}`. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Who serves a stack: an identifier, an id, or a plugin and an id. */
  readonly managers?: Readonly<Record<string, string>>
  /** Directories that are too big to be copied for a manager, besides `.git`. */
  readonly keep?: readonly string[]
  /** May images use the network? */
  readonly network?: boolean
  /** Seconds that a manager has for one addon. */
  readonly timeout?: number
}

const word: Schema = {minLength: 1, type: 'string'}

const source: Schema = {
  pattern: '^(?:ecosystems|registry|(?:https?|oci(?:\\+https?)?)://.+|file:.+)$',
  patternErrorMessage: 'ecosystems, registry, a URL, file:DIRECTORY or oci://HOST/PATH',
  type: 'string',
}

const directory: Schema = {
  pattern: '^(?!/|[A-Za-z]:|.*\\\\)(?!(?:.*/)?\\.{1,2}(?:/|$)).+$',
  patternErrorMessage: 'a directory of the project, by its plain path',
  type: 'string',
}

const schema: Schema = {
  additionalProperties: false,
  properties: {
    aliases: {additionalProperties: word, type: 'object'},
    keep: {items: directory, type: 'array'},
    managers: {additionalProperties: word, type: 'object'},
    network: {type: 'boolean'},
    registry: {pattern: '^https?://', patternErrorMessage: 'an address that begins with https:// or http://', type: 'string'},
    sources: {items: source, type: 'array'},
    timeout: {type: 'number'},
  },
  title: 'configuration of flavour',
  type: 'object',
}

/** In the order of search. */
const projectPlaces = ['.flavourrc', '.flavourrc.yaml', '.flavourrc.yml', '.flavourrc.json', 'package.json']
const userPlaces = ['config.yaml', 'config.yml', 'config.json']

/** By which a project decides who is asked, what is run, and whom that can reach; and what they are when nobody says anything. */
const delicate = {aliases: {}, managers: {}, network: false, registry: undefined, sources: ['ecosystems', 'registry']} as const

export type Delicate = keyof typeof delicate

export interface FoundPreferences {
  readonly preferences: Preferences
  /** What the project's own file says otherwise than its user; undefined when there is nothing of that kind. */
  readonly foreign: {readonly file: string; readonly keys: readonly Delicate[]} | undefined
}

/** Throws EFLAVOR_PREFERENCES with everything that is wrong with them. */
export async function preferencesFor(directory: string, environment: NodeJS.ProcessEnv = process.env): Promise<FoundPreferences> {
  const files = [await projectFile(directory), await firstFile(userDirectory(environment), userPlaces)]
  const read = await Promise.all(files.map((file) => (file === undefined ? {} : preferencesIn(file))))
  const [project = {}, user = {}] = read
  const [file] = files
  const keys = (Object.keys(delicate) as Delicate[]).filter((key) => differs(key, project, user))
  return {foreign: file === undefined || keys.length === 0 ? undefined : {file, keys}, preferences: {...user, ...project}}
}

function differs(key: Delicate, project: Preferences, user: Preferences): boolean {
  return project[key] !== undefined && !isDeepStrictEqual(project[key], user[key] ?? delicate[key])
}

function userDirectory({HOME, XDG_CONFIG_HOME}: NodeJS.ProcessEnv): string {
  return join(XDG_CONFIG_HOME || join(HOME || homedir(), '.config'), 'flavour')
}

/** The nearest that says something: a package.json most often does not. */
async function projectFile(directory: string): Promise<string | undefined> {
  for (const place of await directoriesUpToRoot(directory)) {
    for (const name of projectPlaces) {
      const file = await firstFile(place, [name])
      if (file !== undefined && (name !== 'package.json' || (await mentionsUs(file)))) return file
    }
  }
  return undefined
}

async function firstFile(directory: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const file = join(directory, name)
    if ((await stat(file).catch(() => undefined))?.isFile()) return file
  }
  return undefined
}

/** One that cannot be read is not ours to complain about. */
async function mentionsUs(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const {value} = readJson(file, text, [])
  return typeof value === 'object' && value !== null && 'flavour' in value
}

async function preferencesIn(file: string): Promise<Preferences> {
  const files = new Map<string, Written>()
  const found = await explorer(files).load(file)
  const problems: ManifestProblem[] = [...files.values()].flatMap((written) => [...written.syntax, ...written.problems])
  const sources = sourcesOf(file, files)
  const report: Report = (place, message, hint, part = 'value') => {
    problems.push({at: sources.position(place, part), hint, message, path: placeText(place)})
  }
  if (importsOf(files.get(file))) report([importKey], 'is not a known key', 'write here what it should say', 'key')
  const isThere = problems.length === 0 && found !== null && found.isEmpty !== true
  const kept = (isThere ? keepShape(found.config, schema, [], report) : undefined) as Preferences | undefined
  if (kept?.timeout !== undefined && !(kept.timeout > 0)) report(['timeout'], 'must be greater than 0')
  if (problems.length > 0) throw addonErrors.preferences(inOrder(problems, file), process.cwd())
  return rooted(kept ?? {}, dirname(file))
}

/** Files and directories are meant from the file that names them. */
function rooted({aliases, sources, ...others}: Preferences, directory: string): Preferences {
  const absolute = (word: string): string =>
    word.replace(/^(file:)(.+)$|^\.{1,2}[\\/].+$/i, (all, scheme = '', path = all) => scheme + resolve(directory, path))
  return {
    ...others,
    ...(aliases && {aliases: Object.fromEntries(Object.entries(aliases).map(([key, word]) => [key, absolute(word)]))}),
    ...(sources && {sources: sources.map(absolute)}),
  }
}

/** cosmiconfig would read other files, and of some kinds run them. */
const importKey = '$import'

function importsOf(written: Written | undefined): boolean {
  const value = written && within(written)
  return isObject(value) && Object.hasOwn(value, importKey)
}

function within({root, value}: Written): unknown {
  return root.reduce((inner: unknown, key) => (isObject(inner) ? inner[String(key)] : undefined), value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** cosmiconfig takes the key `flavour` of a package.json, and the whole of any other file. */
function explorer(files: Map<string, Written>): PublicExplorer {
  const keep = (read: typeof readYaml) => (file: string, text: string) => {
    const written = read(file, text, basename(file) === 'package.json' ? ['flavour'] : [])
    files.set(file, written)
    if (importsOf(written)) return {}
    return written.syntax.length > 0 || written.value === null ? undefined : written.value
  }
  const [yaml, json] = [keep(readYaml), keep(readJson)]
  return cosmiconfig('flavour', {
    cache: false,
    loaders: {'.json': json, '.yaml': yaml, '.yml': yaml, noExt: yaml},
    mergeImportArrays: false,
    searchPlaces: [...projectPlaces, ...userPlaces],
    searchStrategy: 'none',
  })
}
