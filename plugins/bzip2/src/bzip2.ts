/**
 * bzip2, by libbzip2 as WebAssembly and, for reading, by JavaScript.
 *
 * Writing makes a stream of each piece that fills one block, as pbzip2 does: where one begins depends on the content's length alone, and
 * memory is that of one block. Any tool reads several streams as one content.
 *
 * Reading takes any number of streams, ours or another tool's, and nothing after them.
 */
import {Duplex, Transform} from 'node:stream'
import type {Compressor} from '@flavor/contract'
import {createBlocks} from './blocks.ts'
import {compressWhole} from './libbzip2.ts'
import {createPieces} from './pieces.ts'

function compress({level}: {readonly level: number}): Transform {
  const pieces = createPieces(level * 100_000)
  let streams = 0
  const stream = (piece: Uint8Array): Uint8Array => {
    streams += 1
    return compressWhole(piece, level)
  }
  return new Transform({
    flush(done) {
      const piece = pieces.rest()
      if (piece.length > 0 || streams === 0) this.push(stream(piece))
      done()
    },
    transform(chunk: Uint8Array, _encoding, done) {
      for (const piece of pieces.add(chunk)) this.push(stream(piece))
      done()
    },
  })
}

function decompress({limit}: {readonly limit: number}): Duplex {
  const blocks = createBlocks(limit, () => overLimit(limit))
  return Duplex.from(async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      blocks.add(chunk)
      yield* blocks.undo(false)
    }
    yield* blocks.undo(true)
  })
}

function overLimit(limit: number): Error {
  return Object.assign(new Error(`more than ${limit} bytes once decompressed`), {code: 'EFLAVOR_SLOT_LIMIT'})
}

/** The version of the library in the package `bzip2-wasm`. */
const bzip2: Compressor = {compress, decompress, version: 'libbzip2 1.0.8'}

export default bzip2
