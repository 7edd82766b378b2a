/**
 * `node:zlib`, as far as reading metadata needs it. flavor stores its metadata in gzip without compressing it, and
 * taking that apart needs no zlib; anything else is given to the real one.
 */
import type * as zlib from 'node:zlib'
import {crc32} from '../../../src/format/bytes.ts'
import {crc32Of, either} from './verifier.ts'

declare function require(id: 'node:zlib'): typeof zlib

/** Answers with what zlib answers under `info`, because that is how it is asked. */
export const gunzipSync = ((stored: Uint8Array, options: zlib.ZlibOptions) => {
  const buffer = unstore(stored, options.maxOutputLength ?? 0)
  return buffer && options.info ? {buffer, engine: {bytesWritten: stored.length}} : require('node:zlib').gunzipSync(stored, options)
}) as typeof zlib.gunzipSync

/** A gzip member with a plain header and stored blocks only (RFC 1951, 3.2.4), its sums checked. Undefined for any other. */
function unstore(stored: Uint8Array, limit: number): Buffer | undefined {
  if (stored.length < 23 || stored[0] !== 0x1f || stored[1] !== 0x8b || stored[2] !== 8 || stored[3] !== 0) return undefined
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  const blocks: Buffer[] = []
  let at = 10
  for (let last = false; !last; ) {
    const kind = bytes[at]
    if ((kind !== 0 && kind !== 1) || at + 5 > bytes.length) return undefined
    const length = bytes.readUInt16LE(at + 1)
    if ((length ^ 0xffff) !== bytes.readUInt16LE(at + 3)) return undefined
    blocks.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
    last = kind === 1
  }
  const content = blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks)
  if (at + 8 !== bytes.length || bytes.readUInt32LE(at + 4) !== content.length || content.length > limit) return undefined
  return bytes.readUInt32LE(at) === sumOf(content) ? content : undefined
}

function sumOf(content: Uint8Array): number {
  return either(
    () => crc32Of(content),
    () => crc32(content),
  )
}
