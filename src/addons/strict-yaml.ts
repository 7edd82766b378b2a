/**
 * YAML as addon files use it: every scalar is the text that stands there (`1.10` is no number), and a key stands once. Anchors, aliases and
 * tags are no part of it. What is read knows where it was written, and says everything that is wrong at once.
 */
import {isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap} from 'yaml'
import type {Place} from '../project/place.ts'
import {placeText} from '../project/place.ts'
import type {ManifestProblem, Position} from '../project/plan.ts'
import {complaintsAbout} from './yaml-complaints.ts'

export interface Spot {
  readonly at: Position
  readonly place: Place
}

/** `nothing` is a key without a value. */
export type StrictNode = Spot &
  (
    | {readonly kind: 'list'; readonly items: readonly StrictNode[]}
    | {readonly kind: 'map'; readonly entries: readonly StrictEntry[]}
    | {readonly kind: 'nothing'}
    | {readonly kind: 'text'; readonly text: string}
  )

export interface StrictEntry extends Spot {
  readonly key: string
  readonly value: StrictNode
}

export interface StrictDocument {
  /** Undefined when problems leave nothing to read. */
  readonly root: StrictNode | undefined
  readonly problems: readonly ManifestProblem[]
  /** The map at the root as `yaml` has it, with the tokens of its source; undefined as `root` is. */
  readonly map: YAMLMap<Node, Node | null> | undefined
}

/** Tells what is wrong at a spot. */
export type Report = (spot: Spot, message: string, hint?: string) => void

export function reporter(problems: ManifestProblem[]): Report {
  return ({at, place}, message, hint) => {
    problems.push({at, hint, message, path: placeText(place)})
  }
}

export function parseStrict(file: string, bytes: Uint8Array): StrictDocument {
  const text = decode(bytes)
  const start: Position = {column: 1, file, line: 1}
  if (text === undefined) return unreadable([{at: start, hint: 'save it as UTF-8', message: 'is not UTF-8', path: ''}])
  try {
    return read(file, text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return unreadable([{at: start, hint: undefined, message: 'is nested too deeply', path: ''}])
  }
}

/** Undefined for what is not UTF-8. A byte order mark stays, so that offsets are those of the file. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return undefined
  }
}

/** Nothing but comments and empty lines. */
export function isBlank(bytes: Uint8Array): boolean {
  return /^(?:\ufeff)?(?:[ \t]*(?:#.*)?(?:\r?\n|$))*$/.test(decode(bytes) ?? 'x')
}

function unreadable(problems: readonly ManifestProblem[]): StrictDocument {
  return {map: undefined, problems, root: undefined}
}

function read(file: string, text: string): StrictDocument {
  const lines = new LineCounter()
  // Keys that stand twice are complained of by us: the library compares each with each, and a stranger's document may hold very many.
  const settings = {keepSourceTokens: true, lineCounter: lines, prettyErrors: false, schema: 'failsafe', uniqueKeys: false} as const
  const document = parseDocument(text, settings)
  const at = (offset: number): Position => position(file, lines, offset)
  const found = complaintsAbout(document, text)
  const problems = found.map(({hint, message, offset}) => problem(at(offset), message, hint))
  const {contents} = document
  if (found.some(({fatal}) => fatal)) return unreadable(problems)
  if (contents === null) return unreadable([problem(at(0), 'is empty', 'it begins with: spec: 0.1')])
  if (!isMap(contents)) return unreadable([...problems, problem(at(0), 'must be a map, such as spec: 0.1')])
  return {map: contents as YAMLMap<Node, Node | null>, problems, root: strictNode(contents, [], at)}
}

function problem(at: Position, message: string, hint?: string): ManifestProblem {
  return {at, hint, message, path: ''}
}

function position(file: string, lines: LineCounter, offset: number): Position {
  const {col, line} = lines.linePos(offset)
  return {column: Math.max(col, 1), file, line: Math.max(line, 1)}
}

type At = (offset: number) => Position

function strictNode(node: Node, place: Place, at: At): StrictNode {
  const spot = {at: at(node.range?.[0] ?? 0), place}
  if (isMap(node)) return {...spot, entries: node.items.map((pair) => strictEntry(pair as Pair<Node, Node | null>, place, at)), kind: 'map'}
  if (isSeq(node)) return {...spot, items: node.items.map((item, index) => strictNode(item as Node, [...place, index], at)), kind: 'list'}
  if (!isScalar(node) || node.source === undefined || (node.type === 'PLAIN' && node.source === '')) return {...spot, kind: 'nothing'}
  return {...spot, kind: 'text', text: String(node.value)}
}

function strictEntry({key, value}: Pair<Node, Node | null>, place: Place, at: At): StrictEntry {
  const name = textOf(key)
  const spot = {at: at(key?.range?.[0] ?? 0), place: [...place, name]}
  const bare = value === null || (isScalar(value) && value.type === 'PLAIN' && value.source === '')
  return {...spot, key: name, value: bare ? {...spot, kind: 'nothing'} : strictNode(value, spot.place, at)}
}

function textOf(key: Node | null): string {
  return isScalar(key) ? String(key.value ?? '') : ''
}

/** As JavaScript has it, with texts for all scalars. */
export function plain(node: StrictNode): unknown {
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({key, value}) => [key, plain(value)]))
  if (node.kind === 'list') return node.items.map(plain)
  return node.kind === 'text' ? node.text : ''
}
