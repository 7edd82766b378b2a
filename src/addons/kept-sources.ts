/**
 * Where the addons of a project came from: `.flavour/sources.yaml`, a map by the addons' names. The protocol has no room for it in `app.flavour`.
 *
 *   django-divio:
 *     source: https://addons.example/     # where names are looked for
 *     name: divio/django                  # by what name it is known there
 *   blog:
 *     source: oci://registry.example/acme/blog    # without a name: the addon itself
 *
 * `file:` is meant from the project's root. `source: file` is a file that lies outside of the project: it came from nowhere that could be asked
 * again. A project may have been made before there was this file, and an addon be missing in it. It is the user's file too, so entries come and go
 * where they stand, and every other byte stays (see `map-splice.ts`).
 */
import {isDeepStrictEqual} from 'node:util'
import {isMap, isScalar} from 'yaml'
import {addonErrors} from './errors.ts'
import {fieldsOf, parsedAs, wordOf} from './fields.ts'
import {applied, insertPair, type MapNode, type PairNode, pairText, removePair} from './map-splice.ts'
import {decode, isBlank, parseStrict, type Report, reporter, type StrictNode} from './strict-yaml.ts'

export const sourcesFile = '.flavour/sources.yaml'

/** What nobody can be asked for again. */
export const outsideFile = 'file'

export interface KeptSource {
  /** A source of names, when there is a name; else a word for the addon itself. */
  readonly source: string
  readonly name?: string
}

/** By the names of addons. */
export type KeptSources = Readonly<Record<string, KeptSource>>

/** None of no file. Throws EFLAVOR_ADDON_FILE with everything that is wrong. */
export function readSources(bytes: Uint8Array | undefined, file: string = sourcesFile): KeptSources {
  if (bytes === undefined || isBlank(bytes)) return {}
  const {problems: syntax, root} = parseStrict(file, bytes)
  const problems = [...syntax]
  const report = reporter(problems)
  const entries = root?.kind === 'map' ? root.entries : []
  const kept = entries.map(({key, value}) => [key, keptSource(value, report)] as const)
  if (problems.length > 0) throw addonErrors.invalid(file, problems)
  return Object.fromEntries(kept)
}

/** A source is there unless it was reported. */
function keptSource(node: StrictNode, report: Report): KeptSource {
  const fields = fieldsOf(node, {known: ['source', 'name'], required: ['source'], title: 'a source'}, report)
  const source = parsedAs(fields.get('source'), asSource, 'ecosystems, a URL, file:PATH, oci://HOST/PATH, or file', report) ?? ''
  const name = wordOf(fields.get('name'), report)
  return name === undefined ? {source} : {name, source}
}

/** Whoever has made the project must not have anything else looked at. */
function asSource(text: string): string | undefined {
  return /^(?:ecosystems|file|file:.+|(?:https?|oci(?:\+https?)?):\/\/.+)$/.test(text) ? text : undefined
}

/** Undefined takes it out. Gives the text of the file; undefined when nothing is left to say in one. */
export function withSource(bytes: Uint8Array | undefined, addon: string, kept: KeptSource | undefined): Uint8Array | undefined {
  const {[addon]: before, ...others} = readSources(bytes)
  if (isDeepStrictEqual(before, kept)) return bytes
  const text = before === undefined ? textOf(bytes) : withoutPair(textOf(bytes), addon)
  const after = Buffer.from(kept === undefined ? text : withPair(text, addon, kept))
  if (!isDeepStrictEqual(readSources(after), kept === undefined ? others : {...others, [addon]: kept}))
    throw addonErrors.unspliceable(sourcesFile)
  return after.length === 0 ? undefined : after
}

function textOf(bytes: Uint8Array | undefined): string {
  return (bytes && decode(bytes)) ?? ''
}

function withoutPair(text: string, addon: string): string {
  const map = mapIn(text)
  const pair = map?.items.find(({key}) => isScalar(key) && key.value === addon)
  return map && pair ? applied(text, removePair(text, map, pair as PairNode)) : text
}

/** Source before name, behind all others. */
function withPair(text: string, addon: string, {name, source}: KeptSource): string {
  const map = mapIn(text)
  const value = name === undefined ? {source} : {source, name}
  if (map !== undefined) return applied(text, [insertPair(text, map, addon, value)])
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${pairText(addon, value)}`
}

/** Undefined where it has no pair. */
function mapIn(text: string): MapNode | undefined {
  const bytes = Buffer.from(text)
  const map = isBlank(bytes) ? undefined : parseStrict(sourcesFile, bytes).map
  return isMap(map) && map.items.length > 0 ? (map as MapNode) : undefined
}
