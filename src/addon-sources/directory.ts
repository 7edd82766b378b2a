/**
 * Addons in a directory of this machine. `file:PATH` is a file; a directory that holds an `addon.flavour`; or one that holds an addon's versions,
 * `<version>.flavour` each, of which `file:PATH:VERSION` chooses one. Where a directory is a source of identifiers, `namespace/name:version` is
 * `namespace/name/version.flavour` in it. A file called `stack` says for which stacks the documents beside it are, and those below, one word a line.
 * This is the layout that `flavour registry serve` serves.
 */
import {readdir, readFile, stat} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import {limitedRead} from './document-file.ts'
import {sourceErrors} from './errors.ts'
import type {Identifier} from './identifier.ts'
import {type LocatedAddon, type SourceContext, usualLimits} from './source.ts'
import {newestOf} from './versions.ts'

const ending = '.flavour'
export const documentName = 'addon.flavour'

/** Of a word that begins with `file:`. */
export async function addonAt(word: string, context: SourceContext): Promise<LocatedAddon> {
  const place = word.slice('file:'.length)
  const [, path = place, version] = (await isThere(resolve(context.cwd, place))) ? [] : (/^(.+):([^/\\:]+)$/.exec(place) ?? [])
  const full = resolve(context.cwd, path)
  const found = await addonIn(full, version)
  if (found === undefined) throw sourceErrors.notInDirectory(path, version, await versionsIn(full))
  return await located(found, dirname(found.path), word, context)
}

/** Undefined when it is not there. */
export async function addonBelow(
  directory: string,
  {name, version}: Identifier,
  context: SourceContext,
): Promise<LocatedAddon | undefined> {
  const full = resolve(context.cwd, directory)
  if (!(await isThere(full))) throw sourceErrors.file(directory, Object.assign(new Error(), {code: 'ENOENT'}))
  const found = await addonIn(join(full, name), version)
  return found && (await located(found, full, join(directory, name), context))
}

interface Found {
  readonly path: string
  readonly version: string | undefined
}

async function addonIn(path: string, version: string | undefined): Promise<Found | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return undefined
  if (!found.isDirectory()) return version === undefined ? {path, version} : undefined
  const versions = await versionsIn(path)
  const wanted = version ?? newestOf(versions)
  if (wanted !== undefined && versions.includes(wanted)) return {path: join(path, wanted + ending), version: wanted}
  const single = join(path, documentName)
  return version === undefined && (await isThere(single)) ? {path: single, version} : undefined
}

/** In no order; none for what is no directory. */
export async function versionsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => [])
  return names
    .filter((name) => name.endsWith(ending) && name !== documentName && name !== ending)
    .map((name) => name.slice(0, -ending.length))
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

async function located({path, version}: Found, root: string, from: string, {limits = usualLimits}: SourceContext): Promise<LocatedAddon> {
  const bytes = await limitedRead(path, path, limits.size)
  return {bytes, found: undefined, from, kind: 'directory', stacks: await stacksOf(path, root), version}
}

/** What the nearest file `stack` says, from the document's directory up to `root`. */
export async function stacksOf(path: string, root: string): Promise<readonly string[]> {
  const directory = dirname(path)
  const text = await readFile(join(directory, 'stack'), 'utf8').catch(() => undefined)
  if (text !== undefined) return text.split(/\s+/).filter((word) => word !== '')
  return directory === root || directory === dirname(directory) ? [] : await stacksOf(directory, root)
}
