/** In both directions with the system's own brotli. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {before, describe, it} from 'mocha'
import brotli from '../dist/brotli.js'

const text = Buffer.from('content that a tool has to read as well\n'.repeat(60_000))

function tool(args: readonly string[], input: Uint8Array): Buffer {
  const {status, stderr, stdout} = spawnSync('brotli', args, {input, maxBuffer: 64 * 1024 * 1024})
  assert.equal(status, 0, String(stderr))
  return stdout
}

function compress(content: Uint8Array, level: number): Promise<Buffer> {
  return buffer(Readable.from([content]).compose(brotli.compress({level})))
}

function decompress(...chunks: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(chunks).compose(brotli.decompress({limit: 2 * text.length})))
}

describe('brotli and the program brotli', function () {
  this.timeout(60_000)

  before(function () {
    if (spawnSync('brotli', ['--version'], {input: ''}).error) this.skip()
  })

  it('it reads what is written here', async () => {
    for (const level of [1, 9]) assert.ok(tool(['-dc'], await compress(text, level)).equals(text), `level ${level}`)
  })

  it('what it writes is read here', async () => {
    assert.ok((await decompress(tool(['-c'], text))).equals(text))
  })
})
