import assert from 'node:assert/strict'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {matchesName, parseKey, parseTrustedKeys} from '../../dist/trust/trusted-keys.js'
import {base64Of, keyOf} from '../support/trust.ts'

const hex = keyOf('a')

describe('a line of trusted_keys', () => {
  const parse = (text: string) => parseTrustedKeys(text, 'f').map(({comment, key, line, pattern}) => [line, pattern, key, comment])

  it('is a pattern, ed25519, a key and a comment, separated by spaces and tabs', () => {
    assert.deepEqual(parse(`a* ed25519 ${hex}\n \tb\ted25519  ${base64Of('a')} \t of  somebody \r\nc ed25519 ${hex.toUpperCase()}`), [
      [1, 'a*', hex, ''],
      [2, 'b', hex, 'of  somebody'],
      [3, 'c', hex, ''],
    ])
  })

  it('may say nothing', () => assert.deepEqual(parse('\n   \t\n# a b\n \t# x\n\r\n'), []))

  it('that is none of these is named', () => {
    for (const bad of [
      'a',
      'a ed25519',
      `a rsa ${hex}`,
      `a ED25519 ${hex}`,
      `a ed25519 ${hex}0`,
      `ed25519 ${hex}`,
      `a ed25519 ${base64Of('a')}=`,
    ]) {
      assert.throws(() => parse(`# one\n${bad}\n`), {code: 'EFLAVOR_POLICY', message: /^f:2 cannot be relied on/})
    }
  })
})

describe('a key', () => {
  it('is 64 hex digits or canonical base64 of 32 bytes', () => {
    assert.equal(parseKey(hex), hex)
    assert.equal(parseKey(base64Of('a')), hex)
    assert.equal(parseKey(`${'A'.repeat(42)}B=`), undefined, 'bits that stand for nothing')
    assert.equal(parseKey(base64Of('a').slice(0, -1)), undefined)
    assert.equal(parseKey(`${'-'.repeat(43)}=`), undefined)
    assert.equal(parseKey(''), undefined)
  })
})

describe('a pattern', () => {
  /** By definition, in time that no start could afford. */
  const defined = (pattern: readonly string[], name: readonly string[]): boolean => {
    const [first, ...rest] = pattern
    if (first === undefined) return name.length === 0
    if (first === '*') return defined(rest, name) || (name.length > 0 && defined(pattern, name.slice(1)))
    return name.length > 0 && (first === '?' || first === name[0]) && defined(rest, name.slice(1))
  }

  it('is compared with the whole name, by code points', () => {
    const letters = fc.constantFrom('a', 'b', '*', '?', '😀', '.')
    fc.assert(
      fc.property(fc.array(letters, {maxLength: 7}), fc.array(fc.constantFrom('a', 'b', '😀', '.'), {maxLength: 7}), (pattern, name) => {
        assert.equal(matchesName(pattern.join(''), name.join('')), defined(pattern, name))
      }),
      {numRuns: 2000},
    )
  })

  it('of many stars takes no time over a long name', () => {
    assert.equal(matchesName(`${'*a'.repeat(50)}*b`, 'a'.repeat(20_000)), false)
  })
})
