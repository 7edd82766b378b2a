/** In both directions with the system's own bzip2. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {before, describe, it} from 'mocha'
import bzip2 from '../dist/bzip2.js'

const text = Buffer.from('content that a tool has to read as well\n'.repeat(60_000))

function tool(args: readonly string[], input: Uint8Array): Buffer {
  const {status, stderr, stdout} = spawnSync('bzip2', args, {input, maxBuffer: 64 * 1024 * 1024})
  assert.equal(status, 0, String(stderr))
  return stdout
}

function compress(content: Uint8Array, level: number): Promise<Buffer> {
  return buffer(Readable.from([content]).compose(bzip2.compress({level})))
}

function decompress(...chunks: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(chunks).compose(bzip2.decompress({limit: 2 * text.length})))
}

describe('bzip2 and the program bzip2', function () {
  this.timeout(60_000)

  before(function () {
    if (spawnSync('bzip2', ['--version'], {input: ''}).error) this.skip()
  })

  it('it reads what is written here', async () => {
    for (const level of [1, 9]) assert.ok(tool(['-dc'], await compress(text, level)).equals(text), `level ${level}`)
  })

  it('what it writes is read here', async () => {
    assert.ok((await decompress(tool(['-c'], text))).equals(text))
  })

  it('several streams are one content, wherever the chunks end', async () => {
    const [one, two] = [tool(['-c'], text), tool(['-c1'], text)]
    const wanted = Buffer.concat([text, text])
    assert.ok((await decompress(one, two)).equals(wanted))
    assert.ok((await decompress(Buffer.concat([one, two]))).equals(wanted))
  })
})

describe('bzip2', () => {
  it('puts nothing among the globals of the process', async () => {
    await compress(text, 1)
    for (const name of ['__dirname', 'require']) assert.ok(!Object.hasOwn(globalThis, name), name)
  })
})
