import assert from 'node:assert/strict'
import {chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {addTrustedKey, removeTrustedKeys} from '../../dist/trust/editing.js'
import {temporaryDirectory} from '../support/tmp.ts'
import {base64Of, keyOf, writePolicy} from '../support/trust.ts'

const list = (text?: string, mode?: number): string => {
  const file = join(temporaryDirectory(), '.config/flavor/trusted_keys')
  return text === undefined ? file : writePolicy(file, text, mode)
}
const read = (file: string) => readFileSync(file, 'utf8')
const add = (file: string, pattern: string, key: string, comment = '') => addTrustedKey(file, 'user', {comment, key: keyOf(key), pattern})
const remove = (file: string, pattern: string, key?: string) =>
  removeTrustedKeys(file, 'user', pattern, key === undefined ? undefined : keyOf(key)).map(({line}) => line)

describe('adding a key', () => {
  it('makes the file, for its user to change', () => {
    const file = list()
    assert.equal(add(file, 'hello', 'a', ' Ada’s,\nby  telephone '), true)
    assert.equal(read(file), `hello ed25519 ${base64Of('a')} Ada’s, by telephone\n`)
    assert.equal(statSync(file).mode & 0o777, 0o644)
    assert.equal(statSync(dirname(file)).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(dirname(file)), ['trusted_keys'])
  })

  it('leaves every byte that is there, and a file’s own mode', () => {
    for (const [text, between] of [
      ['# comment\r\n\r\n\t x  ed25519 KEY\ty \n', ''],
      ['# no newline at the end', '\n'],
    ] as const) {
      const before = text.replace('KEY', keyOf('b').toUpperCase())
      const file = list(before, 0o600)
      add(file, 'hello', 'a')
      assert.equal(read(file), `${before}${between}hello ed25519 ${base64Of('a')}\n`)
      assert.equal(statSync(file).mode & 0o777, 0o600)
    }
  })

  it('that stands there does nothing', () => {
    const text = `hello ed25519 ${keyOf('a')} another comment\n`
    const file = list(text)
    assert.equal(add(file, 'hello', 'a', 'x'), false)
    assert.equal(read(file), text)
    assert.equal(add(file, 'hello', 'b'), true)
  })

  it('keeps a link to the file', () => {
    const real = list('# here\n')
    const file = list()
    mkdirSync(dirname(file), {recursive: true})
    symlinkSync(real, file)
    add(file, 'hello', 'a')
    assert.equal(lstatSync(file).isSymbolicLink(), true)
    assert.match(read(real), /^# here\nhello /)
  })

  it('takes no pattern that would be another line or none', () => {
    for (const pattern of ['', 'a b', 'a\tb', 'a\nb', '#a'])
      assert.throws(() => add(list(), pattern, 'a'), {code: 'EFLAVOR_USAGE', exit: 2})
  })

  it('does not touch a file that no start could rely on', () => {
    const file = list('nonsense\n')
    assert.throws(() => add(file, 'hello', 'a'), {code: 'EFLAVOR_POLICY'})
    assert.throws(() => remove(file, 'hello'), {code: 'EFLAVOR_POLICY'})
    assert.equal(read(file), 'nonsense\n')
    assert.throws(() => add(list('', 0o666), 'hello', 'a'), {code: 'EFLAVOR_POLICY'})
  })

  it('writes nothing into the home of somebody else', function () {
    if (process.getuid?.() !== 0) this.skip()
    const home = temporaryDirectory()
    chownSync(home, 65534, 65534)
    assert.throws(() => add(join(home, '.config/flavor/trusted_keys'), 'hello', 'a'), {code: 'EFLAVOR_TRUST'})
    assert.deepEqual(readdirSync(home), [])
  })
})

describe('removing keys', () => {
  it('takes the lines with exactly that pattern, and that key if one is said', () => {
    const lines = [`a ed25519 ${keyOf('1')}`, '# a', `a* ed25519 ${keyOf('1')}`, `a\ted25519 ${base64Of('2')} x`, `b ed25519 ${keyOf('1')}`]
    const file = list(lines.join('\n'))
    assert.deepEqual(remove(file, 'c'), [])
    assert.deepEqual(remove(file, 'a', '2'), [4])
    assert.equal(read(file), [lines[0], lines[1], lines[2], lines[4]].join('\n'))
    assert.deepEqual(remove(file, 'a'), [1])
    assert.deepEqual(remove(file, 'a*'), [2])
    assert.equal(read(file), `# a\n${lines[4]}`)
    assert.deepEqual(remove(list(), 'a'), [], 'no file')
  })

  it('is adding undone, whatever else stands there', () => {
    const line = fc.constantFrom('', '# comment', ' \t', '#', `x ed25519 ${keyOf('x')} y`, `\ty* ed25519\t${base64Of('y')}`)
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n'))).map((lines) => lines.flat().join(''))
    fc.assert(
      fc.property(text, (text) => {
        const file = list(text)
        add(file, 'hello', 'a')
        assert.equal(read(file).startsWith(text), true)
        remove(file, 'hello')
        assert.equal(read(file), text)
      }),
      {numRuns: 30},
    )
  })
})
