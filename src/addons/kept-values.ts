/**
 * Values of settings that a project keeps: `.flavour/config.yaml`, a map of variables and texts. It is the user's file too, so a value is changed
 * where it stands, and every other byte stays (see `map-splice.ts`); a text that cannot be changed in this way is never changed in another.
 */
import {isDeepStrictEqual} from 'node:util'
import {isScalar, type Node, type Scalar} from 'yaml'
import {addonErrors} from './errors.ts'
import {applied, type Edit, insertPair, type MapNode, type PairNode, removePair} from './map-splice.ts'
import {scalarText} from './scalar-text.ts'
import {decode, isBlank, parseStrict, plain, reporter} from './strict-yaml.ts'

export const valuesFile = '.flavour/config.yaml'

/** By variable. */
export type KeptValues = Readonly<Record<string, string>>

/** None of no file. Throws EFLAVOR_ADDON_FILE with everything that is wrong. */
export function readValues(bytes: Uint8Array | undefined, file: string = valuesFile): KeptValues {
  if (bytes === undefined || isBlank(bytes)) return {}
  const {problems: syntax, root} = parseStrict(file, bytes)
  const problems = [...syntax]
  const report = reporter(problems)
  const entries = root?.kind === 'map' ? root.entries : []
  for (const {value} of entries) if (value.kind !== 'text') report(value, 'must be a text', 'put it in quotes')
  if (problems.length > 0) throw addonErrors.invalid(file, problems)
  return root === undefined ? {} : (plain(root) as KeptValues)
}

/** Undefined removes a value. Gives the text of the file; undefined when nothing is left to say in one. */
export function withValues(bytes: Uint8Array | undefined, changes: Readonly<Record<string, string | undefined>>): Uint8Array | undefined {
  return Object.entries(changes).reduce((text, [variable, value]) => withValue(text, variable, value), bytes)
}

function withValue(bytes: Uint8Array | undefined, variable: string, value: string | undefined): Uint8Array | undefined {
  const {[variable]: before, ...others} = readValues(bytes)
  if (before === value) return bytes
  const after = Buffer.from(changedText(bytes ?? new Uint8Array(), variable, value))
  if (!isDeepStrictEqual(sorted(readValues(after)), sorted(value === undefined ? others : {...others, [variable]: value})))
    throw addonErrors.unspliceable(valuesFile)
  return after.length === 0 ? undefined : after
}

function changedText(bytes: Uint8Array, variable: string, value: string | undefined): string {
  const text = decode(bytes) ?? ''
  const map = isBlank(bytes) ? undefined : parseStrict(valuesFile, bytes).map
  if (map === undefined || map.items.length === 0) return appended(text, variable, value)
  const pair = map.items.find(({key}) => isScalar(key) && key.value === variable)
  return applied(text, edits(text, map as MapNode, pair as PairNode | undefined, variable, value))
}

function edits(text: string, map: MapNode, pair: PairNode | undefined, variable: string, value: string | undefined): readonly Edit[] {
  if (pair === undefined) return [insertPair(text, map, variable, value ?? '')]
  if (value !== undefined) return [replacement(pair.value, value)]
  return removePair(text, map, pair)
}

/** A block of text owns the line break behind it. */
function replacement(node: Node | null, value: string): Edit {
  const [start, end] = node?.range ?? [0, 0]
  const {type} = node as Scalar
  const block = type?.startsWith('BLOCK') ?? false
  return {end, start, text: block ? `${scalarText(value)}\n` : scalarText(value, type ?? undefined)}
}

/** Behind comments, if that is all there is. */
function appended(text: string, variable: string, value: string | undefined): string {
  const line = value === undefined ? '' : `${scalarText(variable)}: ${scalarText(value)}\n`
  return text === '' || text.endsWith('\n') ? text + line : `${text}\n${line}`
}

function sorted(values: KeptValues): readonly (readonly [string, string])[] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
