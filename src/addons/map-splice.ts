/**
 * Adds pairs to maps of a YAML text, and takes them out, as ranges of the text to be replaced. In a block map a pair has lines of its own,
 * which go in behind the last line of the map and before its line break; so taking them out again leaves no trace. In a flow map it goes in
 * behind the last value, with a comma. Comments inside a pair and behind it on its last line are part of it, all others stay.
 */
import {type CST, isCollection, isMap, isPair, isScalar, type Node, type Pair, type Scalar, type YAMLMap} from 'yaml'
import {scalarText} from './scalar-text.ts'

export type MapNode = YAMLMap<Node, Node | null>
export type PairNode = Pair<Node, Node | null>

/** What a pair holds. */
export type Nested = string | {readonly [key: string]: Nested}

export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export function applied(text: string, edits: readonly Edit[]): string {
  const backwards = edits.toSorted((a, b) => b.start - a.start)
  return backwards.reduce((whole, edit) => whole.slice(0, edit.start) + edit.text + whole.slice(edit.end), text)
}

// --- adding -----------------------------------------------------------------------------------------------------------

/** The map has a pair at least. */
export function insertPair(text: string, map: MapNode, key: string, value: Nested): Edit {
  return map.flow ? insertFlow(text, map, key, value) : insertBlock(text, map, key, value)
}

function insertBlock(text: string, map: MapNode, key: string, value: Nested): Edit {
  const {end, ownLine} = pairEnd(text, map.items.at(-1) as PairNode)
  const newline = newlineAt(text, end)
  const indent = ' '.repeat(columnOf(text, map))
  const lines = blockLines(key, value, ' '.repeat(stepOf(text, map))).map((line) => indent + line)
  const added = ownLine ? lines.map((line) => line + newline) : lines.map((line) => newline + line)
  return {end, start: end, text: added.join('')}
}

/** A text of its own. */
export function pairText(key: string, value: Nested): string {
  return blockLines(key, value, '  ')
    .map((line) => `${line}\n`)
    .join('')
}

function blockLines(key: string, value: Nested, step: string): readonly string[] {
  const name = scalarText(key)
  if (typeof value === 'string') return [`${name}: ${scalarText(value)}`]
  return [
    `${name}:`,
    ...Object.entries(value)
      .flatMap(([inner, nested]) => blockLines(inner, nested, step))
      .map((line) => step + line),
  ]
}

/** How much deeper the map is written that is in this one; two spaces where there is none. */
function stepOf(text: string, map: MapNode): number {
  const inner = map.items.map(({value}) => value).find((value) => isMap(value) && !value.flow && value.items.length > 0)
  const step = inner ? columnOf(text, inner as MapNode) - columnOf(text, map) : 2
  return step > 0 ? step : 2
}

function insertFlow(text: string, map: MapNode, key: string, value: Nested): Edit {
  const last = map.items.at(-1) as PairNode
  const end = (last.value ?? last.key).range?.[1] ?? 0
  const before = beforeOnLine(text, startOf(last))
  const first = before.trim() === '' && lineStart(text, startOf(last)) > 0
  const space = first ? newlineAt(text, end) + before : ' '
  return {end, start: end, text: `,${space}${flowText(key, value, isScalar(last.key) ? last.key.type : undefined)}`}
}

function flowText(key: string, value: Nested, type: Scalar.Type | undefined): string {
  const inner = typeof value === 'string' ? scalarText(value, type) : flowMap(value, type)
  return `${scalarText(key, type)}: ${inner}`
}

function flowMap(value: Readonly<Record<string, Nested>>, type: Scalar.Type | undefined): string {
  const pairs = Object.entries(value).map(([key, nested]) => flowText(key, nested, type))
  return `{${pairs.join(', ')}}`
}

// --- taking out -------------------------------------------------------------------------------------------------------

/** The pair is one of several in the map. */
export function removePair(text: string, map: MapNode, pair: PairNode): readonly Edit[] {
  return map.flow ? removeFlow(map, pair) : [removed(text, lineBefore(text, startOf(pair)), lastLineEnd(text, pair))]
}

/** A pair of a map that goes with the only pair of the map that it holds. Comments between them stay, as far as they have lines of their own. */
export function removeNest(text: string, map: MapNode, outer: PairNode, inner: PairNode): readonly Edit[] {
  if (map.flow || (isMap(outer.value) && outer.value.flow)) return removePair(text, map, outer)
  const lines = removed(text, lineBefore(text, startOf(inner)), lastLineEnd(text, inner))
  const start = startOf(outer)
  const comment = text.slice(start, lineEnd(text, start)).search(/[ \t]#/)
  const head = comment === -1 ? removed(text, lineBefore(text, start), lineEnd(text, start)) : removed(text, start, start + comment + 1)
  return merged(text, [head, lines])
}

function removed(text: string, start: number, end: number): Edit {
  const first = lineStart(text, start) === start && (start === 0 || text.slice(0, start) === '\ufeff')
  return {end: first ? nextLine(text, end) : end, start, text: ''}
}

/** On the first line of a text, the break before one line is that behind the other. */
function merged(text: string, [first, second]: readonly [Edit, Edit]): readonly Edit[] {
  return second.start > first.end ? [first, second] : [removed(text, first.start, second.end)]
}

function removeFlow(map: MapNode, pair: PairNode): readonly Edit[] {
  const items = (map.srcToken as CST.FlowCollection).items
  const index = map.items.indexOf(pair)
  const own = {end: (pair.value ?? pair.key).range?.[1] ?? 0, start: startOf(pair), text: ''}
  const separating = items[index === 0 ? 1 : index]?.start ?? []
  const comma = separating.find(({type}) => type === 'comma')
  if (comma === undefined) return [own]
  if (separating.some(({type}) => type === 'comment')) return [own, {end: comma.offset + 1, start: comma.offset, text: ''}]
  return [index === 0 ? {...own, end: startOf(map.items[1] as PairNode)} : {...own, start: comma.offset}]
}

// --- where things are -------------------------------------------------------------------------------------------------

function startOf({key}: PairNode): number {
  return key.range?.[0] ?? 0
}

/** Behind the last character of a pair's last line; with `ownLine`, where the next line begins, because a block text owns its line break. */
function pairEnd(text: string, pair: PairNode): {readonly end: number; readonly ownLine: boolean} {
  const last = lastNode(pair.value ?? pair.key)
  const end = last.range?.[1] ?? 0
  if (isScalar(last) && last.type?.startsWith('BLOCK')) return {end, ownLine: text[end - 1] === '\n'}
  return {end: lineEnd(text, end), ownLine: false}
}

function lastLineEnd(text: string, pair: PairNode): number {
  const {end, ownLine} = pairEnd(text, pair)
  return ownLine ? lineEnd(text, end - 1) : end
}

function lastNode(node: Node): Node {
  if (!isCollection(node) || node.flow) return node
  const last = node.items.at(-1) as Node | PairNode | undefined
  if (isPair(last)) return lastNode((last.value ?? last.key) as Node)
  return last === undefined ? node : lastNode(last)
}

function columnOf(text: string, map: MapNode): number {
  const [first] = map.items
  return first ? (/ *$/.exec(beforeOnLine(text, startOf(first)))?.[0].length ?? 0) : 0
}

function beforeOnLine(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset)
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Before its line break. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end === -1) return text.length
  return end > offset && text[end - 1] === '\r' ? end - 1 : end
}

function nextLine(text: string, end: number): number {
  return text.startsWith('\r\n', end) ? end + 2 : text[end] === '\n' ? end + 1 : end
}

/** Where the line before ends, so that its line break goes too; the beginning of what stands first. */
function lineBefore(text: string, offset: number): number {
  const start = lineStart(text, offset)
  if (start === 0 || beforeOnLine(text, offset).trim() !== '') return offset
  return text[start - 2] === '\r' ? start - 2 : start - 1
}

/** The line break that is used there, else the first one of the text. */
function newlineAt(text: string, offset: number): string {
  const near = text.slice(offset, nextLine(text, offset)) || (/\r?\n/.exec(text)?.[0] ?? '')
  return near === '' ? '\n' : near
}
