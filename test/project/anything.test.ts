/** Whatever stands in a manifest: a plan or a list of problems, never anything else. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {loadPlan} from '../../dist/project/load.js'
import {manifestSchema} from '../../dist/project/schema.js'
import {temporaryDirectory} from '../support/tmp.ts'

async function settles(file: string, text: string): Promise<void> {
  const cwd = temporaryDirectory()
  writeFileSync(join(cwd, file), text)
  try {
    await loadPlan({cwd})
  } catch (error) {
    assert.equal((error as {code?: string}).code, 'EFLAVOR_MANIFEST', (error as Error).stack)
  }
}

const slotKeys = Object.keys(manifestSchema.properties?.slots?.items?.properties ?? {})
const keys = [...Object.keys(manifestSchema.properties ?? {}).filter((key) => key !== '$import'), ...slotKeys]
const word = fc.oneof(fc.constantFrom('a', '.', '..', '/', '{workenv}', '"', '0644', 'zstd', 'keep', 'outside', 'tmp'), fc.string())
const {value} = fc.letrec((tie) => ({
  fields: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('value'), {maxKeys: 6}),
  value: fc.oneof({depthSize: 'small'}, word, fc.jsonValue({maxDepth: 1}), tie('fields'), fc.array(tie('value'), {maxLength: 3})),
}))
const manifest = fc.record(
  {
    command: fc.oneof(word, fc.array(word), value),
    directories: fc.array(fc.oneof(word, value)),
    name: word,
    setup: fc.array(word),
    slots: fc.array(fc.dictionary(fc.constantFrom(...slotKeys), fc.oneof(word, fc.array(word), value))),
    version: word,
  },
  {requiredKeys: []},
)

describe('anything in a manifest', () => {
  it('of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(manifest, value), (json) => settles('flavor.json', JSON.stringify(json))),
      {numRuns: 300},
    )
  })

  it('of any text', async () => {
    const piece = fc.oneof(
      fc.constantFrom('command: ', 'slots:\n', '  - ', '{', '}', '[', ']', '&a ', '*a', '<<: ', '"', '\t', '\n', '#', '!x ', '---\n'),
      word,
    )
    const text = fc.array(piece, {maxLength: 12}).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(text, (yaml) => settles('flavor.yaml', yaml)),
      {numRuns: 300},
    )
  })

  it('of aliases without end', async () => {
    const levels = Array.from(
      {length: 12},
      (_, index) =>
        `a${index}: &a${index} [${Array(9)
          .fill(index === 0 ? 'x' : `*a${index - 1}`)
          .join(', ')}]`,
    )
    await settles('flavor.yaml', `${levels.join('\n')}\n`)
    await settles('flavor.yaml', 'a: &a [*a]\n')
    await settles('flavor.yaml', '&a {slots: [*a], command: *a}\n')
    await settles('flavor.yaml', `${'['.repeat(20_000)}\n`)
  })
})
