/**
 * package.json: what it lists, and its text with a package more or less, in which every other byte is as it was. Packages are sorted as npm sorts
 * them. A section or a file that an addon has begun is known by its form, and goes when its last package goes.
 */
import {type Node, type ParseError, parseTree, printParseErrorCode} from 'jsonc-parser'
import {failures} from './failure.ts'
import {colonIn, endOf, keyOf, membersOf, objectIn, valueNode, withMember, withoutMember} from './json-object.ts'
import type {NpmPackage, Section} from './npm-package.ts'

export interface Listed {
  readonly name: string
  readonly range: string
  readonly section: string
  readonly line: number
}

export interface PackageJson {
  /** What is to be installed of other packages. */
  readonly listed: readonly Listed[]
  /** As JSON reads it. */
  readonly content: Readonly<Record<string, unknown>>
  added(wanted: NpmPackage): string
  replaced(listed: Listed, range: string): string
  /** Undefined when nothing is left of a file that an addon has begun. */
  removed(listed: Listed): string | undefined
}

const sections = ['dependencies', 'devDependencies', 'optionalDependencies'] as const
const mark = '\ufeff'

export function packageJson(text: string | undefined): PackageJson {
  if (text === undefined) return {added: begunFile, content: {}, listed: [], removed: () => undefined, replaced: () => ''}
  const start = text.startsWith(mark) ? mark : ''
  const body = text.slice(start.length)
  const root = rootOf(body)
  const memberOf = ({name, section}: Pick<Listed, 'name' | 'section'>) =>
    sectionOf(body, root, section)?.find((member) => keyOf(member) === name)
  return {
    added: (wanted) => start + added(body, root, wanted),
    content: JSON.parse(body),
    listed: sections.flatMap((section) => (sectionOf(body, root, section) ?? []).map((member) => listedBy(body, section, member))),
    removed: (listed) => {
      const member = memberOf(listed)
      if (member === undefined) return text
      return text === begunFile({...listed, section: listed.section as Section}) ? undefined : start + removed(body, root, listed, member)
    },
    replaced: (listed, range) => {
      const {length, offset} = valueNode(memberOf(listed) ?? root)
      return start + body.slice(0, offset) + JSON.stringify(range) + body.slice(offset + length)
    },
  }
}

function rootOf(text: string): Node {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, {allowTrailingComma: false, disallowComments: true})
  const [error] = errors
  if (error) throw failures.syntax(placeOf(text, error.offset), reasonOf(error))
  try {
    JSON.parse(text)
  } catch (thrown) {
    throw failures.syntax('1:1', (thrown as Error).message)
  }
  if (root?.type !== 'object') throw failures.shape('1:1', 'the file', 'is no object')
  return root
}

function reasonOf({error}: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
}

/** Its members; undefined where there is no such section. The last one counts, as in JSON. */
function sectionOf(text: string, root: Node, section: string): readonly Node[] | undefined {
  const value = sectionMember(root, section)
  if (value === undefined) return undefined
  const object = valueNode(value)
  if (object.type !== 'object') throw failures.shape(placeOf(text, object.offset), section, 'is no map of packages')
  return membersOf(object)
}

function sectionMember(root: Node, section: string): Node | undefined {
  return membersOf(root).findLast((member) => keyOf(member) === section)
}

function listedBy(text: string, section: string, member: Node): Listed {
  const [line = '1'] = placeOf(text, member.offset).split(':')
  return {line: Number(line), name: keyOf(member), range: String(valueNode(member).value), section}
}

function added(text: string, root: Node, {name, range, section}: NpmPackage): string {
  const there = sectionMember(root, section)
  if (there === undefined) {
    const colon = colonIn(text, root)
    const object = objectIn(text, root, memberText(name, range, colon))
    return withMember(text, root, membersOf(root).length, `${JSON.stringify(section)}${colon}${object}`)
  }
  const object = valueNode(there)
  const members = membersOf(object)
  const index = members.findIndex((member) => keyOf(member).localeCompare(name, 'en') > 0)
  const colon = members.length > 0 ? colonIn(text, object) : colonIn(text, root)
  return withMember(text, object, index === -1 ? members.length : index, memberText(name, range, colon))
}

function removed(text: string, root: Node, {name, range, section}: Listed, member: Node): string {
  const there = sectionMember(root, section)
  if (there === undefined) return text
  const object = valueNode(there)
  const begun = objectIn(text, root, memberText(name, range, colonIn(text, root)))
  const isBegun = membersOf(object).length === 1 && text.slice(object.offset, endOf(object)) === begun
  return isBegun ? withoutMember(text, root, there) : withoutMember(text, object, member)
}

function memberText(name: string, range: string, colon: string): string {
  return `${JSON.stringify(name)}${colon}${JSON.stringify(range)}`
}

/** As npm begins one. */
function begunFile({name, range, section}: Pick<NpmPackage, 'name' | 'range' | 'section'>): string {
  return `${JSON.stringify({[section]: {[name]: range}}, undefined, 2)}\n`
}

/** Line and column, from 1. */
function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n/)
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
