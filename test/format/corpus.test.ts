/** The inputs that fuzzers begin with, and what follows from changing them at random: always an answer, never anything else. */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {targets} from './corpus.ts'

const corpus = new URL('../../format/corpus/', import.meta.url)
const outcomes = JSON.parse(readFileSync(new URL('outcomes.json', corpus), 'utf8')) as Record<string, Record<string, string>>
const inputOf = (target: string, name: string) => readFileSync(new URL(`${target}/${name}`, corpus))
const codes = Object.keys(JSON.parse(readFileSync(new URL('../../format/errors.json', import.meta.url), 'utf8')).errors)

/** Bytes that replace some of an input. */
const change = fc.record({at: fc.nat(4096), bytes: fc.uint8Array({maxLength: 16}), remove: fc.nat(16)})

function changed(input: Buffer, changes: readonly {at: number; bytes: Uint8Array; remove: number}[]): Buffer {
  return changes.reduce((bytes, {at, bytes: inserted, remove}) => {
    const place = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, place), inserted, bytes.subarray(place + remove)])
  }, input)
}

describe('the corpus of the fuzzers', () => {
  for (const [target, ask] of Object.entries(targets)) {
    const names = readdirSync(new URL(`${target}/`, corpus))

    it(`has inputs for ${target}, each with the answer that is stated`, async () => {
      assert.deepEqual(names.toSorted(), Object.keys(outcomes[target] ?? {}).toSorted())
      for (const name of names) assert.equal(await ask(inputOf(target, name)), outcomes[target]?.[name], name)
    })

    it(`has answers for ${target} whatever is changed`, async () => {
      const inputs = fc.tuple(fc.constantFrom(...names), fc.array(change, {maxLength: 4, minLength: 1}))
      const property = fc.asyncProperty(inputs, async ([name, changes]) => {
        const answer = await ask(changed(inputOf(target, name), changes))
        assert.ok(answer === 'ok' || codes.includes(answer), answer)
      })
      await fc.assert(property, {numRuns: 200})
    })
  }
})
