/** What is wrong with a text as YAML, and what in it is more than strict YAML has. */
import {type Document, isAlias, isMap, isScalar, type Node, visit, type YAMLParseError} from 'yaml'

export interface Complaint {
  readonly offset: number
  readonly message: string
  readonly hint?: string
  /** Nothing behind it can be read. */
  readonly fatal: boolean
}

export function complaintsAbout({contents, errors}: Document.Parsed, text: string): readonly Complaint[] {
  const [first] = errors.map(syntaxError)
  const twice = keysTwice(contents, text)
  // Of what is no YAML, the first says it all: whatever follows follows from it.
  const syntax = first === undefined ? twice : [...twice.filter(({offset}) => offset < first.offset), first]
  return [...syntax, ...foreignNodes(contents)]
}

function syntaxError({code, message, pos: [offset]}: YAMLParseError): Complaint {
  if (code === 'MULTIPLE_DOCS') return {fatal: true, message: 'it is one document; a second one begins here', offset}
  if (message.startsWith('Maximum call stack')) return {fatal: true, message: 'is nested too deeply', offset}
  return {fatal: true, message: `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, offset}
}

function keysTwice(contents: Node | null, text: string): readonly Complaint[] {
  const found: Complaint[] = []
  visit(contents, {
    Map(_, {items}) {
      const keys = new Set<unknown>()
      for (const {key} of items) {
        if (!isScalar(key)) continue
        if (keys.has(key.value)) found.push(duplicate(text, key.range?.[0] ?? 0))
        keys.add(key.value)
      }
    },
  })
  return found
}

function duplicate(text: string, offset: number): Complaint {
  const key = /^"(?:[^"\\]|\\.)*"|^'[^']*'|^[^\s:]+/.exec(text.slice(offset, offset + longestKey))?.[0] ?? 'this key'
  return {fatal: false, hint: 'remove one of the two', message: `${key} stands here a second time`, offset}
}

const longestKey = 1024

/** What YAML has and strict YAML has not. */
function foreignNodes(contents: Node | null): readonly Complaint[] {
  const found: Complaint[] = []
  visit(contents, {
    Node(_, node) {
      const [offset] = node.range ?? [0]
      const tell = (fatal: boolean, message: string) => found.push({fatal, hint: 'write the value out', message, offset})
      if (isAlias(node)) tell(true, `*${node.source}: aliases are not part of strict YAML`)
      else if (node.anchor !== undefined) tell(false, `&${node.anchor}: anchors are not part of strict YAML`)
      else if (node.tag !== undefined) tell(false, `${node.tag}: tags are not part of strict YAML`)
      if (isMap(node)) for (const {key} of node.items) if (!isScalar(key)) tell(true, 'it has a key that is no text')
    },
  })
  return found
}
