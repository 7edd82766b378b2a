/**
 * What people write for an implementation besides a single `'group:name:version'`: maps, several at once, names of a version catalog. It is theirs, so
 * it is recognised and never changed.
 *
 *   implementation group: 'a', name: 'b', version: '1'     implementation(group = "a", name = "b")
 *   implementation 'a:b:1', 'c:d:1'                        implementation("a", "b", "1")
 *   implementation libs.b                                  implementation(libs.bundles.web)
 */
import type {Token} from './tokens.ts'

export interface Reference {
  readonly start: number
  /** Packages, as `group:name`. */
  readonly packages: readonly string[]
  /** A name of the catalog: `libs.b`. */
  readonly accessor?: string
}

/** `words` are what stands behind `implementation`, without parentheses. */
export function referencesIn(words: readonly Token[], start: number): readonly Reference[] {
  const parts = partsOf(unbracketed(words.filter(({kind}) => kind !== 'line')))
  const values = new Map(parts.flatMap((part) => (isPair(part) ? [[part[0]?.text, part[2]?.text] as const] : [])))
  const [group, name] = [values.get('group'), values.get('name')]
  const mapped = group === undefined || name === undefined ? [] : [`${group}:${name}`]
  const strings = parts.flatMap(([first, ...more]) => (first?.kind === 'string' && more.length === 0 ? [first.text] : []))
  const packages = [...mapped, ...listed(strings)]
  const accessors = parts.filter(isAccessor).map((part) => ({accessor: textOf(part), packages: [], start}))
  return packages.length === 0 ? accessors : [{packages, start}, ...accessors]
}

/** Group and name one by one, or one notation or several. */
function listed(strings: readonly string[]): readonly string[] {
  const [first = '', second = ''] = strings
  if (strings.length > 1 && !first.includes(':') && !second.includes(':')) return [`${first}:${second}`]
  return strings.map((text) => text.split(':').slice(0, 2).join(':'))
}

function unbracketed(words: readonly Token[]): readonly Token[] {
  return isSign(words[0], '[') && isSign(words.at(-1), ']') ? words.slice(1, -1) : words
}

function partsOf(words: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]]
  for (const word of words)
    if (isSign(word, ',')) parts.push([])
    else parts.at(-1)?.push(word)
  return parts
}

function isPair(part: readonly Token[]): boolean {
  const [key, sign, value] = part
  return part.length === 3 && key?.kind === 'word' && (isSign(sign, ':') || isSign(sign, '=')) && value?.kind === 'string'
}

function isAccessor(part: readonly Token[]): boolean {
  return part[0]?.text === 'libs' && /^libs(?:\.\w+)+$/.test(textOf(part))
}

function textOf(part: readonly Token[]): string {
  return part.map(({text}) => text).join('')
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign
}
