/**
 * gzip (RFC 1952) on Node's zlib.
 *
 * Writing gives one member. The header is a constant of this file (no time, no name, no operating system), because
 * zlib writes the system it runs on into it; and the codec is fed pieces of one size, so that the bytes depend on the
 * content alone, never on how it arrived.
 *
 * Reading takes one member or more, as RFC 1952 2.2 has it, and nothing after them. gunzip tolerates zero bytes there,
 * for tapes; a slot has no such padding.
 */
import {Duplex, Transform} from 'node:stream'
import {crc32, createDeflateRaw, createGunzip} from 'node:zlib'
import type {Compressor} from '@flavor/contract'
import {createPieces} from './pieces.ts'

const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
const pieceSize = 256 * 1024

function compress({level}: {readonly level: number}): Transform {
  const deflate = createDeflateRaw({level})
  const pieces = createPieces(pieceSize)
  let length = 0
  let sum = 0
  const outer = new Transform({
    destroy: (error, done) => {
      deflate.destroy()
      done(error)
    },
    flush: (done) => {
      deflate.once('end', () => done(null, trailer(sum, length)))
      deflate.end(pieces.rest())
    },
    transform: (chunk: Uint8Array, _encoding, done) => {
      sum = crc32(chunk, sum)
      length += chunk.length
      feed(deflate, pieces.add(chunk), done)
    },
  })
  deflate.on('data', (chunk: Uint8Array) => outer.push(chunk))
  deflate.on('error', (error) => outer.destroy(error))
  outer.push(header)
  return outer
}

function decompress({limit}: {readonly limit: number}): Duplex {
  const gunzip = createGunzip()
  let fed = 0
  let given = 0
  const outer = new Duplex({
    destroy: (error, done) => {
      gunzip.destroy()
      done(error)
    },
    final: (done) => {
      gunzip.end(done)
    },
    read: () => {
      gunzip.resume()
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      fed += chunk.length
      gunzip.write(chunk, done)
    },
  })
  gunzip.on('data', (chunk: Uint8Array) => {
    given += chunk.length
    if (given > limit) outer.destroy(overLimit(limit))
    else if (!outer.push(chunk)) gunzip.pause()
  })
  // zlib stops at bytes that belong to no member and says nothing: it ends early, and has not taken all it was given.
  gunzip.on('end', () => {
    if (gunzip.writableEnded && gunzip.bytesWritten === fed) outer.push(null)
    else outer.destroy(new Error('bytes after the end of the gzip data'))
  })
  gunzip.on('error', (error) => outer.destroy(error))
  return outer
}

/** Writes the pieces in order; `done` is called when the codec has taken the last. */
function feed(codec: Duplex, pieces: readonly Uint8Array[], done: (error?: Error | null) => void): void {
  const last = pieces.at(-1)
  for (const piece of pieces.slice(0, -1)) codec.write(piece)
  if (last === undefined) done()
  else codec.write(last, done)
}

/** CRC-32 of the content, and its length modulo 2^32. */
function trailer(sum: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(sum, 0)
  bytes.writeUInt32LE(length % 2 ** 32, 4)
  return bytes
}

function overLimit(limit: number): Error {
  return Object.assign(new Error(`more than ${limit} bytes once decompressed`), {code: 'EFLAVOR_SLOT_LIMIT'})
}

const gzip: Compressor = {compress, decompress, version: `zlib ${process.versions.zlib}`}

export default gzip
