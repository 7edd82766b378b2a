/**
 * pyproject.toml: `dependencies` of its `[project]` table (PEP 621). Where there is no such list one is begun, in a form by which it is known
 * again: it goes when its last element goes.
 */
import {type AST, ParseError, parseTOML} from 'toml-eslint-parser'
import {type DependencyFile, type Entry, lineEnd, spliced} from './dependency-file.ts'
import {failures} from './failure.ts'
import {nameOf} from './requirement.ts'
import {withElement, withoutElement} from './toml-list.ts'

/** Who lists the dependencies: the file itself, another place, or nobody, as no table says. */
export type Listing = 'dynamic' | 'nowhere' | 'poetry' | 'project'

export interface Pyproject extends DependencyFile {
  readonly listing: Listing
  /** Where it says that dependencies are dynamic. */
  readonly dynamicLine: number
  /** A lock of it follows from this file alone: it needs no other one of the project. */
  readonly alone: boolean
}

/** What of the text matters, with its positions. */
interface Content {
  readonly path: string
  readonly text: string
  readonly program: AST.TOMLProgram
  readonly settings: readonly Setting[]
  /** The `[project]` table of its own. */
  readonly table: AST.TOMLTable | undefined
  /** `dependencies` in it. */
  readonly list: List | undefined
}

interface Setting {
  readonly words: readonly string[]
  readonly node: AST.TOMLKeyValue
}

type List = AST.TOMLKeyValue & {readonly value: AST.TOMLArray}

interface ListedEntry extends Entry {
  readonly index: number
}

export function pyprojectFile(path: string, text: string): Pyproject {
  const content = read(path, text)
  const dynamic = elementsOf(settingOf(content, 'project', 'dynamic')?.value)
  return {
    added: (requirement) => added(content, requirement),
    alone: dynamic.length === 0 && !has(content, 'tool', 'uv', 'workspace') && !has(content, 'tool', 'uv', 'sources'),
    dynamicLine: dynamic.find(isDependencies)?.loc.start.line ?? 1,
    entries: content.list?.value.elements.flatMap(entryOf) ?? [],
    listing: dynamic.some(isDependencies) ? 'dynamic' : listingOf(content),
    path,
    removed: (entry) => removed(content, entry as ListedEntry),
    replaced: (entry, requirement) => replaced(content, entry, requirement),
  }
}

function read(path: string, text: string): Content {
  const program = parsed(path, text)
  const top = program.body[0].body
  const settings = top.flatMap((node) => settingsIn(node, []))
  const table = top.find((node) => node.type === 'TOMLTable' && node.kind === 'standard' && node.resolvedKey.join('\0') === 'project')
  const list = listOf(path, settingOf({settings}, 'project', 'dependencies'))
  return {list, path, program, settings, table: table as AST.TOMLTable | undefined, text}
}

function settingOf({settings}: Pick<Content, 'settings'>, ...words: readonly string[]): AST.TOMLKeyValue | undefined {
  return settings.find((one) => one.words.join('\0') === words.join('\0'))?.node
}

/** That setting, or one below it. */
function has({settings}: Content, ...words: readonly string[]): boolean {
  return settings.some((one) => words.every((word, index) => one.words[index] === word))
}

function listingOf(content: Content): Listing {
  if (content.table || has(content, 'project')) return 'project'
  return has(content, 'tool', 'poetry') ? 'poetry' : 'nowhere'
}

function added({list, path, program, table, text}: Content, requirement: string): string {
  if (list) return withElement(text, program, list.value, quoted(requirement))
  if (table === undefined) throw failures.shape(path, '1:1', 'has no [project] table of its own')
  const place = lineEndAt(text, table.body.at(-1)?.range[1] ?? text.indexOf(']', table.key.range[1]))
  return spliced(text, [[place, place, begun(text, requirement)]])
}

function removed({list, program, text}: Content, entry: ListedEntry): string {
  if (list === undefined) return text
  const [start, end] = list.range
  const from = start - lineEnd(text).length
  if (text.slice(from, end) === begun(text, entry.text)) return spliced(text, [[from, end, '']])
  return withoutElement(text, program, list.value, entry.index)
}

/** In the quotes that are there, as far as they can hold it. */
function replaced({path, text}: Content, {line, name, range}: Entry, requirement: string): string {
  if (range === undefined) throw failures.options(path, line, name)
  const single = text[range[0]] === "'" && !requirement.includes("'")
  return spliced(text, [[...range, single ? `'${requirement}'` : quoted(requirement)]])
}

function parsed(path: string, text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, {tomlVersion: '1.0'})
  } catch (error) {
    if (error instanceof ParseError)
      throw failures.syntax(path, `${error.lineNumber}:${error.column + 1}`, error.message.replace(/\.$/, ''))
    throw error
  }
}

function settingsIn(node: AST.TOMLKeyValue | AST.TOMLTable, above: readonly string[]): readonly Setting[] {
  if (node.type === 'TOMLTable') return node.body.flatMap((one) => settingsIn(one, node.resolvedKey.map(String)))
  const words = [...above, ...node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))]
  const below = node.value.type === 'TOMLInlineTable' ? node.value.body.flatMap((one) => settingsIn(one, words)) : []
  return [{node, words}, ...below]
}

function listOf(path: string, node: AST.TOMLKeyValue | undefined): List | undefined {
  if (node === undefined) return undefined
  const {column, line} = node.loc.start
  const isList = node.value.type === 'TOMLArray' && node.value.elements.every((one) => textOf(one) !== undefined)
  if (!isList) throw failures.shape(path, `${line}:${column + 1}`, 'project.dependencies is no list of texts')
  return node as List
}

function elementsOf(node: AST.TOMLContentNode | undefined): readonly AST.TOMLContentNode[] {
  return node?.type === 'TOMLArray' ? node.elements : []
}

function textOf(node: AST.TOMLContentNode): string | undefined {
  return node.type === 'TOMLValue' && node.kind === 'string' ? node.value : undefined
}

function isDependencies(node: AST.TOMLContentNode): boolean {
  return textOf(node) === 'dependencies'
}

function entryOf(node: AST.TOMLContentNode, index: number): readonly ListedEntry[] {
  const text = textOf(node)?.trim() ?? ''
  const name = nameOf(text)
  return name === undefined ? [] : [{index, line: node.loc.start.line, name, range: node.range, text}]
}

function begun(text: string, requirement: string): string {
  const end = lineEnd(text)
  return `${end}dependencies = [${end}    ${quoted(requirement)},${end}]`
}

function lineEndAt(text: string, place: number): number {
  return place + (/^[^\r\n]*/.exec(text.slice(place))?.[0].length ?? 0)
}

/** A requirement holds no backslash and no control character. */
function quoted(requirement: string): string {
  if (!requirement.includes('"')) return `"${requirement}"`
  return requirement.includes("'") ? JSON.stringify(requirement) : `'${requirement}'`
}
