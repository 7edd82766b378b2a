/** Rotation statements on their way into a package. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'mocha'
import {memorySource} from '../../dist/format/bytes.js'
import {openPackage} from '../../dist/format/examination.js'
import {keyPairFromText} from '../../dist/format/keys.js'
import {checkSignature, signMetadata} from '../../dist/format/signature.js'
import {inspectFile} from '../../dist/inspection.js'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {keyOf, rotation} from '../support/trust.ts'

const lasting = (key: string) => {
  const pair = keyPairFromText(key)
  return {development: false, from: key, publicKey: pair.publicKey, sign: async (json: Uint8Array) => signMetadata(pair.seed, json)}
}

async function packed(key: string, statements: readonly ReturnType<typeof rotation>[], development = false): Promise<string> {
  const root = writeFiles(temporaryDirectory(), {'app/index.js': ''})
  const rotations = statements.map((statement, index) => ({
    ...statement,
    at: {column: 5, file: '/p/flavor.yaml', line: 7 + index},
    file: `${index}.json`,
  }))
  const plan = planOf(root, [slotOf(root, {id: 'app'})], {rotations})
  return (await packPlan(plan, {signer: {...lasting(key), development}})).package
}

const jsonOf = (path: string) => openPackage(memorySource(readFileSync(path)), checkSignature).metadata.json

describe('a package with rotations', () => {
  it('carries the statements, and nothing else of their files', async () => {
    const statements = [rotation('b', 'c'), rotation('a', 'b')]
    assert.deepEqual(jsonOf(await packed('c', statements)).rotations, statements)
    assert.deepEqual(inspectFile(await packed('c', statements)).problems, [])
  })

  it('without any is what it always was', async () => {
    assert.equal('rotations' in jsonOf(await packed('c', [])), false)
  })

  it('is the same file each time', async () => {
    const statements = [rotation('a', 'b')]
    assert.ok(readFileSync(await packed('b', statements)).equals(readFileSync(await packed('b', statements))))
  })

  for (const [what, key, statements, astray] of [
    ['ends at another key', 'c', [rotation('a', 'b')], 0],
    ['ends at the key it began with', 'a', [rotation('a', 'b')], 0],
    ['has a gap', 'd', [rotation('c', 'd'), rotation('a', 'b')], 1],
  ] as const) {
    it(`is not made where a way ${what}`, async () => {
      await assert.rejects(packed(key, statements), ({code, hints, message}: Error & {code: string; hints: readonly string[]}) => {
        assert.equal(code, 'EFLAVOR_ROTATION')
        assert.ok(message.includes(`${astray}.json (/p/flavor.yaml:${7 + astray}:5)`) && message.includes(keyOf(key)), message)
        assert.equal(hints.length, 2)
        return true
      })
    })
  }

  it('for development may carry them whatever its key', async () => {
    assert.deepEqual(jsonOf(await packed('x', [rotation('a', 'b')], true)).rotations, [rotation('a', 'b')])
  })
})
