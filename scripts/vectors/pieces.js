/**
 * What the vectors are made of, byte by byte and without any compressor, so that they are the same on every machine:
 * tar members, deflate with the fixed code, zstd frames that store, and packages put together piece by piece.
 */
import {createHash} from 'node:crypto'
import {crc32} from 'node:zlib'
import {align, fromHex, toHex} from '../../dist/format/bytes.js'
import {storeGzip} from '../../dist/format/gzip.js'
import {adlerOf, encodeIndex, frameIndex} from '../../dist/format/index-block.js'
import {keyPairFromText} from '../../dist/format/keys.js'
import {signMetadata} from '../../dist/format/signature.js'

export const text = (string) => new TextEncoder().encode(string)
export const join = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? text(part) : part))))
export const zeros = (length) => new Uint8Array(length)
export const sha256 = (bytes) => toHex(createHash('sha256').update(bytes).digest())
export const json = (value) => text(JSON.stringify(value))
export const u16 = (value) => Uint8Array.of(value & 0xff, value >> 8)
export const u32 = (value) => new Uint8Array(new Uint32Array([value]).buffer)
export const u64 = (value) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)

export const demo = keyPairFromText('demo-seed')
export const other = keyPairFromText('abc')

/** One member of a ustar stream, its content padded. `type`: 0 file, 1 hard link, 2 symbolic link, 3 device, 5 directory. */
export function tarMember({content = '', link = '', mode = 0o644, name, type = 0}) {
  const bytes = text(content)
  const head = zeros(512)
  const put = (at, value) => head.set(typeof value === 'string' ? text(value) : value, at)
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`
  put(0, name)
  put(100, octal(mode, 8))
  put(108, octal(0, 8))
  put(116, octal(0, 8))
  put(124, octal(bytes.length, 12))
  put(136, octal(0, 12))
  put(148, '        ')
  put(156, String(type))
  put(157, link)
  put(257, 'ustar\x0000')
  put(
    148,
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  )
  return join(head, bytes, zeros(align(bytes.length, 512) - bytes.length))
}

export const tar = (members) => join(...members.map(tarMember), zeros(1024))

/** zstd frames of one raw block each (RFC 8878): single segment, content size of four bytes, no checksum. */
export function zstdFrames(...contents) {
  return join(
    ...contents.map((content) => {
      const bytes = text(content)
      const block = (bytes.length << 3) | 1
      return join(fromHex('28b52ffda0'), u32(bytes.length), u32(block).subarray(0, 3), bytes)
    }),
  )
}

/** gzip of one deflate block in the fixed code (RFC 1951, 3.2.6): literals, then `run` more of the last byte as matches of 258. */
export function fixedGzip(bytes, run = 0) {
  const bits = []
  const put = (value, count) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1)
  }
  const literal = (byte) => (byte < 144 ? put(0x30 + byte, 8) : put(0x190 + byte - 144, 9))
  bits.push(1, 1, 0)
  for (const byte of bytes) literal(byte)
  for (let match = 0; match < Math.floor(run / 258); match++) {
    put(0xc5, 8)
    put(0, 5)
  }
  const last = bytes.at(-1)
  for (let rest = 0; rest < run % 258; rest++) literal(last)
  put(0, 7)
  const packed = zeros(Math.ceil(bits.length / 8))
  bits.forEach((bit, at) => {
    packed[at >> 3] |= bit << (at & 7)
  })
  const whole = join(bytes, new Uint8Array(run).fill(last))
  return join(fromHex('1f8b08000000000000ff'), packed, u32(crc32(whole)), u32(whole.length))
}

/**
 * A package from its pieces. Nothing is derived that a caller can state, so that bad packages come from the same place
 * as good ones:
 *
 *   json        bytes that are signed           stored      the same as stored; default a gzip of stored blocks
 *   launcher    bytes                           gap         zero bytes before the metadata
 *   room        least bytes from the metadata's start to the table's
 *   slots       [{bytes, row(offset)}]          alignment   of slots
 *   keys        key pair, default demo-seed     signature   default that of the json
 *   index       fields that override the true ones
 *   patch       [[position in the index block, bytes], …], made before the Adler sum
 *
 * Gives the bytes, and the pieces in file order for `difference`.
 */
export function assemble({alignment = 8, gap = 0, index = {}, json, keys = demo, launcher, patch = [], room, signature, slots, stored}) {
  const gzip = stored ?? storeGzip(json)
  const metadataOffset = launcher.length + gap
  const tableOffset = Math.max(align(metadataOffset + gzip.length, 8), metadataOffset + (room ?? 0))
  let end = tableOffset + 64 * slots.length
  const placed = slots.map(({bytes, row}) => {
    const offset = bytes.length === 0 ? 0 : align(end, alignment)
    const padding = bytes.length === 0 ? 0 : offset - end
    end += padding + bytes.length
    return {offset, pieces: [zeros(padding), bytes], row: row(offset)}
  })
  const fields = {
    launcherSize: launcher.length,
    metadataChecksum: fromHex(sha256(gzip)),
    metadataOffset,
    metadataSize: gzip.length,
    packageSize: end + 8200,
    publicKey: keys.publicKey,
    signature: signature ?? signMetadata(keys.seed, json),
    slotCount: slots.length,
    tableOffset,
    tailMark: false,
    ...index,
  }
  const trailer = frameIndex(patchIndex(encodeIndex(fields), patch))
  const padding = zeros(tableOffset - metadataOffset - gzip.length)
  const pieces = [
    launcher,
    zeros(gap),
    gzip.subarray(0, 15),
    gzip.subarray(15, Math.max(15, gzip.length - 8)),
    join(gzip.subarray(Math.max(15, gzip.length - 8)), padding),
    ...placed.map(({row}) => row),
    ...placed.flatMap((slot) => slot.pieces),
    trailer,
  ]
  return {bytes: join(...pieces), pieces}
}

/** The block with bytes overwritten, its Adler sum made right unless the patch states that too. */
export function patchIndex(block, patch) {
  const changed = block.slice()
  for (const [at, bytes] of patch) changed.set(bytes, at)
  if (!patch.some(([at]) => at === 4)) changed.set(u32(adlerOf(changed)), 4)
  return changed
}

/** The same package with bytes of its index block overwritten. */
export function withIndex({bytes}, ...patch) {
  const body = bytes.subarray(0, -8200)
  return {bytes: join(body, frameIndex(patchIndex(bytes.subarray(-8196, -4), patch)))}
}

/** The same package with bytes anywhere overwritten, and nothing made right. */
export function withBytes({bytes}, ...patch) {
  const changed = bytes.slice()
  for (const [at, replacement] of patch) changed.set(replacement, at)
  return {bytes: changed}
}

/** Edits that make `to` of `from`; positions are those in `from`, ascending. */
export function difference(from, to) {
  const alike = from.pieces && to.pieces && from.pieces.length === to.pieces.length
  const pairs = alike ? from.pieces.map((piece, at) => [piece, to.pieces[at]]) : [[from.bytes, to.bytes]]
  let at = 0
  return pairs.flatMap(([before, after]) => {
    const edits = before.length === after.length ? runs(before, after, at) : trimmed(before, after, at)
    at += before.length
    return edits
  })
}

function runs(before, after, base) {
  const edits = []
  for (let at = 0; at < before.length; at++) {
    if (before[at] === after[at]) continue
    const start = at
    while (at < before.length && before.subarray(at, at + 8).some((byte, ahead) => byte !== after[at + ahead])) at++
    edits.push({at: base + start, insert: toHex(after.subarray(start, at)), remove: at - start})
  }
  return edits
}

function trimmed(before, after, base) {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return [{at: base + head, insert: toHex(after.subarray(head, after.length - tail)), remove: before.length - tail - head}]
}
