/**
 * Adds a member to a JSON object and takes one out, by the text: a member looks like its neighbours, an object of lines stays one, and so
 * does one in a line. What was added and is removed leaves nothing behind.
 */
import type {Node} from 'jsonc-parser'

/** Of an object that parseTree has found: each has a key and a value. */
export function membersOf({children = []}: Node): readonly Node[] {
  return children
}

export function keyOf(member: Node): string {
  return String(member.children?.[0]?.value)
}

export function valueNode(member: Node): Node {
  const value = member.children?.[1]
  if (value === undefined) throw new TypeError('a member without a value')
  return value
}

/** `member` is text; it becomes the one at `index`. */
export function withMember(text: string, object: Node, index: number, member: string): string {
  const members = membersOf(object)
  const [before, after] = [members[index - 1], members[index]]
  if (before) return insert(text, endOf(before), `,${leadIn(text, object)}${member}`)
  return after ? insert(text, after.offset, `${member},${leadIn(text, object)}`) : insert(text, object.offset + 1, member)
}

export function withoutMember(text: string, object: Node, member: Node): string {
  const members = membersOf(object)
  const index = members.indexOf(member)
  const [before, after] = [members[index - 1], members[index + 1]]
  if (before) return cut(text, endOf(before), endOf(member))
  return cut(text, member.offset, after ? after.offset : endOf(member))
}

/** A new object with one member, as text: of lines, where `parent` is. */
export function objectIn(text: string, parent: Node, member: string): string {
  const lead = leadIn(text, parent)
  const [, end, indent = ''] = /(\r?\n)([ \t]*)$/.exec(lead) ?? []
  return end === undefined ? `{ ${member} }` : `{${end}${indent}${indent}${member}${end}${indent}}`
}

/** What stands between key and value. */
export function colonIn(text: string, object: Node): string {
  const [first] = membersOf(object)
  return first ? text.slice(endOf(first.children?.[0] ?? first), valueNode(first).offset) : ': '
}

/** The blanks before a member that is not the first. */
function leadIn(text: string, object: Node): string {
  const [first, second] = membersOf(object)
  if (first === undefined) return ''
  const lead = blanksBefore(text, (second ?? first).offset)
  return second || lead !== '' || !/\s$/.test(colonIn(text, object)) ? lead : ' '
}

function blanksBefore(text: string, offset: number): string {
  return /\s*$/.exec(text.slice(0, offset))?.[0] ?? ''
}

export function endOf({length, offset}: Node): number {
  return offset + length
}

function insert(text: string, at: number, fresh: string): string {
  return text.slice(0, at) + fresh + text.slice(at)
}

function cut(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(to)
}
