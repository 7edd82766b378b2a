/**
 * What a build file needs for its implementation. A dependency goes behind all else in the first `dependencies { }` block at the top of the file,
 * which is made at its end where there is none; the one that is there gives up its place. Every other byte stays, and what was put in and is taken
 * out again leaves what was there before.
 */
import {type Block, dependencyBlocks, type Statement} from './blocks.ts'
import type {Catalog} from './catalog.ts'
import {type Coordinates, notation} from './coordinates.ts'
import {failures} from './failure.ts'
import type {Reference} from './references.ts'
import {type Dialect, Unpaired} from './tokens.ts'

export interface BuildFile {
  readonly dialect: Dialect
  readonly name: string
  /** Latin-1. */
  readonly text: string
}

export function withDependency(file: BuildFile, wanted: Coordinates): string {
  const {dialect, text} = file
  const blocks = blocksOf(file)
  const [given] = statementsOf(blocks, wanted)
  if (given?.statement.notation === notation(wanted)) return text
  if (given) return splice(text, given.statement.value, quoted(wanted, dialect))
  const [first] = blocks
  return first ? inBlock(text, first, statementText(wanted, dialect)) : withBlock(text, statementText(wanted, dialect))
}

export function withoutDependency(file: BuildFile, wanted: Coordinates): string {
  const [given] = statementsOf(blocksOf(file), wanted)
  if (given === undefined) return file.text
  return withoutDependency({...file, text: without(file.text, given)}, wanted)
}

export interface Listed {
  /** `build.gradle:5` */
  readonly place: string
  /** As it stands there. */
  readonly notation: string
}

/** Undefined for what it does not need. */
export function listedIn(file: BuildFile, wanted: Coordinates): Listed | undefined {
  const [given] = statementsOf(blocksOf(file), wanted)
  return given && {notation: given.statement.notation, place: `${file.name}:${lineAt(file.text, given.statement.start)}`}
}

/** Where it is needed in a form that only people write. */
export function referredIn(file: BuildFile, {group, name}: Coordinates, catalog: () => Catalog): string | undefined {
  const wanted = `${group}:${name}`
  const refers = ({accessor, packages}: Reference): boolean =>
    packages.includes(wanted) || (accessor !== undefined && (catalog().get(accessor)?.includes(wanted) ?? false))
  const found = blocksOf(file)
    .flatMap(({references}) => references)
    .find(refers)
  return found && `${file.name}:${lineAt(file.text, found.start)}`
}

function blocksOf({dialect, name, text}: BuildFile): readonly Block[] {
  try {
    return dependencyBlocks(text, dialect)
  } catch (error) {
    if (!(error instanceof Unpaired)) throw error
    const [line, column] = [lineAt(text, error.offset), error.offset - text.lastIndexOf('\n', error.offset - 1)]
    throw failures.broken(name, `:${line}:${column} ${error.message}`)
  }
}

interface Given {
  readonly block: Block
  readonly statement: Statement
}

/** Those of the same package, whatever their version. */
function statementsOf(blocks: readonly Block[], {group, name}: Coordinates): readonly Given[] {
  const isSame = ({notation: text}: Statement): boolean => {
    const [first, second, ...others] = text.split(':')
    return first === group && second === name && others.length < 2
  }
  return blocks.flatMap((block) => block.statements.filter(isSame).map((statement) => ({block, statement})))
}

function statementText(wanted: Coordinates, dialect: Dialect): string {
  return dialect === 'kotlin' ? `implementation(${quoted(wanted, dialect)})` : `implementation ${quoted(wanted, dialect)}`
}

function quoted(wanted: Coordinates, dialect: Dialect): string {
  return dialect === 'kotlin' ? `"${notation(wanted)}"` : `'${notation(wanted)}'`
}

// --- putting in ------------------------------------------------------------------------------------------------------

/** In an empty block it stands right behind the brace, where it is known again as one that filled it. */
function inBlock(text: string, {inner, start, statements}: Block, statement: string): string {
  const content = text.slice(inner.start, inner.end).replace(/[ \t\r\n\f\v]+$/, '')
  if (content === '') return splice(text, {end: inner.start, start: inner.start}, ` ${statement}`)
  const at = inner.start + content.length
  const indent = indentAt(text, statements.at(-1)?.start) ?? (indentAt(text, start) ?? '') + unitOf(text)
  return splice(text, {end: at, start: at}, newlineOf(text) + indent + statement)
}

/** A made block begins on a line of its own, and so does what stands in it. */
function withBlock(text: string, statement: string): string {
  const newline = text.endsWith('\r') ? '\r\n' : newlineOf(text)
  const block = `dependencies {${newline}${unitOf(text)}${statement}${newline}}`
  if (text === '') return block + newline
  return text.endsWith('\n') ? text + newline + block + newline : text + newline + newline + block
}

function newlineOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n'
}

/** Of what is the first on its line. */
function indentAt(text: string, place: number | undefined): string | undefined {
  return place === undefined ? undefined : /(?:^|\n)([ \t]*)$/.exec(text.slice(0, place))?.[1]
}

function unitOf(text: string): string {
  return /\n(\t| {2,8})(?=[^\s*])/.exec(text)?.[1] ?? '    '
}

// --- taking out ------------------------------------------------------------------------------------------------------

function without(text: string, {block, statement}: Given): string {
  const before = text.slice(block.inner.start, statement.start)
  const behind = text.slice(statement.end, block.inner.end)
  const line = /\r?\n[ \t]*$/.exec(before)
  if (line && isBlank(before) && isBlank(behind)) return withoutBlock(text, block)
  if (line) return splice(text, {end: statement.end, start: block.inner.start + line.index}, '')
  return splice(text, isBlank(before) ? besideBrace(block, statement, behind) : statement, '')
}

/** What follows comes up to the brace, so that it is known as what fills the block. */
function besideBrace({inner}: Block, statement: Statement, behind: string): {readonly end: number; readonly start: number} {
  if (isBlank(behind)) return {end: statement.end, start: inner.start}
  return {end: statement.end + behind.search(/[^ \t\r\n\f\v]/), start: statement.start}
}

/** With the line that was put before it; at the end of a file without a last line end, two were. */
function withoutBlock(text: string, {end, start}: Block): string {
  const [behind = ''] = /^\r?\n/.exec(text.slice(end)) ?? []
  const last = end === text.length
  const [before = ''] = (last ? /(?:\r?\n){1,2}$/ : /\r?\n$/).exec(text.slice(0, start)) ?? []
  return splice(text, {end: end + behind.length, start: start - before.length}, '')
}

function isBlank(text: string): boolean {
  return /^[ \t\r\n\f\v]*$/.test(text)
}

function splice(text: string, {end, start}: {readonly end: number; readonly start: number}, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
