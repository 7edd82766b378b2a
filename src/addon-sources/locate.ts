/**
 * From what somebody types to the bytes of an `addon.flavour`. A word is one of
 *
 *  * a path: it begins with `./`, `../` or `/`, or ends with `.flavour`, `.yaml` or `.yml`
 *  * `https://…`, and `http://…` on this machine: a document
 *  * `file:PATH`: a document, or a directory (`directory.ts`)
 *  * `oci://host/repository:tag`: an artifact
 *  * an identifier, `namespace/name:version`: of an addon that is there, and looked for where that came from; an alias; or looked for in the
 *    configured sources, one after the other
 */
import {isAbsolute} from 'node:path'
import {type KeptSource, outsideFile} from '../addons/kept-sources.ts'
import {FlavorError} from '../errors.ts'
import {addonAt, addonBelow} from './directory.ts'
import {documentIn} from './document-file.ts'
import {documentAt} from './document-url.ts'
import {sourceErrors} from './errors.ts'
import {type Identifier, identifierText, parseIdentifier} from './identifier.ts'
import {artifactAt, artifactBelow} from './oci/artifact.ts'
import {isOci, tagOf} from './oci/reference.ts'
import {addonFrom, type Lookup} from './registry.ts'
import type {Finder, LocatedAddon, SourceContext} from './source.ts'

/** Throws a FlavorError, or what the signal was aborted with. Without a version in the word it is the newest. */
export async function locate(word: string, context: SourceContext): Promise<LocatedAddon> {
  context.signal.throwIfAborted()
  if (/^file:/i.test(word)) return await addonAt(word, context)
  if (isOci(word)) return await artifactAt(word, context)
  if (isUrl(word)) return await documentAt(word, context)
  if (isPath(word)) return await documentIn(word, context)
  const identifier = parseIdentifier(word)
  const kept = keptFor(identifier, context)
  if (kept !== undefined) return await locateKept(identifier, kept, context)
  const other = Object.hasOwn(context.aliases, identifier.name) ? context.aliases[identifier.name] : undefined
  if (other === undefined) return await locateIdentifier(identifier, context)
  return await locate(identifierText({name: other, version: identifier.version}), {...context, aliases: {}})
}

/** Where an addon came from that is there, by its name or by the one that it has at its source. */
export function keptFor({name}: Identifier, {kept}: SourceContext): KeptSource | undefined {
  return kept?.get(name) ?? [...(kept?.values() ?? [])].find((one) => one.name === name)
}

/** Of an addon that is there. Its errors say where it is kept that it came from there. */
export async function locateKept(identifier: Identifier, kept: KeptSource, context: SourceContext): Promise<LocatedAddon> {
  try {
    return await lookAgain(identifier, kept, context)
  } catch (error) {
    throw error instanceof FlavorError ? sourceErrors.kept(error) : error
  }
}

/** A registry that was named just now comes first. The project says the name, and may come from anybody. */
async function lookAgain({name, version}: Identifier, kept: KeptSource, context: SourceContext): Promise<LocatedAddon> {
  const {named} = context
  const identifier = {name: kept.name === undefined ? name : parseIdentifier(kept.name).name, version}
  if (named === undefined && kept.name === undefined) return await again(identifier, kept.source, context)
  const place = kept.name === undefined ? [] : [kept.source]
  const others = place.filter((one) => named === undefined || !isSamePlace(one, named))
  return await lookThrough(named === undefined ? others : [named, ...others], identifier, context)
}

function isSamePlace(one: string, other: string): boolean {
  const bare = (place: string): string => place.replace(/\/+$/, '')
  return bare(one) === bare(other)
}

async function again({name, version}: Identifier, source: string, context: SourceContext): Promise<LocatedAddon> {
  if (source === outsideFile) throw sourceErrors.fromFile(name)
  if (/^https?:/i.test(source)) return await documentAt(source, context)
  if (!isOci(source)) return await addonAt(identifierText({name: source, version}), context)
  return await artifactAt(identifierText({name: source, version: version && (tagOf(version) ?? version)}), context)
}

/** `--package FILE|URL`: what is no URL is a path. */
export async function locatePackage(word: string, context: SourceContext): Promise<LocatedAddon> {
  return isUrl(word) || /^file:/i.test(word) ? await locate(word, context) : await documentIn(word, context)
}

/** Does a word say itself where the addon is? */
export const isPlace = (word: string): boolean => /^file:/i.test(word) || isOci(word) || isUrl(word) || isPath(word)

const isUrl = (word: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(word)

const isPath = (word: string): boolean => /^\.{1,2}[\\/]/.test(word) || isAbsolute(word) || /\.(flavour|ya?ml)$/i.test(word)

async function locateIdentifier(identifier: Identifier, context: SourceContext): Promise<LocatedAddon> {
  return await lookThrough(sourcesOf(identifier, context), identifier, context)
}

async function lookThrough(sources: readonly string[], identifier: Identifier, context: SourceContext): Promise<LocatedAddon> {
  const looked: string[] = []
  for (const source of sources) {
    const lookup = await lookIn(source, identifier, context)
    if ('found' in lookup) return lookup.found
    looked.push(lookup.missing)
  }
  const word = identifierText(identifier)
  const unasked = sources.every((source) => source === 'ecosystems') && finderOf(identifier, context) === undefined
  throw unasked ? sourceErrors.nowhere(word, [...context.finders.keys()]) : sourceErrors.notFound(word, looked)
}

/** An alias that ends with a slash stands for all below it; the longest wins. */
function sourcesOf({name}: Identifier, {aliases, sources}: SourceContext): readonly string[] {
  const prefixes = Object.keys(aliases).filter((key) => key.endsWith('/') && name.startsWith(key))
  const [longest] = prefixes.toSorted((a, b) => b.length - a.length)
  const {[longest ?? '']: source} = aliases
  return source === undefined ? sources : [source]
}

async function lookIn(source: string, identifier: Identifier, context: SourceContext): Promise<Lookup> {
  if (/^https?:/i.test(source)) return inWords(await addonFrom(source, identifier, context), source)
  if (source === 'ecosystems')
    return lookup(await inEcosystem(identifier, context), `ecosystems: ${[...context.finders.keys()].join(', ') || 'none is installed'}`)
  if (/^file:/i.test(source)) return lookup(await addonBelow(source.slice('file:'.length), identifier, context), source)
  if (isOci(source)) return lookup(await artifactBelow(source, identifier, context), source)
  throw sourceErrors.source(source)
}

function lookup(found: LocatedAddon | undefined, place: string): Lookup {
  return found === undefined ? {missing: place} : {found}
}

function inWords(lookup: Lookup, place: string): Lookup {
  return 'missing' in lookup ? {missing: `${place} (${lookup.missing})`} : lookup
}

function finderOf({name}: Identifier, {finders}: SourceContext): Finder | undefined {
  const slash = name.indexOf('/')
  return slash === -1 ? undefined : finders.get(name.slice(0, slash))
}

async function inEcosystem(identifier: Identifier, context: SourceContext): Promise<LocatedAddon | undefined> {
  const finder = finderOf(identifier, context)
  const name = identifier.name.slice(identifier.name.indexOf('/') + 1)
  const found = await finder?.find({name, version: identifier.version}, context.signal)
  if (finder === undefined || found === undefined) return undefined
  const {bytes, origin, package: native} = found
  const facts = {manager: finder.manager, origin, package: native}
  const keptSource = {name: identifier.name, source: 'ecosystems'}
  return {bytes, found: facts, from: native, keptSource, kind: 'ecosystem', stacks: [finder.stack], version: identifier.version}
}
