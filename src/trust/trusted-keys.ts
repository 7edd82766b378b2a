/**
 * `trusted_keys`: for packages of which names which keys are accepted. A line holds a pattern, `ed25519`, the key in
 * base64 or hex, and a comment, like OpenSSH's allowed signers (SPEC.md, 21).
 */
import {linesOf, type Owner, readPolicyFile, unreliable} from './policy.ts'

export interface TrustedKey {
  readonly pattern: string
  /** 64 lower-case hex digits. */
  readonly key: string
  readonly comment: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** Throws EFLAVOR_POLICY. */
export function readTrustedKeys(file: string, owner: Owner): readonly TrustedKey[] {
  const text = readPolicyFile(file, owner)
  return text === undefined ? [] : parseTrustedKeys(text, file)
}

export function parseTrustedKeys(text: string, file: string): readonly TrustedKey[] {
  return linesOf(text).map(({line, text}) => {
    const [, pattern = '', rest = ''] = /^[ \t]*([^ \t]+)[ \t]*(.*)$/s.exec(text) ?? []
    return {...parseKeyWords(rest, `${file}:${line}`), file, line, pattern}
  })
}

/** `ed25519 KEY COMMENT`. Throws EFLAVOR_POLICY. */
export function parseKeyWords(text: string, where: string): Pick<TrustedKey, 'comment' | 'key'> {
  const [, algorithm, word = '', comment = ''] = /^[ \t]*([^ \t]+)(?:[ \t]+([^ \t]+)(?:[ \t]+(.*?))?)?[ \t]*$/s.exec(text) ?? []
  if (algorithm !== 'ed25519') throw unreliable(where, `ed25519 is wanted, not ${JSON.stringify(algorithm ?? '')}`)
  const key = parseKey(word)
  if (key === undefined) throw unreliable(where, `${JSON.stringify(word)} is no key: 44 characters of base64 or 64 hex digits`)
  return {comment, key}
}

/** A key in base64 (canonical, padded) or hex, as 64 lower-case hex digits. */
export function parseKey(word: string): string | undefined {
  if (/^[0-9A-Fa-f]{64}$/.test(word)) return word.toLowerCase()
  if (!/^[A-Za-z0-9+/]{43}=$/.test(word)) return undefined
  const bytes = Buffer.from(word, 'base64')
  return bytes.toString('base64') === word ? bytes.toString('hex') : undefined
}

/**
 * `*` stands for any characters and `?` for one, by code points. In time that is bounded by the product of the lengths:
 * a name comes from a package, so no pattern of a user may turn it into an endless search.
 */
export function matchesName(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name
  const [wanted, given] = [[...pattern], [...name]]
  let [at, star, resume] = [0, -1, 0]
  for (let here = 0; here < given.length; ) {
    if (wanted[at] === '*') {
      star = at++
      resume = here
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[here])) {
      at++
      here++
    } else if (star >= 0) {
      at = star + 1
      here = ++resume
    } else return false
  }
  return wanted.slice(at).every((character) => character === '*')
}
