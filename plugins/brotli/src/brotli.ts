/**
 * brotli (RFC 7932) on Node's zlib.
 *
 * Writing feeds the codec pieces of one size, so that the bytes depend on the content alone, never on how it arrived. The window is the
 * largest that every decoder has to know, 16 MiB.
 *
 * Reading takes one stream and nothing after it.
 */
import {Duplex, Transform} from 'node:stream'
import {constants, createBrotliCompress, createBrotliDecompress} from 'node:zlib'
import type {Compressor} from '@flavor/contract'
import {createPieces} from './pieces.ts'

const pieceSize = 256 * 1024
const outputChunk = 256 * 1024

function compress({level}: {readonly level: number}): Transform {
  const codec = createBrotliCompress({
    chunkSize: outputChunk,
    params: {[constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS, [constants.BROTLI_PARAM_QUALITY]: level},
  })
  const pieces = createPieces(pieceSize)
  const outer = new Transform({
    destroy: (error, done) => {
      codec.destroy()
      done(error)
    },
    flush: (done) => {
      codec.once('end', () => done())
      codec.end(pieces.rest())
    },
    transform: (chunk: Uint8Array, _encoding, done) => feed(codec, pieces.add(chunk), done),
  })
  codec.on('data', (chunk: Uint8Array) => outer.push(chunk))
  codec.on('error', (error) => outer.destroy(error))
  return outer
}

function decompress({limit}: {readonly limit: number}): Duplex {
  const codec = createBrotliDecompress({chunkSize: outputChunk})
  let fed = 0
  let given = 0
  const outer = new Duplex({
    destroy: (error, done) => {
      codec.destroy()
      done(error)
    },
    final: (done) => {
      codec.end(done)
    },
    read: () => {
      codec.resume()
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      fed += chunk.length
      codec.write(chunk, done)
    },
  })
  codec.on('data', (chunk: Uint8Array) => {
    given += chunk.length
    if (given > limit) outer.destroy(overLimit(limit))
    else if (!outer.push(chunk)) codec.pause()
  })
  // zlib stops at the end of the stream and says nothing: it ends early, and has not taken all it was given.
  codec.on('end', () => {
    if (codec.writableEnded && codec.bytesWritten === fed) outer.push(null)
    else outer.destroy(new Error('bytes after the end of the brotli data'))
  })
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

const brotli: Compressor = {compress, decompress, version: `brotli ${process.versions.brotli}`}

export default brotli
