/**
 * Adds an element to a TOML array and takes one out, by the text. An array of lines stays one, and so does one in a line; a comma at the end
 * stays or stays away; comments are left alone. What was added and is removed leaves nothing behind.
 */
import type {AST} from 'toml-eslint-parser'
import {lineEnd, spliced} from './dependency-file.ts'

interface Item {
  readonly start: number
  readonly end: number
  /** Where its comma is. */
  readonly comma: number | undefined
  /** What stands before it in its line, if that is blank. */
  readonly indent: string | undefined
}

export function withElement(text: string, program: AST.TOMLProgram, array: AST.TOMLArray, element: string): string {
  const last = itemsOf(text, program, array).at(-1)
  if (last === undefined) return intoEmpty(text, array, element)
  const after = (last.comma ?? last.end - 1) + 1
  const trailing = last.comma === undefined ? '' : ','
  const lead = last.indent === undefined ? ' ' : lineEnd(text) + last.indent
  const place = last.indent === undefined ? after : afterComment(text, after)
  const missing = last.comma === undefined ? [[last.end, last.end, ','] as const] : []
  // Both at one place: the comma comes first.
  if (missing.length > 0 && place === last.end) return spliced(text, [[place, place, `,${lead}${element}`]])
  return spliced(text, [...missing, [place, place, lead + element + trailing]])
}

/** Where there is nothing but a comment, it is in lines. */
function intoEmpty(text: string, {range: [start, end]}: AST.TOMLArray, element: string): string {
  const inner = text.slice(start + 1, end - 1)
  if (!inner.includes('#')) return spliced(text, [[start + 1, start + 1, element]])
  const place = start + 1 + inner.search(/\r?\n[^\n]*$/)
  return spliced(text, [[place, place, `${lineEnd(text)}    ${element},`]])
}

export function withoutElement(text: string, program: AST.TOMLProgram, array: AST.TOMLArray, index: number): string {
  const items = itemsOf(text, program, array)
  const [item, before] = [items[index], items[index - 1]]
  if (item === undefined) return text
  const end = (item.comma ?? item.end - 1) + 1
  const comma = item.comma === undefined ? before?.comma : undefined
  const [from, to] = item.indent === undefined ? withinLine(text, item.start, end, index > 0) : wholeLine(text, item.start, end)
  return spliced(text, [...(comma === undefined ? [] : [[comma, comma + 1, ''] as const]), [from, to, '']])
}

function withinLine(text: string, start: number, end: number, follows: boolean): readonly [number, number] {
  if (follows) return [start - blanksBefore(text, start).length, end]
  const after = text[end - 1] === ',' ? (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0) : 0
  return [start, end + after]
}

/** With the end of the line before it, and with the comment that follows. */
function wholeLine(text: string, start: number, end: number): readonly [number, number] {
  const from = start - blanksBefore(text, start).length
  return [from - (text.slice(0, from).endsWith('\r\n') ? 2 : 1), afterComment(text, end)]
}

/** The end of the line, where nothing but a comment follows. */
function afterComment(text: string, place: number): number {
  const [rest] = /^[ \t]*(?:#[^\r\n]*)?(?=\r?\n)/.exec(text.slice(place)) ?? ['']
  return place + rest.length
}

function blanksBefore(text: string, place: number): string {
  return /[ \t]*$/.exec(text.slice(0, place))?.[0] ?? ''
}

function itemsOf(text: string, {tokens}: AST.TOMLProgram, array: AST.TOMLArray): readonly Item[] {
  const commas = tokens.filter(({type, value}) => type === 'Punctuator' && value === ',').map(({range: [at]}) => at)
  return array.elements.map(({range: [start, end]}, index) => {
    const next = array.elements[index + 1]?.range[0] ?? array.range[1]
    const blanks = blanksBefore(text, start)
    return {
      comma: commas.find((at) => at >= end && at < next),
      end,
      indent: text[start - blanks.length - 1] === '\n' ? blanks : undefined,
      start,
    }
  })
}
