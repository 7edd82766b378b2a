/**
 * `node:zlib`, as far as reading metadata needs it. flavor stores its metadata in gzip without compressing it, and
 * taking that apart needs no zlib; anything else is given to the real one.
 */
import type * as zlib from 'node:zlib'

declare function require(id: 'node:zlib'): typeof zlib

export const crc32 = ((bytes: Uint8Array) => crcOf(bytes)) as typeof zlib.crc32

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
  const sound = at + 8 === bytes.length && bytes.readUInt32LE(at + 4) === content.length && bytes.readUInt32LE(at) === crcOf(content)
  return sound && content.length <= limit ? content : undefined
}

/** CRC-32 (RFC 1952, section 8), four bits at a time: the table of sixteen is made faster than one of 256 pays off. */
function crcOf(bytes: Uint8Array): number {
  const table = new Uint32Array(16)
  for (let index = 0; index < 16; index++) {
    let value = index
    for (let bit = 0; bit < 4; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    table[index] = value
  }
  let crc = 0xffffffff
  for (let index = 0; index < bytes.length; index++) {
    crc ^= bytes[index] as number
    crc = (crc >>> 4) ^ (table[crc & 15] as number)
    crc = (crc >>> 4) ^ (table[crc & 15] as number)
  }
  return (crc ^ 0xffffffff) >>> 0
}
