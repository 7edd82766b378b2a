/**
 * The gzip that wraps the metadata (RFC 1952). Writing uses stored blocks only, so that the bytes depend on no
 * deflate implementation; reading accepts any gzip that fills its region to the last byte, and stops at a limit.
 */
import {type Gunzip, gunzipSync} from 'node:zlib'
import {crc32, equalBytes, viewOf} from './bytes.ts'
import {PackageError} from './errors.ts'
import {limits} from './registry.ts'

const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
const blockSize = 0xffff

/** Size in bytes of what `storeGzip` makes of `length` bytes. */
export function storedGzipSize(length: number): number {
  return header.length + 5 * Math.max(1, Math.ceil(length / blockSize)) + length + 8
}

/** Whoever knows the sum of the bytes saves making it. */
export function storeGzip(bytes: Uint8Array, sum = crc32(bytes)): Uint8Array {
  const parts: Uint8Array[] = [header]
  for (let start = 0; start === 0 || start < bytes.length; start += blockSize) {
    const block = bytes.subarray(start, start + blockSize)
    const head = Buffer.alloc(5)
    head[0] = start + blockSize >= bytes.length ? 1 : 0
    head.writeUInt16LE(block.length, 1)
    head.writeUInt16LE(block.length ^ 0xffff, 3)
    parts.push(head, block)
  }
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(sum, 0)
  tail.writeUInt32LE(bytes.length, 4)
  return new Uint8Array(Buffer.concat([...parts, tail]))
}

/** True when `storeGzip` stores the bytes so. They have come out of it, which compared the sum. */
export function isStoredGzip(stored: Uint8Array, bytes: Uint8Array): boolean {
  return equalBytes(stored, storeGzip(bytes, viewOf(stored).getUint32(stored.length - 8, true)))
}

/** Throws EFLAVOR_METADATA for what is not gzip and EFLAVOR_METADATA_LIMIT beyond 1 MiB. */
export function gunzipMetadata(stored: Uint8Array): Uint8Array {
  const {buffer, engine} = inflate(stored)
  // zlib passes over zero bytes after the last member.
  if (engine.bytesWritten !== stored.length) throw new PackageError('EFLAVOR_METADATA', 'bytes follow the gzip of the metadata')
  return new Uint8Array(buffer)
}

function inflate(stored: Uint8Array): {readonly buffer: Buffer; readonly engine: Gunzip} {
  try {
    // With `info`, Node returns more than its types say.
    return gunzipSync(stored, {info: true, maxOutputLength: limits.metadataJson}) as unknown as ReturnType<typeof inflate>
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new PackageError('EFLAVOR_METADATA_LIMIT', 'the metadata is larger than 1 MiB once decompressed')
    throw new PackageError('EFLAVOR_METADATA', 'the metadata is not gzip', {cause: error})
  }
}
