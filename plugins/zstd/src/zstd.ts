/**
 * zstd (RFC 8878) on Node's zlib.
 *
 * Writing cuts the content into frames of 4 MiB (16 MiB above level 9, 32 MiB above 19), compresses several at a time on libuv's
 * threads, and gives them out in order. Where a frame begins depends on the content's length alone, so equal content
 * gives equal bytes on any number of cores. Each frame states its size and carries a checksum. Cost of the cut: 1.002
 * and 1.005 times the size of one frame.
 */
import {availableParallelism} from 'node:os'
import {Transform} from 'node:stream'
import {finished} from 'node:stream/promises'
import {constants, createZstdCompress} from 'node:zlib'
import type {Compressor} from '@flavor/contract'
import {decompress} from './decompress.ts'
import {createPieces} from './pieces.ts'

const MiB = 1024 * 1024

function compress({level}: {readonly level: number}): Transform {
  const pieces = createPieces(frameSize(level))
  const atOnce = framesAtOnce(level)
  const waiting: Promise<readonly Uint8Array[]>[] = []
  let frames = 0

  function start(piece: Uint8Array): void {
    const frame = toFrame(piece, level)
    // When the stream is destroyed, nobody waits for this frame any more.
    frame.then(() => pieces.release(piece)).catch(() => undefined)
    waiting.push(frame)
    frames += 1
  }

  async function giveDownTo(count: number): Promise<void> {
    while (waiting.length > count) for (const part of (await waiting.shift()) ?? []) outer.push(part)
  }

  async function take(chunk: Uint8Array): Promise<void> {
    for (const piece of pieces.add(chunk)) {
      start(piece)
      // Before the next piece is gathered, not after: one piece less in memory.
      await giveDownTo(atOnce - 1)
      if (outer.destroyed) return
    }
  }

  async function finish(): Promise<void> {
    const piece = pieces.rest()
    if (piece.length > 0 || frames === 0) start(piece)
    await giveDownTo(0)
  }

  const outer = new Transform({
    readableHighWaterMark: 1,
    // Part by part: a stream of bytes would put what waits together, and copy it.
    readableObjectMode: true,
    flush: (done) => {
      finish().then(() => done(), done)
    },
    transform: (chunk: Uint8Array, _encoding, done) => {
      take(chunk).then(() => done(), done)
    },
  })
  return outer
}

/** In the parts that zlib gives out: putting four megabytes and a checksum together would copy the four megabytes. */
async function toFrame(piece: Uint8Array, level: number): Promise<readonly Uint8Array[]> {
  const codec = createZstdCompress({
    // Room for what cannot be compressed, so that there is one large part.
    chunkSize: Math.ceil(piece.length * 1.01) + 1024,
    params: {
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
    pledgedSrcSize: piece.length,
  })
  const parts: Uint8Array[] = []
  codec.on('data', (part: Uint8Array) => parts.push(part))
  codec.end(piece)
  await finished(codec)
  return parts
}

/** Larger where a level looks back further than 4 MiB: 8 MiB up to level 19, more above. */
function frameSize(level: number): number {
  if (level <= 9) return 4 * MiB
  return level < 20 ? 16 * MiB : 32 * MiB
}

/** Fewer where a frame in work takes much memory: about 40 MiB up to level 9, 150 at 19, 550 at 22. */
function framesAtOnce(level: number): number {
  const most = level <= 9 ? 4 : level < 20 ? 2 : 1
  return Math.min(most, availableParallelism())
}

const zstd: Compressor = {compress, decompress, version: `zstd ${process.versions.zstd}`}

export default zstd
