/** The `dependencies { }` blocks of a build file that stand at its top, and what they say is needed for the implementation. */
import {type Reference, referencesIn} from './references.ts'
import {type Dialect, type Token, tokensOf, Unpaired} from './tokens.ts'

/** `implementation 'g:n:v'` */
export interface Statement {
  readonly start: number
  readonly end: number
  /** What it names, without quotes, and where. */
  readonly notation: string
  readonly value: {readonly start: number; readonly end: number}
}

export interface Block {
  readonly start: number
  readonly end: number
  /** Behind the brace that opens it, and before the one that closes it. */
  readonly inner: {readonly start: number; readonly end: number}
  readonly statements: readonly Statement[]
  /** In other forms. */
  readonly references: readonly Reference[]
}

const closing: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'}

/** Throws Unpaired. */
export function dependencyBlocks(text: string, dialect: Dialect): readonly Block[] {
  const tokens = tokensOf(text, dialect)
  const partner = partners(tokens)
  const top = topLevel(partner, 0, tokens.length)
  return top.flatMap((index) => {
    const [word, brace] = [tokens[index], tokens[index + 1]]
    const end = partner.get(index + 1)
    if (word?.text !== 'dependencies' || brace?.text !== '{' || end === undefined || !beginsStatement(tokens, index)) return []
    return [blockOf(tokens, partner, index, end)]
  })
}

/** By the place of each bracket that opens, the place of the one that closes it. */
function partners(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const [found, open] = [new Map<number, number>(), [] as number[]]
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'sign') continue
    if (token.text in closing) open.push(index)
    if (Object.values(closing).includes(token.text)) found.set(opener(tokens, token, open.pop()), index)
  }
  const lost = tokens[open.at(-1) ?? -1]
  if (lost) throw endless(lost)
  return found
}

function opener(tokens: readonly Token[], token: Token, last: number | undefined): number {
  const opened = tokens[last ?? -1]
  if (last === undefined || opened === undefined) throw new Unpaired(`the bracket ${token.text} closes nothing`, token.start)
  if (closing[opened.text] !== token.text) throw endless(opened)
  return last
}

function endless({start, text}: Token): Unpaired {
  return new Unpaired(`the bracket ${text} does not end`, start)
}

/** Places of the tokens in a range that stand in no brackets within it. */
function topLevel(partner: ReadonlyMap<number, number>, start: number, end: number): readonly number[] {
  const found: number[] = []
  for (let index = start; index < end; index = (partner.get(index) ?? index) + 1) found.push(index)
  return found
}

function beginsStatement(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]
  return before === undefined || before.kind === 'line' || (before.kind === 'sign' && /^[;{}]$/.test(before.text))
}

function blockOf(tokens: readonly Token[], partner: ReadonlyMap<number, number>, index: number, end: number): Block {
  const [word, open, close] = [tokens[index], tokens[index + 1], tokens[end]] as [Token, Token, Token]
  const begins = topLevel(partner, index + 2, end).filter((at) => beginsStatement(tokens, at))
  const found = begins.map((at) => statementAt(tokens, partner, at))
  return {
    end: close.end,
    inner: {end: close.start, start: open.end},
    references: begins.flatMap((at, place) => (found[place] === undefined ? referencesAt(tokens, partner, at) : [])),
    start: word.start,
    statements: found.filter((one) => one !== undefined),
  }
}

function referencesAt(tokens: readonly Token[], partner: ReadonlyMap<number, number>, at: number): readonly Reference[] {
  const word = tokens[at]
  if (word?.text !== 'implementation') return []
  const close = tokens[at + 1]?.text === '(' ? partner.get(at + 1) : undefined
  const words = close === undefined ? tokens.slice(at + 1, statementEnd(tokens, at + 1)) : tokens.slice(at + 2, close)
  return referencesIn(words, word.start)
}

/** A line goes on behind a comma. */
function statementEnd(tokens: readonly Token[], start: number): number {
  const ends = ({kind, text}: Token, index: number): boolean =>
    index >= start && (kind === 'line' ? tokens[index - 1]?.text !== ',' : kind === 'sign' && /^[;{}]$/.test(text))
  const end = tokens.findIndex(ends)
  return end === -1 ? tokens.length : end
}

/** With its parentheses, and the closure that may follow. A list of several is somebody's own affair. */
function statementAt(tokens: readonly Token[], partner: ReadonlyMap<number, number>, at: number): Statement | undefined {
  const [word, next] = [tokens[at], tokens[at + 1]]
  if (word?.text !== 'implementation' || next === undefined) return undefined
  const bare = next.kind === 'string'
  const value = bare ? next : tokens[at + 2]
  if (value?.kind !== 'string' || !(bare || (next.text === '(' && partner.get(at + 1) === at + 3))) return undefined
  const last = bare ? at + 1 : at + 3
  const behind = tokens[last + 1]
  const closure = behind?.text === '{' && behind.kind === 'sign' ? partner.get(last + 1) : undefined
  const final = tokens[closure ?? last] as Token
  const follows = tokens[(closure ?? last) + 1]
  if (follows && follows.kind !== 'line' && !/^[;}]$/.test(follows.text)) return undefined
  return {
    end: follows?.text === ';' ? follows.end : final.end,
    notation: value.text,
    start: word.start,
    value: {end: value.end, start: value.start},
  }
}
