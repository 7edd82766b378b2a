/**
 * Reading zstd: any sequence of frames, ours or another tool's, with windows up to 128 MiB, and nothing else after them.
 * It stands alone, because the Node launcher brings it along.
 */
import {Duplex} from 'node:stream'
import {constants, createZstdDecompress} from 'node:zlib'
import {createFrameCutter} from './frames.ts'

const largestWindow = 27
const outputChunk = 256 * 1024

export function decompress({limit}: {readonly limit: number}): Duplex {
  const codec = createZstdDecompress({chunkSize: outputChunk, params: {[constants.ZSTD_d_windowLogMax]: largestWindow}})
  const cutter = createFrameCutter()
  let given = 0
  const outer = new Duplex({
    destroy: (error, done) => {
      codec.destroy()
      done(error)
    },
    final: (done) => {
      if (cutter.isBetweenFrames()) codec.end(done)
      else done(new Error('the zstd data ends inside a frame'))
    },
    read: () => {
      codec.resume()
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      try {
        feed(codec, cutter.cut(chunk), done)
      } catch (error) {
        done(error as Error)
      }
    },
  })
  codec.on('data', (chunk: Uint8Array) => {
    given += chunk.length
    if (given > limit) outer.destroy(overLimit(limit))
    else if (!outer.push(chunk)) codec.pause()
  })
  codec.on('end', () => outer.push(null))
  codec.on('error', (error) => outer.destroy(error))
  return outer
}

/** Writes the pieces in order; `done` is called when the codec has taken the last. */
function feed(codec: Duplex, pieces: readonly Uint8Array[], done: (error?: Error | null) => void): void {
  const last = pieces.at(-1)
  for (const piece of pieces.slice(0, -1)) codec.write(piece)
  if (last === undefined) done()
  else codec.write(last, done)
}

function overLimit(limit: number): Error {
  return Object.assign(new Error(`more than ${limit} bytes once decompressed`), {code: 'EFLAVOR_SLOT_LIMIT'})
}
