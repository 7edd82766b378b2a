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

interface Setting {
  readonly path: readonly string[]
  readonly node: AST.TOMLKeyValue
}

interface ListedEntry extends Entry {
  readonly index: number
}

export function pyprojectFile(path: string, text: string): Pyproject {
  const program = parsed(path, text)
  const settings = [...program.body[0].body.flatMap((node) => settingsIn(node, []))]
  const find = (...words: readonly string[]): AST.TOMLKeyValue | undefined =>
    settings.find((one) => one.path.length === words.length && words.every((word, index) => one.path[index] === word))?.node
  const has = (...words: readonly string[]): boolean => settings.some((one) => words.every((word, index) => one.path[index] === word))
  const table = program.body[0].body.find((node) => node.type === 'TOMLTable' && node.resolvedKey.join('\0') === 'project')
  const list = listOf(path, find('project', 'dependencies'))
  const dynamic = elementsOf(find('project', 'dynamic')?.value).find((node) => textOf(node) === 'dependencies')
  const hasProject = table !== undefined || has('project')
  return {
    added: (requirement) => {
      if (list) return withElement(text, program, list.value, quoted(requirement))
      if (table?.type !== 'TOMLTable' || table.kind !== 'standard') throw failures.shape(path, '1:1', 'has no [project] table of its own')
      const place = lineEndAt(text, table.body.at(-1)?.range[1] ?? text.indexOf(']', table.key.range[1]))
      return spliced(text, [[place, place, begun(text, requirement)]])
    },
    alone: dynamicOf(find('project', 'dynamic')) && !has('tool', 'uv', 'workspace') && !has('tool', 'uv', 'sources'),
    dynamicLine: dynamic?.loc.start.line ?? 1,
    entries: list?.value.elements.flatMap(entryOf) ?? [],
    listing: dynamic ? 'dynamic' : hasProject ? 'project' : has('tool', 'poetry') ? 'poetry' : 'nowhere',
    path,
    removed: (entry) => {
      if (list === undefined) return text
      const [start, end] = list.range
      const fresh = begun(text, entry.text)
      const from = start - lineEnd(text).length
      if (list.value.elements.length === 1 && text.slice(from, end) === fresh) return spliced(text, [[from, end, '']])
      return withoutElement(text, program, list.value, (entry as ListedEntry).index)
    },
    replaced: ({line, name, range}, requirement) => {
      if (range === undefined) throw failures.options(path, line, name)
      const single = text[range[0]] === "'" && !requirement.includes("'")
      return spliced(text, [[...range, single ? `'${requirement}'` : quoted(requirement)]])
    },
  }
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
  const path = [...above, ...node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))]
  const below = node.value.type === 'TOMLInlineTable' ? node.value.body.flatMap((one) => settingsIn(one, path)) : []
  return [{node, path}, ...below]
}

type List = AST.TOMLKeyValue & {readonly value: AST.TOMLArray}

function listOf(path: string, node: AST.TOMLKeyValue | undefined): List | undefined {
  if (node === undefined) return undefined
  const {column, line} = node.loc.start
  const isList = node.value.type === 'TOMLArray' && node.value.elements.every((one) => textOf(one) !== undefined)
  if (!isList) throw failures.shape(path, `${line}:${column + 1}`, 'project.dependencies is no list of texts')
  return node as List
}

function dynamicOf(node: AST.TOMLKeyValue | undefined): boolean {
  return elementsOf(node?.value).length === 0
}

function elementsOf(node: AST.TOMLContentNode | undefined): readonly AST.TOMLContentNode[] {
  return node?.type === 'TOMLArray' ? node.elements : []
}

function textOf(node: AST.TOMLContentNode): string | undefined {
  return node.type === 'TOMLValue' && node.kind === 'string' ? node.value : undefined
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
