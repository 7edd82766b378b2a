/**
 * Changes the addons in `app.flavour` by replacing ranges of its text: whatever is not the entry itself stays as it is, byte for byte.
 * Adding and then removing an entry gives back the text that was there.
 *
 * The file must be sound before; afterwards it is read again, and must say what was wanted and nothing else. A text that cannot be changed
 * in this way (there are odd ones) is never changed in another.
 */
import {isDeepStrictEqual} from 'node:util'
import type {InstalledAddon} from '@flavor/contract'
import {isMap, isScalar, type Node} from 'yaml'
import {readApp} from './app-flavour.ts'
import {entryKey, splitKey} from './entry-key.ts'
import {addonErrors} from './errors.ts'
import {applied, type Edit, insertPair, type MapNode, type PairNode, removeNest, removePair} from './map-splice.ts'
import {scalarText} from './scalar-text.ts'
import {decode, parseStrict, plain} from './strict-yaml.ts'

type Named = Pick<InstalledAddon, 'name' | 'version'>

/** The first entry of the same name gives it its place, and its settings; any others go. `file` is for messages. */
export function withEntry(file: string, bytes: Uint8Array, entry: InstalledAddon): Uint8Array {
  const open = openApp(file, bytes)
  const [first, ...others] = pairsOf(open).filter(([key]) => splitKey(key)?.name === entry.name)
  if (first === undefined) return spliced(open, [insertion(open, entry)], (addons) => [...addons, renewed(entry)])
  const edits = [...replacement(first[1], entry), ...others.flatMap(([, pair]) => removal(open, pair))]
  const gone = others.map(([key]) => key)
  return spliced(open, edits, (addons) =>
    addons.filter(([key]) => !gone.includes(key)).map(([key, value]) => (key === first[0] ? renewed(entry, value) : [key, value])),
  )
}

/** The same bytes when there is no such entry. */
export function withoutEntry(file: string, bytes: Uint8Array, named: Named): Uint8Array {
  const open = openApp(file, bytes)
  const wanted = entryKey(named)
  const edits = pairsOf(open).flatMap(([key, pair]) => (key === wanted ? removal(open, pair) : []))
  return edits.length === 0 ? bytes : spliced(open, edits, (addons) => addons.filter(([key]) => key !== wanted))
}

// --- the file ---------------------------------------------------------------------------------------------------------

interface Open {
  readonly file: string
  readonly text: string
  readonly value: Readonly<Record<string, unknown>>
  readonly root: MapNode
  /** Undefined where the file lists no addon. */
  readonly field: PairNode | undefined
}

function openApp(file: string, bytes: Uint8Array): Open {
  const {problems = []} = readApp(file, bytes)
  const {map: root, root: node} = parseStrict(file, bytes)
  if (problems.length > 0 || root === undefined || node === undefined) throw addonErrors.invalid(file, problems)
  return {field: pairNamed(root, 'addons'), file, root, text: decode(bytes) ?? '', value: plain(node) as Open['value']}
}

function mapOf(pair: PairNode | undefined): MapNode | undefined {
  return isMap(pair?.value) ? (pair.value as MapNode) : undefined
}

function pairsOf({field}: Open): readonly (readonly [key: string, pair: PairNode])[] {
  return (mapOf(field)?.items ?? []).map((pair) => [nameOf(pair.key), pair])
}

function pairNamed(map: MapNode | undefined, name: string): PairNode | undefined {
  return map?.items.find(({key}) => nameOf(key) === name)
}

function nameOf(key: Node): string {
  return isScalar(key) ? String(key.value) : ''
}

// --- its changes ------------------------------------------------------------------------------------------------------

function insertion({field, root, text}: Open, {hash, manager, ...named}: InstalledAddon): Edit {
  const [key, addons] = [entryKey(named), mapOf(field)]
  return addons ? insertPair(text, addons, key, {manager, hash}) : insertPair(text, root, 'addons', {[key]: {manager, hash}})
}

/** Key, manager and hash, each in the quotes that it had. */
function replacement(pair: PairNode, entry: InstalledAddon): readonly Edit[] {
  const scalars = [
    [pair.key, entryKey(entry)],
    [pairNamed(mapOf(pair), 'manager')?.value, entry.manager],
    [pairNamed(mapOf(pair), 'hash')?.value, entry.hash],
  ] as const
  return scalars.flatMap(([node, text]) =>
    isScalar(node) && node.range && node.value !== text
      ? [{end: node.range[1], start: node.range[0], text: scalarText(text, node.type)}]
      : [],
  )
}

function removal(open: Open, pair: PairNode): readonly Edit[] {
  const {field, root, text} = open
  const addons = mapOf(field) as MapNode
  if (addons.items.length > 1) return removePair(text, addons, pair)
  return removeNest(text, root, field as PairNode, pair)
}

type Listed = readonly (readonly [key: string, value: unknown])[]

function renewed({hash, manager, ...named}: InstalledAddon, before: unknown = {}): Listed[number] {
  return [entryKey(named), {...(before as object), hash, manager}]
}

function spliced({file, root: _, text, value}: Open, edits: readonly Edit[], change: (addons: Listed) => Listed): Uint8Array {
  const bytes = Buffer.from(applied(text, edits))
  const {addons: before = {}, ...rest} = value
  const addons = change(Object.entries(before as object))
  const wanted = addons.length === 0 ? rest : {...rest, addons: Object.fromEntries(addons)}
  const {root} = parseStrict(file, bytes)
  if (root === undefined || !isDeepStrictEqual(plain(root), wanted)) throw addonErrors.unspliceable(file)
  return bytes
}
