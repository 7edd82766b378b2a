import assert from 'node:assert/strict'
import {describe, it} from 'mocha'
import {checkSignature} from '../../dist/format/signature.js'
import {nativeCheck} from '../../dist/format/signature-check.js'
import {predecessors} from '../../dist/trust/rotation.js'
import {keyOf, rotation} from '../support/trust.ts'

describe('rotations', () => {
  const leading = (key: string, rotations: readonly ReturnType<typeof rotation>[], name = 'hello') => [
    ...predecessors(keyOf(key), {check: nativeCheck, name, rotations}),
  ]

  it('lead along good statements, in whatever order they stand', () => {
    const chain = [rotation('b', 'c'), rotation('c', 'd'), rotation('a', 'b'), rotation('x', 'y')]
    assert.deepEqual(leading('d', chain), ['c', 'b', 'a'].map(keyOf))
    assert.deepEqual(leading('d', chain.toReversed()), ['c', 'b', 'a'].map(keyOf))
    assert.deepEqual(leading('a', chain), [])
  })

  it('come to an end also in circles', () => {
    const circle = [rotation('a', 'b'), rotation('b', 'a'), rotation('b', 'b')]
    assert.deepEqual(leading('b', circle), [keyOf('a')])
  })

  it('are of one name, and by the key that hands over', () => {
    const good = rotation('a', 'b')
    assert.deepEqual(leading('b', [good], 'other'), [])
    assert.deepEqual(leading('b', [{...good, from: keyOf('c')}]), [])
    assert.deepEqual(leading('b', [{...good, signature: '0'.repeat(128)}]), [])
    assert.deepEqual(leading('c', [{...good, to: keyOf('c')}]), [])
    assert.deepEqual([...predecessors(keyOf('b'), {check: checkSignature, name: 'hello', rotations: [good]})], [keyOf('a')])
  })

  it('are not looked at where they do not end at the key', () => {
    const check = () => assert.fail('a signature was checked')
    assert.equal(predecessors(keyOf('z'), {check, name: 'hello', rotations: [rotation('a', 'b')]}).size, 0)
  })
})
