import assert from 'node:assert/strict'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {zstdCompressSync, zstdDecompressSync} from 'node:zlib'
import {describe, it} from 'mocha'
import {createFrameCutter} from '../dist/frames.js'
import zstd from '../dist/zstd.js'

const MiB = 1024 * 1024
const first = zstdCompressSync(Buffer.from('one frame, '))
const second = zstdCompressSync(Buffer.from('and another'))
const skippable = Buffer.from('5a2a4d1803000000aabbcc', 'hex')

function compress(size: number, level: number): Promise<Buffer> {
  return buffer(Readable.from([Buffer.alloc(size, 'text')]).compose(zstd.compress({level})))
}

function decompress(...chunks: readonly Uint8Array[]): Promise<Buffer> {
  return buffer(Readable.from(chunks).compose(zstd.decompress({limit: 1000})))
}

function frames(packed: Uint8Array): readonly Uint8Array[] {
  return createFrameCutter().cut(packed)
}

describe('zstd', () => {
  for (const [size, level, count] of [
    [0, 3, 1],
    [4 * MiB, 3, 1],
    [4 * MiB + 1, 3, 2],
    [12 * MiB, 9, 3],
    [12 * MiB, 10, 1],
    [16 * MiB + 1, 10, 2],
    [16 * MiB + 1, 20, 1],
  ] as const)
    it(`makes ${count} frames of ${size} bytes at level ${level}, each whole by itself`, async () => {
      const made = frames(await compress(size, level))
      assert.equal(made.length, count)
      assert.equal(
        made.reduce((sum, frame) => sum + zstdDecompressSync(frame).length, 0),
        size,
      )
    })

  it('reads every frame, wherever the chunks end', async () => {
    const packed = Buffer.concat([skippable, first, skippable, second, skippable])
    const wanted = 'one frame, and another'
    assert.equal(String(await decompress(packed)), wanted)
    for (let at = 1; at < packed.length; at += 1)
      assert.equal(String(await decompress(packed.subarray(0, at), packed.subarray(at))), wanted, `cut at ${at}`)
  })

  it('rejects what ends inside the header of a second frame', async () => {
    for (const length of [1, 3, 4, 5]) await assert.rejects(decompress(first, second.subarray(0, length)), /ends inside a frame/)
  })

  it('rejects bytes that begin no frame', async () => {
    await assert.rejects(decompress(first, Buffer.from('not a frame')), /begin no zstd frame/)
  })
})
