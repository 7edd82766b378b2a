/**
 * JSON as text that somebody wrote: members of its objects are put in, replaced and taken out, and every other byte stays. What was put in
 * and is taken out again leaves what was there before.
 *
 * Text is Latin-1 here, a character a byte: JSON's own signs are ASCII, so that whatever stands between them passes through unchanged.
 */
import {type Node, type ParseError, parseTree, printParseErrorCode} from 'jsonc-parser'
import {failures} from './failure.ts'

export interface Member {
  readonly key: string
  readonly value: Node
  readonly start: number
  readonly end: number
}

/** The object that the whole of a file is. Throws a Failure that names line and column. */
export function rootObject(file: string, text: string): Node {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, {allowTrailingComma: false, disallowComments: true})
  const [first] = errors
  if (first) throw failures.broken(file, `:${place(text, first.offset)} is not JSON: ${words(printParseErrorCode(first.error))}`)
  if (root?.type !== 'object') throw failures.broken(file, ' holds no JSON object')
  return root
}

/** `CloseBraceExpected` */
function words(code: string): string {
  return code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function place(text: string, offset: number): string {
  return `${lineAt(text, offset)}:${offset - text.lastIndexOf('\n', offset - 1)}`
}

export function membersOf(object: Node): readonly Member[] {
  return (object.children ?? []).flatMap(({children: [key, value] = [], length, offset}) =>
    key && value ? [{end: offset + length, key: key.value, start: offset, value}] : [],
  )
}

/** Text of a member, written as the others of the file are. */
export function memberText(text: string, root: Node, key: string, value: string): string {
  const [first] = root.children ?? []
  const [name, given] = first?.children ?? []
  const colon = name && given ? text.slice(name.offset + name.length, given.offset) : ': '
  return `${JSON.stringify(key)}${colon}${value}`
}

/** Into an object without members it goes right behind the brace, where nobody writes one: so it is known again when it is taken out. */
export function insertMember(text: string, object: Node, index: number, member: string): string {
  const members = membersOf(object)
  const [first, second] = members
  if (first === undefined) return splice(text, object.offset + 1, object.offset + 1, member)
  const between = second ? text.slice(first.end, second.start) : `,${text.slice(object.offset + 1, first.start)}`
  const before = members[index - 1]
  return before ? splice(text, before.end, before.end, between + member) : splice(text, first.start, first.start, member + between)
}

export function removeMember(text: string, object: Node, member: Member): string {
  const members = membersOf(object)
  const index = members.findIndex(({start}) => start === member.start)
  const [before, behind] = [members[index - 1], members[index + 1]]
  if (before) return splice(text, before.end, member.end, '')
  return splice(text, member.start, behind ? behind.start : member.end, '')
}

export function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}
