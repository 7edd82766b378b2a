/** Reads maps of known keys out of strict YAML. What is wrong is reported and left out, so that the rest can be read too. */
import {nearest} from '../project/nearest.ts'
import type {Report, Spot, StrictEntry, StrictNode} from './strict-yaml.ts'

/** The values of one map, by key. */
export type Fields = ReadonlyMap<string, StrictNode>

export interface FieldRules {
  readonly known: readonly string[]
  readonly required?: readonly string[]
  /** What such a map is called: `a config field`. */
  readonly title: string
}

const examples: Readonly<Record<string, string>> = {
  label: 'add it: label: Session timeout',
  meta: 'add it: meta: {name: my-addon, version: 0.1}',
  name: 'add it: name: my-addon',
  spec: 'add it: spec: 0.1',
  type: 'add it: type: scalar/string',
  version: 'add it: version: 0.1',
}

/** Empty for what is no map. */
export function fieldsOf(node: StrictNode, {known, required = [], title}: FieldRules, report: Report): Fields {
  const entries = entriesOf(node, 'key', report)
  if (entries === undefined) return new Map()
  for (const entry of entries) if (!known.includes(entry.key)) reportUnknown(entry, known, title, report)
  for (const key of required)
    if (!entries.some((entry) => entry.key === key)) report({at: node.at, place: [...node.place, key]}, 'is missing', examples[key])
  return new Map(entries.filter(({key}) => known.includes(key)).map(({key, value}) => [key, value]))
}

/** The entries of a map that has at least one; undefined, and reported, for anything else. */
export function entriesOf(node: StrictNode, noun: string, report: Report): readonly StrictEntry[] | undefined {
  if (node.kind === 'map' && node.entries.length > 0) return node.entries
  const empty = node.kind === 'nothing' || node.kind === 'map'
  if (empty) report(node, `has nothing under it; it needs at least one ${noun}`, 'give it one, or remove the key')
  else report(node, `must be a map, not ${node.kind === 'list' ? 'a list' : 'a text'}`)
  return undefined
}

/** A text, or nothing at all where that is a text too; undefined, and reported, for a map or a list. */
export function textOf(node: StrictNode, report: Report): string | undefined {
  if (node.kind === 'text') return node.text
  if (node.kind === 'nothing') return ''
  return void report(node, `must be a text, not ${node.kind === 'map' ? 'a map' : 'a list'}`)
}

/** A text of at least one character. */
export function wordOf(node: StrictNode | undefined, report: Report): string | undefined {
  const text = node && textOf(node, report)
  if (node && text === '') return void report(node, 'has no value', 'give it one')
  return text
}

/** What a reader makes of a text, or undefined, and reported, when it makes nothing of it. */
export function parsedAs<T>(
  node: StrictNode | undefined,
  parse: (text: string) => T | undefined,
  wanted: string,
  report: Report,
): T | undefined {
  const text = node && textOf(node, report)
  if (node === undefined || text === undefined) return undefined
  const value = parse(text)
  if (value === undefined) report(node, `must be ${wanted}, not ${JSON.stringify(text)}`)
  return value
}

/** The version of the protocol: there is one. */
export function requireSpec(node: StrictNode | undefined, report: Report): void {
  parsedAs(node, (text) => (text === '0.1' ? text : undefined), '0.1, the only version of the protocol that is known', report)
}

function reportUnknown(spot: Spot & {readonly key: string}, known: readonly string[], title: string, report: Report): void {
  const meant = nearest(spot.key, known)
  report(spot, `is no key of ${title}`, meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`)
}
