/**
 * Small things done to bytes: hex, alignment, little-endian 64-bit numbers, Adler-32, and the place that bytes are
 * read from. Sizes and offsets are numbers (bytes) everywhere; one beyond 2^53 loses its last digits when it is read,
 * but stays beyond the end of every file, so that the checks refuse it like any other that is too large.
 */
import {PackageError} from './errors.ts'

/** Random access to a package, wherever it lies. Reading is synchronous: a launcher reads a few kilobytes and is gone. */
export interface ByteSource {
  /** Of the whole file, in bytes. */
  readonly size: number
  /** Exactly `length` bytes from `position`; throws EFLAVOR_IO when there are fewer. May lie in `room`, if one is given. */
  read(position: number, length: number, room?: Uint8Array): Uint8Array
}

export function memorySource(memory: Uint8Array): ByteSource {
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
  return {
    read(position, length) {
      if (position < 0 || position + length > bytes.length)
        throw new PackageError('EFLAVOR_IO', `read: ${length} bytes wanted at ${position}, there are ${bytes.length}`)
      return bytes.subarray(position, position + length)
    },
    size: bytes.length,
  }
}

/** A copy of its own. `slice` is not: on a Buffer it gives a view, and what is written to it changes the original. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

export function isZero(bytes: Uint8Array): boolean {
  return equalBytes(bytes, new Uint8Array(bytes.length))
}

export function align(offset: number, to: number): number {
  return Math.ceil(offset / to) * to
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Reads an unsigned 64-bit little-endian number: a size or an offset. */
export function readSize(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true))
}

export function writeSize(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true)
}

/** CRC-32 (RFC 1952, section 8). Node's own came with 20.15, and launchers run on 20.0, where a few kilobytes are summed up at each start. */
export function crc32(bytes: Uint8Array): number {
  const table = crcTable()
  let crc = 0xffffffff
  for (let at = 0; at < bytes.length; at++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] as number)) & 255] as number)
  return ~crc >>> 0
}

/** By the sums of single bits, of which the others are made: a step for each entry instead of eight. */
function crcTable(): Uint32Array {
  const table = new Uint32Array(256)
  for (let bit = 128, crc = 1; bit > 0; bit >>= 1) {
    crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    for (let at = 0; at < table.length; at += 2 * bit) table[at + bit] = crc ^ (table[at] as number)
  }
  return table
}

/** So short that neither sum leaves 32 bits. */
const stretch = 256
const nothing = new Uint8Array(stretch)

/** Adler-32 (RFC 1950, section 9). Zeros only add up the first sum, so stretches of them, most of an index block, are passed over. */
export function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let start = 0; start < bytes.length; start += stretch) {
    const end = Math.min(bytes.length, start + stretch)
    if (end - start === stretch && equalBytes(bytes.subarray(start, end), nothing)) b += a * stretch
    else
      for (let at = start; at < end; at++) {
        a += bytes[at] as number
        b += a
      }
    a %= 65_521
    b %= 65_521
  }
  return ((b << 16) | a) >>> 0
}
