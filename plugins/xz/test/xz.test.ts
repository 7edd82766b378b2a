/** In both directions with the system's own xz. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {before, describe, it} from 'mocha'
import xz from '../dist/xz.js'

const text = Buffer.from('content that a tool has to read as well\n'.repeat(60_000))

function tool(args: readonly string[], input: Uint8Array): Buffer {
  const {status, stderr, stdout} = spawnSync('xz', args, {input, maxBuffer: 64 * 1024 * 1024})
  assert.equal(status, 0, String(stderr))
  return stdout
}

function compress(content: Uint8Array, level: number): Promise<Buffer> {
  return buffer(Readable.from([content]).compose(xz.compress({level})))
}

function decompress(...chunks: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(chunks).compose(xz.decompress({limit: 2 * text.length})))
}

describe('xz and the program xz', function () {
  this.timeout(60_000)

  before(function () {
    if (spawnSync('xz', ['--version'], {input: ''}).error) this.skip()
  })

  it('it reads what is written here', async () => {
    for (const level of [1, 9]) assert.ok(tool(['-dc'], await compress(text, level)).equals(text), `level ${level}`)
  })

  it('what it writes is read here', async () => {
    assert.ok((await decompress(tool(['-c'], text))).equals(text))
  })

  it('several streams and blocks are one content, whatever sums they carry', async () => {
    const streams = [tool(['-c', '--block-size=500000', '--check=crc32'], text), tool(['-c9', '--check=none'], text)]
    assert.ok((await decompress(...streams)).equals(Buffer.concat([text, text])))
  })
})

describe('xz', () => {
  it('is called by the version that is pinned', () => {
    const {dependencies} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    assert.equal(xz.version, `@napi-rs/lzma ${dependencies['@napi-rs/lzma']}`)
  })

  it('reads two at once, one after the other', async () => {
    const packed = await compress(text.subarray(0, 1000), 1)
    const both = await Promise.all([decompress(packed), decompress(packed)])
    for (const one of both) assert.ok(one.equals(text.subarray(0, 1000)))
  })
})
