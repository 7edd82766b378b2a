/**
 * Addons in a directory of this machine. `file:PATH` is a file; a directory that holds an `addon.flavour`; or one that holds an addon's versions,
 * `<version>.flavour` each, of which `file:PATH:VERSION` chooses one. Where a directory is a source of identifiers, `namespace/name:version` is
 * `namespace/name/<version>.flavour` in it. A file called `stack` says for which stacks the documents beside it are, and those below, one word a
 * line. This is the layout that `flavour registry serve` serves.
 */
import {readdir, readFile, stat} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import {readAddon} from '../addons/addon-flavour.ts'
import type {KeptSource} from '../addons/kept-sources.ts'
import {limitedRead} from './document-file.ts'
import {sourceErrors} from './errors.ts'
import type {Identifier} from './identifier.ts'
import {type LocatedAddon, type SourceContext, usualLimits} from './source.ts'
import {newestOf} from './versions.ts'

const ending = '.flavour'
const single = 'addon.flavour'

/** Of a word that begins with `file:`. */
export async function addonAt(word: string, context: SourceContext): Promise<LocatedAddon> {
  const place = word.slice('file:'.length)
  const [, path = place, version] = (await isThere(resolve(context.cwd, place))) ? [] : (/^(.+):([^/\\:]+)$/.exec(place) ?? [])
  const full = resolve(context.cwd, path)
  if (!(await isThere(full))) throw sourceErrors.file(path, Object.assign(new Error(), {code: 'ENOENT'}))
  const found = await chosenIn(full, version)
  if (found === undefined)
    throw sourceErrors.notInDirectory(
      path,
      version,
      (await documentsIn(full)).map((one) => one.version),
    )
  return await located(found, {from: word, kept: {source: `file:${full}`}, root: dirname(found.path)}, context)
}

/** Undefined when it is not there. */
export async function addonBelow(
  directory: string,
  {name, version}: Identifier,
  context: SourceContext,
): Promise<LocatedAddon | undefined> {
  const full = resolve(context.cwd, directory)
  if (!(await isThere(full))) throw sourceErrors.file(directory, Object.assign(new Error(), {code: 'ENOENT'}))
  const found = await versionBelow(full, {name, version})
  return found && (await located(found, {from: join(directory, name), kept: {name, source: `file:${full}`}, root: full}, context))
}

export interface AddonFile {
  readonly path: string
  readonly version: string
}

/** `directory` is absolute. No version, and `latest` where no version is called so, is the newest. */
export async function versionBelow(directory: string, {name, version}: Identifier): Promise<AddonFile | undefined> {
  const path = join(directory, name)
  return (await stat(path).catch(() => undefined))?.isDirectory() ? await chosenIn(path, version) : undefined
}

async function chosenIn(path: string, version: string | undefined): Promise<AddonFile | undefined> {
  if (version === undefined && (await stat(path)).isFile()) return {path, version: await versionIn(path)}
  const files = await documentsIn(path)
  const newest = newestOf(files.map((file) => file.version))
  const wanted = version ?? newest
  return files.find((file) => file.version === wanted) ?? (version === 'latest' ? files.find((file) => file.version === newest) : undefined)
}

/** In no order; none for what is no directory. Of an `addon.flavour` the version is what it says itself. */
export async function documentsIn(directory: string): Promise<readonly AddonFile[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(ending) && name !== ending)
  return await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name)
      return {path, version: name === single ? await versionIn(path) : name.slice(0, -ending.length)}
    }),
  )
}

/** What is wrong with a document, whoever reads it will say. */
async function versionIn(path: string): Promise<string> {
  const bytes = await limitedRead(path, path, usualLimits.size).catch(() => new Uint8Array())
  return readAddon(path, bytes).addon?.declaration.version ?? ''
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

interface Facts {
  readonly from: string
  readonly kept: KeptSource
  /** Where stacks are said at last. */
  readonly root: string
}

async function located(file: AddonFile, {from, kept, root}: Facts, {limits = usualLimits}: SourceContext): Promise<LocatedAddon> {
  const bytes = await limitedRead(file.path, file.path, limits.size)
  const stacks = await stacksOf(file.path, root)
  return {bytes, found: undefined, from, keptSource: kept, kind: 'directory', stacks, version: file.version || undefined}
}

/** What the nearest file `stack` says, from the document's directory up to `root`. */
export async function stacksOf(path: string, root: string): Promise<readonly string[]> {
  const directory = dirname(path)
  const text = await readFile(join(directory, 'stack'), 'utf8').catch(() => undefined)
  if (text !== undefined) return text.split(/\s+/).filter((word) => /^[\w.-]+$/.test(word))
  return directory === root || directory === dirname(directory) ? [] : await stacksOf(directory, root)
}
