/** A zstd stream may hold any number of frames. Node's own decoder drops what follows the end of one in the same chunk. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {zstdCompressSync} from 'node:zlib'
import {describe, it} from 'mocha'
import {writeTestPackage} from './support/package.ts'
import {directory, nodes, run, scratch} from './support/run.ts'

const content = `console.log(require('fs').readFileSync(__filename).length) // ${'many words '.repeat(20_000)}`

/** As frames that end anywhere, none of them on a round number. */
function frames(): Uint8Array {
  const bytes = Buffer.from(content)
  const starts = [0, 1, 77, 5001, 70_001, 70_002, 150_003]
  return Buffer.concat(starts.map((start, index) => zstdCompressSync(bytes.subarray(start, starts[index + 1]))))
}

describe('a slot of many zstd frames', () => {
  for (const node of nodes)
    it(`is unpacked whole on ${node.name}`, async () => {
      const slot = {chain: [0x1b], content, id: 'app', stored: frames(), target: 'app.js'}
      const file = await writeTestPackage(join(scratch, `frames ${node.name}`), {argv: ['node', '{workenv}/app.js'], slots: [slot]})
      const {stderr, stdout} = await run(file, [], {env: {FLAVOR_CACHE: directory()}, node})
      assert.deepEqual([stdout, stderr], [`${content.length}\n`, ''])
    })
})
