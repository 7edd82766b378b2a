/**
 * Undoing what compressors do: gzip and brotli by Node's zlib, zstd by it where it can and by JavaScript elsewhere,
 * bzip2 by JavaScript, xz by WebAssembly. All are streams, and none gives out much more than one piece at a time; the
 * limit on the whole is kept by `src/unpack`.
 */
import {Duplex, Readable, Transform} from 'node:stream'
import type {ReadableStream} from 'node:stream/web'
import * as zlib from 'node:zlib'
import {Decompress} from 'fzstd'
import unbzip2 from 'unbzip2-stream'
import xz from 'xz-decompress'
import {PackageError} from '../../../src/format/errors.ts'
import type {Decoders} from '../../../src/unpack/unpack.ts'
import {decompress as zstd} from '../../zstd/src/decompress.ts'

const chunkSize = 256 * 1024

export const decoders: Decoders = {
  16: () => zlib.createGunzip({chunkSize}),
  19: ({limit}) => legacy(unbzip2(), limit),
  22: () => Duplex.from(unxz),
  27: ({limit}) => ('createZstdDecompress' in zlib ? zstd({limit}) : fzstd(limit)),
  33: () => zlib.createBrotliDecompress({chunkSize}),
}

/** Several frames in a row are one stream. fzstd cannot say that it still wants bytes, except by refusing an empty end. */
export function fzstd(limit: number): Transform {
  let given = 0
  let out: Transform
  const decompress = new Decompress((piece) => {
    given += piece.length
    if (given > limit) throw new PackageError('EFLAVOR_SLOT_LIMIT', `more than ${limit} bytes once decompressed`)
    if (piece.length > 0) out.push(Buffer.from(piece))
  })
  out = new Transform({
    flush: (done) => attempt(() => decompress.push(new Uint8Array(0), true), done),
    transform: (chunk: Uint8Array, _encoding, done) => attempt(() => decompress.push(chunk), done),
  })
  return out
}

function attempt(work: () => void, done: (error?: Error | null) => void): void {
  try {
    work()
    done()
  } catch (error) {
    done(error as Error)
  }
}

/** unbzip2-stream is a stream of the oldest kind: it pushes without asking. */
function legacy(old: ReturnType<typeof unbzip2>, limit: number): Duplex {
  let given = 0
  const outer = new Transform({
    flush: (done) => {
      old.once('end', () => done())
      old.end()
    },
    transform: (chunk: Uint8Array, _encoding, done) => {
      old.write(Buffer.from(chunk))
      done()
    },
  })
  old.on('data', (chunk: Uint8Array) => {
    given += chunk.length
    if (given > limit) outer.destroy(new PackageError('EFLAVOR_SLOT_LIMIT', `more than ${limit} bytes once decompressed`))
    else outer.push(chunk)
  })
  old.on('error', (error: Error) => outer.destroy(error))
  return outer
}

/** True while a stream of the library is open: it has room for one at a time, and others wait. */
let unxzing = false

async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Slots are undone one after the other, so this can only be xz inside xz, and it would wait for itself.
  if (unxzing) throw new PackageError('EFLAVOR_OPERATION', 'xz inside xz: the Node launcher undoes only one at a time')
  unxzing = true
  const input = Readable.toWeb(Readable.from(source)) as ReadableStream<Uint8Array>
  const reader = new xz.XzReadableStream(input as never).getReader()
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value as Uint8Array
  } finally {
    unxzing = false
    await reader.cancel().catch(() => {})
  }
}
