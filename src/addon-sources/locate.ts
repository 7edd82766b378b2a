/**
 * From what somebody types to the bytes of an `addon.flavour`. A word is one of
 *
 *  * a path: it begins with `./`, `../` or `/`, or ends with `.flavour`, `.yaml` or `.yml`
 *  * `https://…`, and `http://…` on this machine: a document
 *  * `file:PATH`: a document, or a directory (`directory.ts`)
 *  * `oci://host/repository:tag`: an artifact
 *  * an identifier, `namespace/name:version`: an alias, or looked for in the configured sources, one after the other
 */
import {isAbsolute} from 'node:path'
import {addonAt, addonBelow} from './directory.ts'
import {documentIn} from './document-file.ts'
import {documentAt} from './document-url.ts'
import {sourceErrors} from './errors.ts'
import {type Identifier, identifierText, parseIdentifier} from './identifier.ts'
import {artifactAt, artifactBelow} from './oci/artifact.ts'
import {isOci} from './oci/reference.ts'
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
  const other = Object.hasOwn(context.aliases, identifier.name) ? context.aliases[identifier.name] : undefined
  if (other === undefined) return await locateIdentifier(identifier, context)
  return await locate(identifierText({name: other, version: identifier.version}), {...context, aliases: {}})
}

/** `--package FILE|URL`: what is no URL is a path. */
export async function locatePackage(word: string, context: SourceContext): Promise<LocatedAddon> {
  return isUrl(word) || /^file:/i.test(word) ? await locate(word, context) : await documentIn(word, context)
}

const isUrl = (word: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(word)

const isPath = (word: string): boolean => /^\.{1,2}[\\/]/.test(word) || isAbsolute(word) || /\.(flavour|ya?ml)$/i.test(word)

async function locateIdentifier(identifier: Identifier, context: SourceContext): Promise<LocatedAddon> {
  const sources = sourcesOf(identifier, context)
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
  return {bytes, found: facts, from: native, kind: 'ecosystem', stacks: [finder.stack], version: identifier.version}
}
