import assert from 'node:assert/strict'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {gunzipSync, gzipSync} from 'node:zlib'
import {describe, it} from 'mocha'
import gzip from '../dist/gzip.js'

const first = Buffer.from('one member, ')
const second = Buffer.from('and another')

function decompress(...chunks: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(chunks).compose(gzip.decompress({limit: 1000})))
}

describe('gzip', () => {
  it('says neither when nor where it was made', async () => {
    const packed = await buffer(Readable.from([first]).compose(gzip.compress({level: 9})))
    assert.equal(packed.subarray(0, 10).toString('hex'), '1f8b08000000000000ff')
    assert.deepEqual(gunzipSync(packed), first)
  })

  it('reads several members as one content, wherever the chunks end', async () => {
    const wanted = Buffer.concat([first, second])
    assert.deepEqual(await decompress(gzipSync(first), gzipSync(second)), wanted)
    assert.deepEqual(await decompress(Buffer.concat([gzipSync(first), gzipSync(second)])), wanted)
  })

  it('rejects zero bytes after the last member, which gunzip takes for padding', async () => {
    await assert.rejects(decompress(gzipSync(first), Buffer.alloc(512), gzipSync(second)), /after the end of the gzip data/)
  })
})
