/**
 * Groovy and Kotlin, as far as one has to know them to tell code from strings and comments: words, strings, signs and the ends of lines, with
 * their places. What is written inside a string, `${…}` too, is part of the string.
 *
 * Text is Latin-1, a character a byte: everything that means something here is ASCII, and the rest passes through unchanged.
 */
export type Dialect = 'groovy' | 'kotlin'

export interface Token {
  readonly kind: 'line' | 'sign' | 'string' | 'word'
  readonly start: number
  readonly end: number
  /** As it is written; of a string, what stands between its quotes. */
  readonly text: string
}

/** A string, a comment or a bracket without the other of its ends. */
export class Unpaired extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

export function tokensOf(text: string, dialect: Dialect): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at, dialect, tokens.at(-1))
    if (token.kind !== 'gap') tokens.push(token as Token)
    at = token.end
  }
  return tokens
}

type Lexeme = Omit<Token, 'kind'> & {readonly kind: Token['kind'] | 'gap'}

function tokenAt(text: string, start: number, dialect: Dialect, before: Token | undefined): Lexeme {
  const rest = (pattern: RegExp): string | undefined => matchAt(pattern, text, start)
  const lexeme = (kind: Lexeme['kind'], end: number): Lexeme => ({end, kind, start, text: text.slice(start, end)})
  const gap = rest(/[ \t\f\v\r]+|\\\r?\n/y) ?? rest(/\/\/[^\n]*/y) ?? (start === 0 ? rest(/#![^\n]*/y) : undefined)
  if (gap !== undefined) return lexeme('gap', start + gap.length)
  if (text.startsWith('/*', start)) return lexeme('gap', commentEnd(text, start, dialect))
  if (text[start] === '\n') return lexeme('line', start + 1)
  const word = rest(/[\w$\x80-\xff]+|`[^`\n]*`/y)
  const quote = quoteAt(text, start, dialect, before)
  if (quote !== undefined) return stringAt(text, start, quote, dialect)
  return lexeme(word === undefined ? 'sign' : 'word', start + (word ?? ' ').length)
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Kotlin's comments nest. */
function commentEnd(text: string, start: number, dialect: Dialect): number {
  let [at, depth] = [start + 2, 1]
  while (depth > 0) {
    const sign = /\/\*|\*\//g
    sign.lastIndex = at
    const found = sign.exec(text)
    if (found === null) throw new Unpaired('the comment does not end', start)
    depth += found[0] === '*/' ? -1 : dialect === 'kotlin' ? 1 : 0
    at = found.index + (found[0] === '/*' && dialect === 'groovy' ? 1 : 2)
  }
  return at
}

// --- strings ---------------------------------------------------------------------------------------------------------

interface Quote {
  readonly open: string
  readonly close: string
  /** What takes its meaning from the sign behind it. */
  readonly escape: string | undefined
  /** Does `${…}` hold code? */
  readonly code: boolean
  readonly lines: boolean
}

const triple = (sign: string, code: boolean, escaping: string | undefined): Quote => ({
  close: sign,
  code,
  escape: escaping,
  lines: true,
  open: sign,
})
const single = (sign: string, code: boolean): Quote => ({close: sign, code, escape: '\\', lines: false, open: sign})
const slashy: Quote = {close: '/', code: true, escape: '\\', lines: true, open: '/'}
const dollarSlashy: Quote = {close: '/$', code: true, escape: '$', lines: true, open: '$/'}

const quotes: Readonly<Record<Dialect, readonly Quote[]>> = {
  groovy: [triple("'''", false, '\\'), triple('"""', true, '\\'), single("'", false), single('"', true), dollarSlashy],
  kotlin: [triple('"""', true, undefined), single("'", false), single('"', true)],
}

function quoteAt(text: string, start: number, dialect: Dialect, before: Token | undefined): Quote | undefined {
  const quote = quotes[dialect].find(({open}) => text.startsWith(open, start))
  return quote ?? (dialect === 'groovy' && isSlashy(text, start, before) ? slashy : undefined)
}

/** A slash divides what stands before it; where there is nothing to divide, or it clings to what follows alone, it begins a string. */
function isSlashy(text: string, start: number, before: Token | undefined): boolean {
  if (text[start] !== '/' || !/^\/(?:\\.|[^/\n\\])+\//.test(text.slice(start, start + 1000))) return false
  if (before === undefined || before.kind === 'line') return true
  if (before.kind === 'sign') return !/[)\]}]/.test(before.text)
  const clings = before.end < start && !/[ \t]/.test(text[start + 1] ?? '')
  return before.kind === 'word' && !/^\d/.test(before.text) && (clings || /^(?:return|in|case|assert)$/.test(before.text))
}

function stringAt(text: string, start: number, quote: Quote, dialect: Dialect): Token {
  const inner = start + quote.open.length
  for (let at = inner; at < text.length; ) {
    if (text.startsWith(quote.close, at)) return closed(text, {at, inner, start}, quote)
    if (!quote.lines && text[at] === '\n') break
    if (quote.code && text.startsWith('${', at)) at = codeEnd(text, at + 2, dialect, start)
    else at += text[at] === quote.escape ? 2 : 1
  }
  throw new Unpaired('the string does not end', start)
}

/** Three quotes that end a string may have more of them before. */
function closed(text: string, {at, inner, start}: {at: number; inner: number; start: number}, {close}: Quote): Token {
  let end = at
  while (close.length === 3 && text.startsWith(close, end + 1)) end += 1
  return {end: end + close.length, kind: 'string', start, text: text.slice(inner, end)}
}

/** Behind the brace that ends code in a string. */
function codeEnd(text: string, start: number, dialect: Dialect, string: number): number {
  let depth = 1
  let before: Token | undefined
  for (let at = start; at < text.length; ) {
    const token = tokenAt(text, at, dialect, before)
    if (token.kind === 'sign') depth += token.text === '{' ? 1 : token.text === '}' ? -1 : 0
    if (depth === 0) return token.end
    if (token.kind !== 'gap') before = token as Token
    at = token.end
  }
  throw new Unpaired('the string does not end', string)
}
