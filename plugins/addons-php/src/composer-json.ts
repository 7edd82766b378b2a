/**
 * What composer.json requires. A requirement goes behind those that are there, or to its place where the project says `sort-packages`; the one
 * that is there gives up its place. Sections that are missing are made, and taken away again with the last requirement.
 */
import type {Node} from 'jsonc-parser'
import {failures} from './failure.ts'
import {insertMember, lineAt, type Member, membersOf, memberText, removeMember, rootObject, splice} from './json-text.ts'
import {comesBefore} from './package-order.ts'
import type {Requirement} from './requirement.ts'

const file = 'composer.json'
const sections = ['require', 'require-dev'] as const

export function withRequirement(text: string, wanted: Requirement): string {
  const other = wanted.section === 'require' ? 'require-dev' : 'require'
  const moved = without(text, wanted.name, other)
  const root = rootObject(file, moved)
  const section = member(root, wanted.section)
  return section === undefined ? withSection(moved, root, wanted) : inSection(moved, root, objectOf(section), wanted)
}

export function withoutRequirement(text: string, name: string): string {
  return sections.reduce((rest, section) => without(rest, name, section), text)
}

export interface Listed {
  /** `composer.json:5` */
  readonly place: string
  readonly constraint: unknown
}

/** Undefined for what it does not require. */
export function listedIn(text: string, name: string): Listed | undefined {
  const root = rootObject(file, text)
  const holders = sections.flatMap((section) => member(root, section)?.value ?? [])
  const [given] = holders.flatMap((holder) => (holder.type === 'object' ? (packageIn(holder, name) ?? []) : []))
  return given && {constraint: given.value.value, place: `${file}:${lineAt(text, given.start)}`}
}

/** Is there anything that composer.json says under a key, and what? For settings that are read and never written. */
export function setting(text: string, ...path: readonly string[]): Node | undefined {
  const [key = '', ...deeper] = path
  const found = member(rootObject(file, text), key)?.value
  return deeper.reduce<Node | undefined>((node, step) => (node?.type === 'object' ? member(node, step)?.value : undefined), found)
}

function member(object: Node, key: string): Member | undefined {
  return theOne(membersOf(object), key, (one) => one)
}

/** Composer knows packages by any case of their names. */
function packageIn(section: Node, name: string): Member | undefined {
  return theOne(membersOf(section), name, (one) => one.toLowerCase())
}

/** An object that holds a thing twice is nothing to guess about. */
function theOne(members: readonly Member[], key: string, known: (key: string) => string): Member | undefined {
  const [found, second] = members.filter((one) => known(one.key) === key)
  if (second) throw failures.twice(file, key)
  return found
}

function objectOf({key, value}: Member): Node {
  if (value.type === 'object') return value
  throw failures.shape(file, key)
}

function inSection(text: string, root: Node, section: Node, {constraint, name}: Requirement): string {
  const value = JSON.stringify(constraint)
  const given = packageIn(section, name)
  if (given?.value.value === constraint) return text
  if (given) return splice(text, given.value.offset, given.value.offset + given.value.length, value)
  const members = membersOf(section)
  const later = isSorted(text) ? members.findIndex(({key}) => comesBefore(name, key)) : -1
  return insertMember(text, section, later === -1 ? members.length : later, memberText(text, root, name, value))
}

function isSorted(text: string): boolean {
  return setting(text, 'config', 'sort-packages')?.value === true
}

/** The section begins on a line of its own, or after a space: so it is known again as one that was made. */
function withSection(text: string, root: Node, {constraint, name, section}: Requirement): string {
  const {indent, newline} = layout(text, root)
  const entry = memberText(text, root, name, JSON.stringify(constraint))
  const body = newline === '' ? `{ ${entry} }` : `{${newline}${indent}${indent}${entry}${newline}${indent}}`
  const made = memberText(text, root, section, body)
  const members = membersOf(root)
  return insertMember(text, root, members.length, members.length === 0 ? `${newline}${indent}${made}` : made)
}

/** Of a file without line breaks, no newline; else that of the first line, and the indentation of the first member. */
function layout(text: string, root: Node): {readonly indent: string; readonly newline: string} {
  const [first] = membersOf(root)
  const [newline = first ? '' : '\n'] = /\r?\n/.exec(text.slice(root.offset, root.offset + root.length)) ?? []
  const indent = first && /\n([ \t]*)$/.exec(text.slice(0, first.start))?.[1]
  return {indent: indent ?? '    ', newline}
}

function without(text: string, name: string, section: string): string {
  const root = rootObject(file, text)
  const holder = member(root, section)
  if (holder?.value.type !== 'object') return text
  const given = packageIn(holder.value, name)
  if (given === undefined) return text
  const made = membersOf(holder.value).length === 1 && given.start > holder.value.offset + 1
  return made ? withoutSection(text, root, holder) : removeMember(text, holder.value, given)
}

function withoutSection(text: string, root: Node, section: Member): string {
  const alone = membersOf(root).length === 1
  return alone ? splice(text, root.offset + 1, section.end, '') : removeMember(text, root, section)
}
