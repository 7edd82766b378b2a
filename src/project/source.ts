/**
 * The text behind a manifest. cosmiconfig finds and merges plain values; what it cannot keep is where each value was
 * written and how (`1.0` is the number 1). So every file it loads leaves its YAML document here, and a place in the
 * merged value is looked up first in the file itself, then in what it imports, the last import first: the order in
 * which the merge let them win.
 */
import {dirname, resolve} from 'node:path'
import {type Document, isAlias, isCollection, isMap, isScalar, LineCounter, type Node, parseDocument, visit} from 'yaml'
import type {Place} from './place.ts'
import type {ManifestProblem, Position} from './plan.ts'

/** One file as written. JavaScript has no document: there, positions are files only. */
export interface Written {
  readonly file: string
  /** Where the manifest begins inside the file: `['flavor']` in a package.json. */
  readonly root: Place
  readonly value: unknown
  readonly document: Document | undefined
  readonly lines: LineCounter
  /** Problems that leave the rest of the file readable. */
  readonly problems: readonly ManifestProblem[]
  /** Problems after which the value means nothing. */
  readonly syntax: readonly ManifestProblem[]
}

export interface Sources {
  /** Of the key or of the value at a place; of the nearest place around it that was written down. */
  position(place: Place, part: 'key' | 'value'): Position
  /** A scalar as it was written: `1.0`, `0644`, `True`. */
  text(place: Place): string | undefined
}

export function readYaml(file: string, text: string, root: Place): Written {
  const {document, lines} = parse(text)
  const at = (offset: number) => position(file, lines, offset)
  const duplicate = document.errors.filter(({code}) => code === 'DUPLICATE_KEY')
  const broken = [...document.errors.filter(({code}) => code !== 'DUPLICATE_KEY'), ...document.warnings]
  const syntax = [
    ...broken.map(({code, message, pos: [start]}) => problem(at(start), sentence(code, message), syntaxHint(code, lineAt(text, start)))),
    ...danglingAliases(document).map(({name, offset}) => problem(at(offset), `*${name} has no anchor &${name} before it`, undefined)),
  ]
  const problems = duplicate.map(({pos: [start]}) => problem(at(start), repeated(text, start), 'remove one of the two'))
  const base = {document, file, lines, problems, root}
  if (syntax.length > 0) return {...base, syntax, value: undefined}
  try {
    return {...base, syntax, value: document.toJS()}
  } catch (error) {
    return {...base, syntax: [problem(at(0), sentence('', (error as Error).message), undefined)], value: undefined}
  }
}

/** JSON is read by JSON's own rules; YAML's parser only says where things stand. */
export function readJson(file: string, text: string, root: Place): Written {
  const {document, lines} = parse(text)
  const base = {document, file, lines, root}
  try {
    const value: unknown = JSON.parse(text)
    const within = root.length === 0 ? document.contents?.range : (document.getIn(root, true) as Node | undefined)?.range
    const duplicate = document.errors.filter(
      ({code, pos: [start]}) => code === 'DUPLICATE_KEY' && within && start >= within[0] && start < within[1],
    )
    const problems = duplicate.map(({pos: [start]}) =>
      problem(position(file, lines, start), repeated(text, start), 'remove one of the two'),
    )
    return {...base, problems, syntax: [], value}
  } catch (error) {
    return {
      ...base,
      problems: [],
      syntax: [problem(jsonPosition(file, base, error as Error), jsonSentence(error as Error), undefined)],
      value: undefined,
    }
  }
}

export function readCode(file: string, value: unknown): Written {
  return {document: undefined, file, lines: new LineCounter(), problems: [], root: [], syntax: [], value}
}

/** `files` by absolute path; `main` is the manifest itself. */
export function sourcesOf(main: string, files: ReadonlyMap<string, Written>): Sources {
  const order = precedence(main, files)
  const nowhere: Position = {column: undefined, file: main, line: undefined}
  return {
    position(place, part) {
      for (let length = place.length; length >= 0; length--) {
        for (const written of order) {
          const node = find(written, place.slice(0, length), length === place.length ? part : 'value')
          if (node?.range) return position(written.file, written.lines, node.range[0])
          if (written.document === undefined) return {...nowhere, file: written.file}
        }
      }
      return nowhere
    },
    text(place) {
      const node = order.map((written) => resolved(find(written, place, 'value'), written)).find((found) => found !== undefined)
      return isScalar(node) ? (node.source ?? String(node.value)) : undefined
    },
  }
}

function parse(text: string): {readonly document: Document; readonly lines: LineCounter} {
  const lines = new LineCounter()
  return {document: parseDocument(text, {lineCounter: lines, merge: true, prettyErrors: false}), lines}
}

function precedence(file: string, files: ReadonlyMap<string, Written>): readonly Written[] {
  const written = files.get(file)
  if (written === undefined) return []
  const imports = importsOf(written).map((path) => resolve(dirname(file), path))
  return [written, ...imports.reverse().flatMap((path) => precedence(path, files))]
}

function importsOf({root, value}: Written): readonly string[] {
  const manifest = root.reduce<unknown>((inner, step) => (inner as Readonly<Record<string, unknown>> | undefined)?.[step], value)
  const named = (manifest as Readonly<Record<string, unknown>> | undefined)?.$import
  return [named].flat().filter((path): path is string => typeof path === 'string')
}

/** Follows aliases, so that what an anchor holds is found where it was written. */
function find({document, root}: Written, place: Place, part: 'key' | 'value'): Node | undefined {
  if (document === undefined) return undefined
  let node: unknown = document.contents
  let key: unknown
  for (const step of [...root, ...place]) {
    if (isAlias(node)) node = node.resolve(document)
    if (!isCollection(node)) return undefined
    const pair = isMap(node) ? node.items.find((item) => (isScalar(item.key) ? String(item.key.value) : item.key) === step) : undefined
    key = pair?.key
    node = pair ? (pair.value ?? pair.key) : node.get(step, true)
  }
  return ((part === 'key' && key) || node || undefined) as Node | undefined
}

function resolved(node: Node | undefined, {document}: Written): Node | undefined {
  return isAlias(node) && document ? node.resolve(document) : node
}

function position(file: string, lines: LineCounter, offset: number): Position {
  const {col, line} = lines.linePos(offset)
  return {column: Math.max(col, 1), file, line: Math.max(line, 1)}
}

function problem(at: Position, message: string, hint: string | undefined): ManifestProblem {
  return {at, hint, message, path: ''}
}

function repeated(text: string, offset: number): string {
  const key = /^"(?:[^"\\]|\\.)*"|^'[^']*'|^[^\s:]+/.exec(text.slice(offset))?.[0] ?? 'this key'
  return `${key.replaceAll(/^["']|["']$/g, '')} stands here a second time`
}

function lineAt(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? ''
}

/** The parser's sentences are good, once they begin small and name no function of its own. */
function sentence(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a manifest is one document; a second one begins here'
  return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

function syntaxHint(code: string, line: string): string | undefined {
  if (/[:\-[,]\s*\{workenv\}/.test(line)) return `{ begins a map in YAML; put the text in quotes: "{workenv}/…"`
  if (code === 'TAB_AS_INDENT') return 'indent with spaces'
  return undefined
}

function danglingAliases(document: Document): readonly {readonly name: string; readonly offset: number}[] {
  const found: {name: string; offset: number}[] = []
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) found.push({name: node.source, offset: node.range?.[0] ?? 0})
    },
  })
  return found
}

/** V8 names a line only sometimes; then the first thing that YAML knows and JSON does not is what it stumbled over. */
function jsonPosition(file: string, {document, lines}: Pick<Written, 'lines'> & {document: Document}, error: Error): Position {
  const named = /\(line (\d+) column (\d+)\)/.exec(error.message)
  if (named) return {column: Number(named[2]), file, line: Number(named[1])}
  const offset = firstForeign(document) ?? document.errors[0]?.pos[0] ?? 0
  return position(file, lines, offset)
}

function firstForeign(document: Document): number | undefined {
  let offset: number | undefined
  visit(document, {
    Scalar(_, {range, source = '', type}) {
      const json = type === 'QUOTE_DOUBLE' || (type === 'PLAIN' && /^(?:true|false|null|-?\d[\d.eE+-]*)$/.test(source))
      if (json) return undefined
      offset = range?.[0]
      return visit.BREAK
    },
  })
  return offset
}

function jsonSentence({message}: Error): string {
  const short = message.replace(/ in JSON at position.*$/s, '').replace(/, (?:\.\.\.)?"[\s\S]*$/, '')
  return `not JSON: ${short.charAt(0).toLowerCase()}${short.slice(1)}`
}
