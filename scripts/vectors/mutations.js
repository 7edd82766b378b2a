/**
 * The packages that readers refuse, and some that they must not: each a small change of a package in `packages.js`.
 * `expect` is the first failing check's code, or `accept`. Changes of the JSON are signed again and every sum is made
 * right, so that only the check in question can object.
 */

import {createHash} from 'node:crypto'
import {hashes, Point} from '@noble/ed25519'
import {fromHex, toHex} from '../../dist/format/bytes.js'
import {storeGzip} from '../../dist/format/gzip.js'
import {signMetadata} from '../../dist/format/signature.js'
import {exactContents, exactPackage, exactRow, exactSlot, foreignRow, v1, v1Json} from './packages.js'
import {
  demo,
  difference,
  fixedGzip,
  join,
  json,
  other,
  sha256,
  tar,
  text,
  u32,
  u64,
  withBytes,
  withIndex,
  zeros,
  zstdFrames,
} from './pieces.js'

const ours = exactPackage()
const theirs = v1()
const bases = {'built-by-flavor': ours, 'the-complete-vector-v1': theirs}
const accept = 'accept'

const flavors = (name, expect, mutant) => ({base: 'built-by-flavor', expect, mutant, name})
const v1s = (name, expect, mutant) => ({base: 'the-complete-vector-v1', expect, mutant, name})
/** A change of the JSON of either package. */
const flavorsJson = (name, expect, alter) => flavors(name, expect, exactPackage({alter}))
const v1sJson = (name, expect, alter) => v1s(name, expect, v1({alter}))
const v1sText = (name, expect, raw) => v1s(name, expect, v1({raw}))
/** A change of the index block, its Adler sum made right. */
const flavorsIndex = (name, expect, ...patch) => flavors(name, expect, withIndex(ours, ...patch))
const v1sIndex = (name, expect, ...patch) => v1s(name, expect, withIndex(theirs, ...patch))

const view = ({bytes}) => new DataView(bytes.buffer, bytes.byteOffset)
const field = (made, at) => Number(view(made).getBigUint64(made.bytes.length - 8196 + at, true))
const placesOf = (made) => ({
  launcher: field(made, 16),
  metadata: field(made, 24),
  stored: field(made, 32),
  table: field(made, 40),
  tableSize: field(made, 48),
  trailer: made.bytes.length - 8200,
})
const at = placesOf(ours)
const row = (slot) => at.table + 64 * slot
const offsetOf = (slot) => Number(view(ours).getBigUint64(row(slot) + 16, true))
const sizeOf = (slot) => Number(view(ours).getBigUint64(row(slot) + 24, true))
const huge = 2n ** 64n - 1n

// --- trailer, version, sums, sizes -----------------------------------------------------------------------------------

const outside = [
  flavors('one byte after the trailer', 'EFLAVOR_NOT_A_PACKAGE', {bytes: join(ours.bytes, '\0')}),
  flavors('a newline after the trailer', 'EFLAVOR_NOT_A_PACKAGE', {bytes: join(ours.bytes, '\n')}),
  flavors('one byte before the launcher', 'EFLAVOR_PACKAGE_SIZE', {bytes: join('\0', ours.bytes)}),
  flavors('start mark changed', 'EFLAVOR_NOT_A_PACKAGE', withBytes(ours, [at.trailer, fromHex('f09f93a7')])),
  flavors('end mark changed', 'EFLAVOR_NOT_A_PACKAGE', withBytes(ours, [ours.bytes.length - 4, fromHex('f09faa85')])),
  flavors('a trailer and nothing else', 'EFLAVOR_PACKAGE_SIZE', {bytes: ours.bytes.subarray(at.trailer)}),
  flavorsIndex('format version of the next year', 'EFLAVOR_FORMAT_VERSION', [0, u32(0x20260001)]),
  flavorsIndex('format version with another revision', 'EFLAVOR_FORMAT_VERSION', [0, u32(0x20250002)]),
  flavorsIndex('format version zero', 'EFLAVOR_FORMAT_VERSION', [0, u32(0)]),
  flavorsIndex('format version in the other byte order', 'EFLAVOR_FORMAT_VERSION', [0, fromHex('20250001')]),
  flavorsIndex('wrong Adler sum', 'EFLAVOR_INDEX_CHECKSUM', [4, u32(0x12345678)]),
  flavorsIndex('no Adler sum in a package of flavor', 'EFLAVOR_INDEX_CHECKSUM', [4, u32(0)]),
  v1sIndex('no Adler sum in a package of others', accept, [4, u32(0)]),
  ...[-1n, 1n].map((more) =>
    flavorsIndex(`package size off by ${more}`, 'EFLAVOR_PACKAGE_SIZE', [8, u64(BigInt(ours.bytes.length) + more)]),
  ),
  flavorsIndex('package size zero', 'EFLAVOR_PACKAGE_SIZE', [8, u64(0)]),
  flavorsIndex('package size of 2^64 - 1', 'EFLAVOR_PACKAGE_SIZE', [8, u64(huge)]),
  flavorsIndex('package size right in its low half only', 'EFLAVOR_PACKAGE_SIZE', [8, u64(2n ** 32n + BigInt(ours.bytes.length))]),
]

// --- regions and padding ---------------------------------------------------------------------------------------------

const regions = [
  flavorsIndex('launcher one byte longer', 'EFLAVOR_REGION', [16, u64(at.launcher + 1)]),
  flavorsIndex('launcher one byte shorter', 'EFLAVOR_PADDING', [16, u64(at.launcher - 1)]),
  flavorsIndex('launcher of no bytes', 'EFLAVOR_PADDING', [16, u64(0)]),
  flavorsIndex('launcher beyond the end', 'EFLAVOR_REGION', [16, u64(ours.bytes.length + 1)]),
  flavorsIndex('launcher of 2^64 - 1 bytes', 'EFLAVOR_REGION', [16, u64(huge)]),
  flavorsIndex('metadata inside the launcher', 'EFLAVOR_REGION', [24, u64(8)]),
  flavorsIndex('metadata at the start', 'EFLAVOR_REGION', [24, u64(0)]),
  flavorsIndex('metadata inside the trailer', 'EFLAVOR_REGION', [24, u64(at.trailer + 8)]),
  flavorsIndex('metadata beyond the end', 'EFLAVOR_REGION', [24, u64(ours.bytes.length)]),
  flavorsIndex('metadata offset of 2^64 - 1', 'EFLAVOR_REGION', [24, u64(huge)]),
  flavorsIndex('metadata offset and size that wrap around', 'EFLAVOR_REGION', [24, u64(2n ** 64n - BigInt(at.stored) + 64n)]),
  flavorsIndex('metadata of no bytes', 'EFLAVOR_PADDING', [32, u64(0)]),
  flavorsIndex('metadata one byte longer', 'EFLAVOR_METADATA_CHECKSUM', [32, u64(at.stored + 1)]),
  flavorsIndex('metadata one byte shorter, its last byte zero', 'EFLAVOR_METADATA_CHECKSUM', [32, u64(at.stored - 1)]),
  flavorsIndex('metadata that reaches into the table', 'EFLAVOR_REGION', [32, u64(at.table - at.metadata + 1)]),
  flavorsIndex('metadata stored in 2 MiB, beyond the end', 'EFLAVOR_REGION', [32, u64(2_097_152)]),
  flavorsIndex('metadata stored in more than 2 MiB', 'EFLAVOR_METADATA_LIMIT', [32, u64(2_097_153)]),
  flavorsIndex('metadata stored in 2^64 - 1 bytes', 'EFLAVOR_METADATA_LIMIT', [32, u64(huge)]),
  flavorsIndex('table inside the launcher', 'EFLAVOR_REGION', [40, u64(0)]),
  flavorsIndex('table inside the metadata', 'EFLAVOR_REGION', [40, u64(at.metadata + 8)]),
  flavorsIndex('table inside the trailer', 'EFLAVOR_REGION', [40, u64(at.trailer - 8)]),
  flavorsIndex('table offset of 2^64 - 8', 'EFLAVOR_REGION', [40, u64(2n ** 64n - 8n)]),
  flavorsIndex('table size that is no multiple of 64', 'EFLAVOR_SLOT_TABLE', [48, u64(at.tableSize - 1)]),
  flavorsIndex('table size zero', 'EFLAVOR_SLOT_TABLE', [48, u64(0)]),
  flavorsIndex('table size of 2^64 - 64', 'EFLAVOR_SLOT_TABLE', [48, u64(2n ** 64n - 64n)]),
  flavorsIndex('one slot more than the table holds', 'EFLAVOR_SLOT_TABLE', [56, u32(6)]),
  flavorsIndex('one slot fewer than the table holds', 'EFLAVOR_SLOT_TABLE', [56, u32(4)]),
  flavorsIndex('slot count of 2^32 - 1', 'EFLAVOR_SLOT_TABLE', [56, u32(0xffffffff)]),
  flavorsIndex('4097 slots and a table to match', 'EFLAVOR_SLOT_TABLE', [48, u64(4097 * 64)], [56, u32(4097)]),
  flavorsIndex('4096 slots and a table beyond the end', 'EFLAVOR_REGION', [48, u64(4096 * 64)], [56, u32(4096)]),
  flavorsIndex('one slot more and a table to match', 'EFLAVOR_REGION', [48, u64(384)], [56, u32(6)]),
  flavorsIndex('no slots and no table, the bytes still there', 'EFLAVOR_PADDING', [48, u64(0)], [56, u32(0)]),
  ...[
    ['inside the launcher', 8, 'EFLAVOR_REGION'],
    ['inside the metadata', at.metadata + 8, 'EFLAVOR_REGION'],
    ['inside the table', at.table + 64, 'EFLAVOR_REGION'],
    ['inside the trailer', at.trailer + 8, 'EFLAVOR_REGION'],
    ['inside the next slot', offsetOf(2) - 8, 'EFLAVOR_REGION'],
    ['at the next slot', offsetOf(2), 'EFLAVOR_REGION'],
    ['beyond the end', ours.bytes.length, 'EFLAVOR_REGION'],
    ['of 2^64 - 1', huge, 'EFLAVOR_REGION'],
    ['that wraps around', 2n ** 64n - BigInt(sizeOf(1)), 'EFLAVOR_REGION'],
  ].map(([where, offset, code]) => flavors(`slot offset ${where}`, code, withBytes(ours, [row(1) + 16, u64(offset)]))),
  flavors('offset for a slot that stores nothing', 'EFLAVOR_REGION', withBytes(ours, [row(3) + 16, u64(at.table)])),
  flavors('slot one byte longer, into the padding', 'EFLAVOR_SLOT_TABLE', withBytes(ours, [row(2) + 24, u64(sizeOf(2) + 1)])),
  flavors('slot one byte shorter', 'EFLAVOR_PADDING', withBytes(ours, [row(2) + 24, u64(sizeOf(2) - 1)])),
  flavors('slot that reaches into the next', 'EFLAVOR_REGION', withBytes(ours, [row(2) + 24, u64(sizeOf(2) + 8)])),
  flavors('slot of 2^64 - 1 bytes', 'EFLAVOR_REGION', withBytes(ours, [row(2) + 24, u64(huge)])),
  flavors('slot that stores nothing any more', 'EFLAVOR_PADDING', withBytes(ours, [row(2) + 24, u64(0)])),
  flavors("two slots at each other's place", 'EFLAVOR_REGION', swapped()),
  flavors('padding after the metadata not zero', 'EFLAVOR_PADDING', withBytes(ours, [at.metadata + at.stored, text('x')])),
  flavors('padding before the table not zero', 'EFLAVOR_PADDING', withBytes(ours, [at.table - 1, text('x')])),
  flavors('padding between slots not zero', 'EFLAVOR_PADDING', withBytes(ours, [offsetOf(2) + sizeOf(2), text('x')])),
  flavors('gap before the metadata of flavor', 'EFLAVOR_REGION', exactPackage({gap: 8})),
  flavors('slots of flavor on whole pages', 'EFLAVOR_REGION', exactPackage({alignment: 4096})),
  v1s('slots of others on whole pages', accept, v1({alignment: 4096})),
  flavors('zero bytes between the last slot and the trailer', 'EFLAVOR_REGION', spaced()),
  v1s('gap of 128 KiB', accept, v1({gap: 131_072})),
  v1s('gap of 128 KiB and one byte', 'EFLAVOR_REGION', v1({gap: 131_073})),
]

/** The middle slots of the package, each whole, in the other's place. */
function swapped() {
  const contents = exactContents()
  const slots = contents.map(exactSlot)
  const end = at.table + at.tableSize
  const order = [0, 2, 1, 3, 4]
  let place = end
  const offsets = []
  const pieces = order.map((slot) => {
    const {stored} = contents[slot]
    const offset = stored.length === 0 ? 0 : Math.ceil(place / 8) * 8
    const piece = stored.length === 0 ? zeros(0) : join(zeros(offset - place), stored)
    place += piece.length
    offsets[slot] = offset
    return piece
  })
  const rows = slots.map((slot, index) => exactRow(slot, offsets[index]))
  const body = join(ours.bytes.subarray(0, at.table), ...rows, ...pieces)
  const trailer = withIndex(ours, [8, u64(body.length + 8200)]).bytes.subarray(-8200)
  return {bytes: join(body, trailer)}
}

function spaced() {
  const body = join(ours.bytes.subarray(0, at.trailer), zeros(8))
  return {bytes: join(body, withIndex(ours, [8, u64(body.length + 8200)]).bytes.subarray(-8200))}
}

// --- metadata --------------------------------------------------------------------------------------------------------

const base = json(v1Json)
const spaces = (length) => new Uint8Array(length).fill(32)
const gzipped = storeGzip(base)
const stored = (name, expect, bytes) => v1s(name, expect, v1({stored: bytes}))
const overLimit = 1_048_577 - base.length

const gzip = [
  v1sIndex('SHA-256 of the metadata wrong', 'EFLAVOR_METADATA_CHECKSUM', [96, fromHex(sha256(text('something else')))]),
  v1sIndex('SHA-256 of the metadata not set in a package of others', accept, [96, zeros(32)]),
  flavorsIndex('SHA-256 of the metadata not set in a package of flavor', 'EFLAVOR_METADATA_CHECKSUM', [96, zeros(32)]),
  stored('metadata not compressed', 'EFLAVOR_METADATA', base),
  stored('metadata of 16 zero bytes', 'EFLAVOR_METADATA', zeros(16)),
  stored('metadata in zlib instead of gzip', 'EFLAVOR_METADATA', fromHex('789c030000000001')),
  stored('metadata of an unknown compression method', 'EFLAVOR_METADATA', withBytes({bytes: gzipped}, [2, Uint8Array.of(7)]).bytes),
  stored('gzip cut short', 'EFLAVOR_METADATA', gzipped.subarray(0, -20)),
  stored('gzip without its last byte', 'EFLAVOR_METADATA', gzipped.subarray(0, -1)),
  stored('gzip with a wrong CRC', 'EFLAVOR_METADATA', withBytes({bytes: gzipped}, [gzipped.length - 8, u32(1)]).bytes),
  stored('gzip with a wrong length', 'EFLAVOR_METADATA', withBytes({bytes: gzipped}, [gzipped.length - 4, u32(1)]).bytes),
  stored('gzip and a zero byte', 'EFLAVOR_METADATA', join(gzipped, zeros(1))),
  stored('gzip and some text', 'EFLAVOR_METADATA', join(gzipped, 'text')),
  stored('gzip and half of another', 'EFLAVOR_METADATA', join(gzipped, gzipped.subarray(0, 40))),
  stored('gzip in two members', accept, join(storeGzip(base.subarray(0, 100)), storeGzip(base.subarray(100)))),
  stored('gzip that deflates', accept, fixedGzip(base)),
  stored('gzip with a file name', accept, join(fromHex('1f8b08080000000000ff'), 'metadata.json\0', gzipped.subarray(10))),
  flavors('gzip that deflates in a package of flavor', 'EFLAVOR_METADATA', deflated()),
  v1s(
    'JSON one byte over 1 MiB',
    'EFLAVOR_METADATA_LIMIT',
    v1({raw: () => join(base, spaces(overLimit)), stored: fixedGzip(join(base, ' '), overLimit - 1)}),
  ),
  v1s('gzip bomb of 64 MiB', 'EFLAVOR_METADATA_LIMIT', v1({stored: fixedGzip(join(base, ' '), 2 ** 26)})),
  v1s(
    'JSON of exactly 1 MiB',
    accept,
    v1({raw: () => join(base, spaces(overLimit - 1)), stored: fixedGzip(join(base, ' '), overLimit - 2)}),
  ),
]

function deflated() {
  let signed
  exactPackage({
    raw(value) {
      signed = json(value)
      return signed
    },
  })
  return exactPackage({stored: fixedGzip(signed)})
}

// --- signature -------------------------------------------------------------------------------------------------------

hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest())
const order = 2n ** 252n + 27742317777372353535851937790883648493n
const littleEndian = (bytes) => BigInt(`0x${toHex(bytes.slice().reverse())}`)
const scalarBytes = (value) => fromHex(value.toString(16).padStart(64, '0')).reverse()
const challenge = (r, key, message) => littleEndian(hashes.sha512(join(r, key, message))) % order
const signature = signMetadata(demo.seed, base)
const secret = (() => {
  const half = new Uint8Array(createHash('sha512').update(demo.seed).digest()).slice(0, 32)
  half[0] &= 248
  half[31] = (half[31] & 127) | 64
  return littleEndian(half) % order
})()
const torsion = Point.fromBytes(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'))

/** By a key with a component of order eight: right with the cofactor, wrong without it unless 8 divides the challenge. */
function mixedOrder(divisible) {
  const key = Point.fromBytes(demo.publicKey).add(torsion).toBytes()
  for (let nonce = 2n; ; nonce++) {
    const r = Point.BASE.multiply(nonce).toBytes()
    const k = challenge(r, key, base)
    if ((k % 8n === 0n) === divisible) return {keys: {publicKey: key}, signature: join(r, scalarBytes((nonce + k * secret) % order))}
  }
}

/** By R of small order, which is right for a signer who gives its secret away. */
function nothingRandom() {
  const r = fromHex(`01${'00'.repeat(31)}`)
  return join(r, scalarBytes((challenge(r, demo.publicKey, base) * secret) % order))
}

/** With the neutral element for a key, any R = [S]B signs any message. */
const anybody = join(Point.BASE.multiply(5n).toBytes(), scalarBytes(5n))
const keyed = (publicKey) => v1({keys: {publicKey: fromHex(publicKey)}, signature: anybody})

const signatures = [
  v1s('signature zero', 'EFLAVOR_SIGNATURE_MISSING', v1({signature: zeros(64)})),
  v1s('public key zero', 'EFLAVOR_SIGNATURE_MISSING', v1({keys: {publicKey: zeros(32)}, signature})),
  v1s('signature by another key', 'EFLAVOR_SIGNATURE', v1({keys: demo, signature: signMetadata(other.seed, base)})),
  v1s('signature of another message', 'EFLAVOR_SIGNATURE', v1({signature: signMetadata(demo.seed, text('{}'))})),
  v1s('signature of the stored gzip', 'EFLAVOR_SIGNATURE', v1({signature: signMetadata(demo.seed, gzipped)})),
  v1s('signature of the hash', 'EFLAVOR_SIGNATURE', v1({signature: signMetadata(demo.seed, fromHex(sha256(base)))})),
  v1s('signature with its halves exchanged', 'EFLAVOR_SIGNATURE', v1({signature: join(signature.subarray(32), signature.subarray(0, 32))})),
  v1s(
    'signature with S + L',
    'EFLAVOR_SIGNATURE',
    v1({signature: join(signature.subarray(0, 32), scalarBytes(littleEndian(signature.subarray(32)) + order))}),
  ),
  v1s('signature with R of small order', 'EFLAVOR_SIGNATURE', v1({signature: nothingRandom()})),
  v1s('signature with S zero', 'EFLAVOR_SIGNATURE', v1({signature: join(signature.subarray(0, 32), zeros(32))})),
  v1s('public key the neutral element', 'EFLAVOR_SIGNATURE', keyed(`01${'00'.repeat(31)}`)),
  v1s('public key the neutral element with its sign set', 'EFLAVOR_SIGNATURE', keyed(`01${'00'.repeat(30)}80`)),
  v1s('public key the neutral element, not canonical', 'EFLAVOR_SIGNATURE', keyed(`ee${'ff'.repeat(30)}7f`)),
  v1s('public key of order two', 'EFLAVOR_SIGNATURE', keyed(`ec${'ff'.repeat(30)}7f`)),
  v1s('public key of order four', 'EFLAVOR_SIGNATURE', keyed(`${'00'.repeat(31)}80`)),
  v1s('public key of order eight', 'EFLAVOR_SIGNATURE', keyed(toHex(torsion.toBytes()))),
  v1s('public key that is no point', 'EFLAVOR_SIGNATURE', keyed(`02${'00'.repeat(31)}`)),
  v1s('key of mixed order, right only with the cofactor', 'EFLAVOR_SIGNATURE', v1(mixedOrder(false))),
  v1s('key of mixed order, right without the cofactor', accept, v1(mixedOrder(true))),
  v1sIndex('bytes after the signature in a package of others', accept, [192, text('more')]),
  flavorsIndex('bytes after the signature in a package of flavor', 'EFLAVOR_INDEX_CHECKSUM', [192, text('more')]),
]

// --- the JSON --------------------------------------------------------------------------------------------------------

const source = (value) => JSON.stringify(value)
const nested = (depth) => (value) => text(`${source(value).slice(0, -1)},"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`)
const launcherSize = (spelt) => (value) =>
  text(
    source({...value, launcher: {checksum: `sha256:${sha256(text('LAUNCHER-STUB-01'))}`, size: 16}}).replace(
      '"size":16',
      `"size":${spelt}`,
    ),
  )
const bad = 'EFLAVOR_METADATA'
const required = [
  ['format'],
  ['package'],
  ['package', 'name'],
  ['package', 'version'],
  ['slots'],
  ['execution'],
  ['execution', 'command'],
  ['slots', 0, 'id'],
  ['slots', 0, 'target'],
]
const parent = (value, path) => path.slice(0, -1).reduce((inner, key) => inner[key], value)
const without = (path) => (value) => delete parent(value, path)[path.at(-1)]
const as = (path, item) => (value) => {
  parent(value, path)[path.at(-1)] = item
}
const said = (path) => path.join('.')

const jsons = [
  v1sText('JSON of no bytes', bad, () => zeros(0)),
  v1sText('JSON that is a list', bad, () => text('[]')),
  v1sText('JSON that is null', bad, () => text('null')),
  v1sText('JSON cut short', bad, (value) => text(source(value).slice(0, -1))),
  v1sText('JSON and more JSON', bad, (value) => text(source(value) + source(value))),
  v1sText('JSON with a comma too many', bad, (value) => text(source(value).replace('"execution"', ',"execution"'))),
  v1sText('JSON with a comment', bad, (value) => text(`/* */${source(value)}`)),
  v1sText('JSON after a byte order mark', bad, (value) => text(`\ufeff${source(value)}`)),
  v1sText('JSON in UTF-16', bad, (value) => new Uint8Array(Buffer.from(source(value), 'utf16le'))),
  v1sText('JSON in Latin-1', bad, (value) => new Uint8Array(Buffer.from(source(value).replace('""', '"é"'), 'latin1'))),
  v1sText('JSON with a surrogate half in UTF-8', bad, (value) => join(source(value).slice(0, -1), ',"x":"', fromHex('eda080'), '"}')),
  v1sText('JSON 64 deep', accept, nested(64)),
  v1sText('JSON 65 deep', bad, nested(65)),
  v1sText('JSON 20,000 deep', bad, nested(20_000)),
  v1sText('brackets inside a text do not nest', accept, (value) => text(`${source(value).slice(0, -1)},"x":"\\"${'['.repeat(100)}"}`)),
  v1sText('white space around the JSON', accept, (value) => text(`\n ${source(value)}\t\r\n`)),
  v1sText('of two keys of a name the last counts', accept, (value) =>
    text(source(value).replace('"format":', '"format":"PSPF/2024","format":')),
  ),
  v1sText('a whole number with a fraction of zero', accept, launcherSize('16.0')),
  v1sText('a whole number with a fraction that floating point does not hold', accept, launcherSize('15.9999999999999999999')),
  v1sText('a number with a small fraction', bad, launcherSize('16.00000000000001')),
  ...required.map((path) => v1sJson(`no key ${said(path)}`, bad, without(path))),
  ...required.map((path) => v1sJson(`key ${said(path)} a number`, bad, as(path, 7))),
  ...required.map((path) => v1sJson(`key ${said(path)} null`, bad, as(path, null))),
  v1sJson('another format', bad, as(['format'], 'PSPF/2026')),
  v1sJson('keys in capitals', bad, (value) => Object.assign(value, {EXECUTION: value.execution, execution: undefined})),
  v1sJson('slots an object', bad, as(['slots'], {})),
  v1sJson('a slot that is a text', bad, as(['slots', 0], 'run')),
  v1sJson('checksum not in hex', bad, as(['slots', 0, 'checksum'], `sha256:${'g'.repeat(64)}`)),
  v1sJson('checksum too short', bad, as(['slots', 0, 'checksum'], 'sha256:6b2e6fb7defebfe4')),
  v1sJson('checksum a number', bad, as(['slots', 0, 'checksum'], 7)),
  v1sJson('lifecycle an object', bad, as(['slots', 0, 'lifecycle'], {toString: 1, valueOf: 1})),
  v1sJson('purpose a list', bad, as(['slots', 0, 'purpose'], [])),
  v1sJson('permissions a number', bad, as(['slots', 0, 'permissions'], 755)),
  v1sJson('permissions no mode', accept, as(['slots', 0, 'permissions'], 'rwxr-xr-x')),
  v1sJson('target with a zero byte', bad, as(['slots', 0, 'target'], 'bin/\0run')),
  v1sJson('command with half a surrogate pair', bad, as(['execution', 'command'], 'a\ud800b')),
  v1sJson('environment a list', bad, as(['execution', 'env'], ['A=1'])),
  v1sJson('environment with a number', bad, as(['execution', 'env'], {A: 1})),
  v1sJson('environment with an empty name', bad, as(['execution', 'env'], {'': 'x'})),
  v1sJson('environment with an equals sign in a name', bad, as(['execution', 'environment'], {'A=B': 'x'})),
  v1sJson('environment null', accept, as(['execution', 'env'], null)),
  v1sJson('argv empty', bad, as(['execution', 'argv'], [])),
  v1sJson('argv a text', bad, as(['execution', 'argv'], 'sh')),
  v1sJson('build a text', bad, as(['build'], 'flavor')),
  v1sJson('build null', accept, as(['build'], null)),
  v1sJson('runtime environment with a number', bad, as(['runtime'], {env: {set: {A: 1}}})),
  v1sJson('runtime environment that unsets a number', bad, as(['runtime'], {env: {unset: [1]}})),
  v1sJson('directory without a path', bad, as(['workenv'], {directories: [{mode: '0700'}]})),
  v1sJson('setup command of an unknown type', bad, as(['setup_commands'], [{type: 'download', url: 'x'}])),
  v1sJson('setup command without a command', bad, as(['setup_commands'], [{type: 'execute'}])),
  v1sJson('commands null', accept, as(['commands'], null)),
  v1sJson(
    'several commands',
    accept,
    as(['commands'], {default: {argv: ['x'], slots: ['run']}, 'n-1': {argv: ['sh', ''], more: 1, slots: []}}),
  ),
  v1sJson('commands a list', bad, as(['commands'], [{argv: ['sh']}])),
  v1sJson('a command with a capital in its name', bad, as(['commands'], {Serve: {argv: ['sh']}})),
  v1sJson('a command with a name of 65 letters', bad, as(['commands'], {['a'.repeat(65)]: {argv: ['sh']}})),
  v1sJson('a command that is a text', bad, as(['commands'], {serve: 'sh'})),
  v1sJson('a command without words', bad, as(['commands'], {serve: {slots: []}})),
  v1sJson('a command with an empty list of words', bad, as(['commands'], {serve: {argv: []}})),
  v1sJson('a command with a number for a word', bad, as(['commands'], {serve: {argv: ['sh', 1]}})),
  v1sJson('a command with a slot that is not there', bad, as(['commands'], {serve: {argv: ['sh'], slots: ['run', 'walk']}})),
  v1sJson('launcher size negative', bad, as(['launcher'], {checksum: sha256(zeros(0)), size: -1})),
  v1sJson('launcher size with a fraction', bad, as(['launcher'], {checksum: sha256(zeros(0)), size: 1.5})),
  v1sJson('launcher size beyond 2^53', bad, as(['launcher'], {checksum: sha256(zeros(0)), size: 2 ** 53})),
  ...[
    ['slots', 1, 'chain'],
    ['slots', 1, 'chain', 0, 'codec'],
    ['slots', 1, 'chain', 0, 'operation'],
    ['slots', 1, 'checksum'],
    ['slots', 1, 'class'],
    ['slots', 1, 'original_size'],
    ['slots', 1, 'size'],
    ['launcher'],
    ['launcher', 'checksum'],
    ['launcher', 'size'],
  ].map((path) => flavorsJson(`no key ${said(path)} in a package of flavor`, bad, without(path))),
  flavorsJson('operation zero in a chain', bad, as(['slots', 1, 'chain', 0, 'operation'], 0)),
  flavorsJson('operation 256 in a chain', bad, as(['slots', 1, 'chain', 0, 'operation'], 256)),
  flavorsJson('chain of nine operations', bad, as(['slots', 1, 'chain'], Array(9).fill({codec: 'x', operation: 16}))),
  flavorsJson('class 256', bad, as(['slots', 1, 'class'], 256)),
  flavorsJson('no checksum in a package of flavor', bad, as(['slots', 1, 'checksum'], '')),
  flavorsJson('a checksum without digits in a package of flavor', bad, as(['slots', 1, 'checksum'], 'sha256:')),
]

// --- table and JSON --------------------------------------------------------------------------------------------------

const table = 'EFLAVOR_SLOT_TABLE'
const tables = [
  ...[
    ['id', 'another'],
    ['size', sizeOf(1) + 1],
    ['original_size', 1],
    ['checksum', `sha256:${'0'.repeat(64)}`],
    ['chain', [{codec: 'tar 1', operation: 1}]],
    ['class', 3],
    ['lifecycle', 'eager'],
    ['permissions', '0600'],
  ].map(([key, value]) => flavorsJson(`${key} in the JSON other than in the table`, table, as(['slots', 1, key], value))),
  flavorsJson('one slot more in the JSON', table, (value) => value.slots.push(value.slots[2])),
  flavorsJson('one slot fewer in the JSON', table, (value) => value.slots.pop()),
  flavorsJson('slots in another order in the JSON', table, (value) => value.slots.reverse()),
  v1sJson('one slot more in the JSON of others', table, (value) => value.slots.push(value.slots[0])),
  v1sJson('checksum in the JSON of others not in the table', table, as(['slots', 0, 'checksum'], `sha256:${'0'.repeat(64)}`)),
  v1sJson('bytes stored without a checksum', table, as(['slots', 0, 'checksum'], '')),
  v1sJson('bytes stored by a slot that refers to the package', table, (value) =>
    Object.assign(value.slots[0], {checksum: '', self_ref: true, source: '$SELF'}),
  ),
  v1s('slot of others replaced, with its checksum in the table', table, v1({slots: [replaced()]})),
  v1s(
    'name, purpose, lifecycle and priority of others in the table',
    accept,
    v1({row: {hashed: 'x', lifecycle: 9, priority: 7, purpose: 9}}),
  ),
  v1s('hole in a chain of others', accept, v1({slots: [{...replaced(v1Script()), row: holed()}]})),
  flavorsJson('launcher size in the JSON other than in the index', 'EFLAVOR_REGION', as(['launcher', 'size'], 7)),
  flavorsIndex('reserved byte of the index set in a package of flavor', 'EFLAVOR_INDEX_CHECKSUM', [4000, text('x')]),
  v1sIndex('reserved byte of the index set in a package of others', accept, [4000, text('x')]),
  flavorsIndex('flags set in a package of flavor', 'EFLAVOR_INDEX_CHECKSUM', [60, u32(1)]),
  flavorsIndex('no tail mark in a package of flavor', 'EFLAVOR_INDEX_CHECKSUM', [8188, zeros(4)]),
]

function v1Script() {
  return text('#!/bin/sh\necho pspf-vector-1 ok\n')
}

function replaced(bytes = text('#!/bin/sh\necho pspf-vector-1 no\n')) {
  return {bytes, row: foreignRow({hashed: 'run', mode: 0o755, purpose: 1, slot: 0, stored: bytes})}
}

/** Codes after the first zero byte are not part of the chain. */
function holed() {
  const row = foreignRow({hashed: 'run', mode: 0o755, purpose: 1, slot: 0, stored: v1Script()})
  return (offset) => withBytes({bytes: row(offset)}, [42, Uint8Array.of(0x1b)]).bytes
}

// --- content: the package opens, and a later check refuses -----------------------------------------------------------

const content = (name, expect, mutant) => ({...flavors(name, expect, mutant), stage: 'content'})
const contents = [
  content('first byte of the launcher', 'EFLAVOR_LAUNCHER_CHECKSUM', withBytes(ours, [0, text('%')])),
  content('last byte of the launcher', 'EFLAVOR_LAUNCHER_CHECKSUM', withBytes(ours, [at.launcher - 1, text('%')])),
  ...[0, 1, 2, 4].flatMap((slot) => [
    content(`first byte of slot ${slot}`, 'EFLAVOR_SLOT_CHECKSUM', withBytes(ours, [offsetOf(slot), text('%')])),
    content(`last byte of slot ${slot}`, 'EFLAVOR_SLOT_CHECKSUM', withBytes(ours, [offsetOf(slot) + sizeOf(slot) - 1, text('%')])),
  ]),
  {...v1s('first byte of the slot of others', 'EFLAVOR_SLOT_CHECKSUM', withBytes(theirs, [560, text('%')])), stage: 'content'},
  {...v1s('launcher of others, which they do not hash', accept, withBytes(theirs, [0, text('%')])), stage: 'content'},
]

// --- extraction: everything is signed and right, and must still not be done ------------------------------------------

/** The package with slot 1 holding other things. */
const holding = (slot) => exactPackage({contents: exactContents().map((content, at) => (at === 1 ? {...content, ...slot} : content))})
const extract = (name, expect, slot) => ({...flavors(name, expect, holding(slot)), stage: 'extract'})
const ofTree = (bytes, more) => ({original: bytes.length, stored: storeGzip(bytes), ...more})
const tree = (name, expect, members) => extract(name, expect, ofTree(tar(members)))
const oneFile = text('content of a single file\n')
const file = (target) => ({chain: [], original: oneFile.length, stored: oneFile, target})
const appTar = tar([{content: 'x', name: 'app/x'}])

const extractions = [
  tree('member that climbs', 'EFLAVOR_CONFINED', [{content: 'x', name: 'app/../../x'}]),
  tree('member that climbs and comes back', 'EFLAVOR_CONFINED', [{content: 'x', name: 'app/../app/x'}]),
  tree('member with an absolute name', 'EFLAVOR_CONFINED', [{content: 'x', name: '/app/x'}]),
  tree('member beside the target', 'EFLAVOR_CONFINED', [{content: 'x', name: 'elsewhere/x'}]),
  tree('member whose name begins like the target', 'EFLAVOR_CONFINED', [{content: 'x', name: 'application/x'}]),
  tree('symbolic link that leaves', 'EFLAVOR_CONFINED', [{link: '../../outside', name: 'app/link', type: 2}]),
  tree('symbolic link to an absolute path', 'EFLAVOR_CONFINED', [{link: '/etc', name: 'app/link', type: 2}]),
  tree('member written through a symbolic link', 'EFLAVOR_CONFINED', [
    {link: '.', name: 'app/link', type: 2},
    {content: 'x', name: 'app/link/x'},
  ]),
  tree('hard link that leaves', 'EFLAVOR_CONFINED', [{link: '../outside', name: 'app/link', type: 1}]),
  tree('device', 'EFLAVOR_TAR', [{name: 'app/null', type: 3}]),
  tree('named pipe', 'EFLAVOR_TAR', [{name: 'app/pipe', type: 6}]),
  extract('tree that is no tar', 'EFLAVOR_TAR', ofTree(new Uint8Array(1024).fill(120))),
  extract('tree cut in the middle of a member', 'EFLAVOR_TAR', ofTree(appTar.subarray(0, 700))),
  extract('target that climbs', 'EFLAVOR_CONFINED', file('../x')),
  extract('target with an absolute path', 'EFLAVOR_CONFINED', file('/x')),
  extract('target that climbs behind a placeholder', 'EFLAVOR_CONFINED', file('{workenv}/../x')),
  extract('single file for the work environment itself', accept, file('{workenv}')),
  extract('slot of more bytes than it states', 'EFLAVOR_SLOT_LIMIT', ofTree(appTar, {original: appTar.length - 1})),
  extract('slot of fewer bytes than it states', 'EFLAVOR_SLOT_LIMIT', ofTree(appTar, {original: appTar.length + 1})),
  extract('compressed data cut short', 'EFLAVOR_DECODE', {original: appTar.length, stored: storeGzip(appTar).subarray(0, -9)}),
  extract('compressed data with a wrong sum', 'EFLAVOR_DECODE', {
    original: appTar.length,
    stored: join(storeGzip(appTar).subarray(0, -8), u32(0), u32(appTar.length)),
  }),
  extract('operation that nobody knows', 'EFLAVOR_OPERATION', {chain: [1, 0xd0], original: appTar.length, stored: appTar}),
  extract('zstd frame cut short', 'EFLAVOR_DECODE', {
    chain: [27],
    original: 12,
    stored: zstdFrames('first frame\n').subarray(0, -1),
    target: 'app/file',
  }),
]

// --- lists -----------------------------------------------------------------------------------------------------------

/** Lengths to cut a package to: next to every border of a region, and at sixteenths. */
function cuts({bytes}, borders) {
  const near = borders.flatMap((border) => [border - 1, border, border + 1])
  const sixteenths = Array.from({length: 16}, (_, part) => Math.floor((bytes.length * part) / 16))
  return [...new Set([...near, ...sixteenths])].filter((length) => length >= 0 && length < bytes.length).sort((a, b) => a - b)
}

const borders = [
  0,
  at.launcher,
  at.metadata + at.stored,
  at.table,
  ...[0, 1, 2, 4].map(offsetOf),
  at.trailer,
  at.trailer + 4,
  ours.bytes.length,
]
const theirBorders = [0, 16, 494, 496, 560, 592, 596, 8788, 8792]

/**
 * Which code each byte of the package of flavor brings when its lowest bit is flipped. Where a byte of the table is a
 * place or a size, the code depends on what it then collides with, and is taken from the reader; it must be one of three.
 */
function flips(read) {
  const groups = new Map()
  for (let byte = 0; byte < ours.bytes.length; byte++) {
    const key = expectedFlip(byte, read)
    const ranges = groups.get(key) ?? []
    if (ranges.at(-1)?.[1] === byte) ranges.at(-1)[1]++
    else ranges.push([byte, byte + 1])
    groups.set(key, ranges)
  }
  return groups
}

function expectedFlip(byte, read) {
  if (byte < at.launcher) return 'content EFLAVOR_LAUNCHER_CHECKSUM'
  if (byte < at.metadata + at.stored) return 'open EFLAVOR_METADATA_CHECKSUM'
  if (byte < at.table) return 'open EFLAVOR_PADDING'
  if (byte < at.table + at.tableSize) return `open ${expectedInRow(byte, read)}`
  if (byte >= at.trailer) return `open ${expectedInTrailer(byte - at.trailer)}`
  const inSlot = [0, 1, 2, 4].some((slot) => byte >= offsetOf(slot) && byte < offsetOf(slot) + sizeOf(slot))
  return inSlot ? 'content EFLAVOR_SLOT_CHECKSUM' : 'open EFLAVOR_PADDING'
}

function expectedInTrailer(byte) {
  if (byte < 4 || byte >= 8196) return 'EFLAVOR_NOT_A_PACKAGE'
  return byte < 8 ? 'EFLAVOR_FORMAT_VERSION' : 'EFLAVOR_INDEX_CHECKSUM'
}

function expectedInRow(byte, read) {
  const column = (byte - at.table) % 64
  if (column < 16 || column >= 32) return table
  const code = read(withBytes(ours, [byte, Uint8Array.of(ours.bytes[byte] ^ 1)]).bytes)
  if (!['EFLAVOR_REGION', 'EFLAVOR_PADDING', table].includes(code)) throw new Error(`byte ${byte}: ${code}`)
  return code
}

const single = [...outside, ...regions, ...gzip, ...signatures, ...jsons, ...tables, ...contents, ...extractions]

/** All mutations as they are written down. `read` gives the code with which the reader refuses some bytes. */
export function mutations(read, exitOf) {
  const outcome = (expect) => (expect === accept ? {accept: true} : {accept: false, code: expect, exit: exitOf(expect)})
  return [
    {name: 'cut short', base: 'built-by-flavor', cuts: cuts(ours, borders), ...outcome('EFLAVOR_NOT_A_PACKAGE')},
    {
      name: 'cut short, built by others',
      base: 'the-complete-vector-v1',
      cuts: cuts(theirs, theirBorders),
      ...outcome('EFLAVOR_NOT_A_PACKAGE'),
    },
    ...[...flips(read)].map(([key, ranges]) => {
      const [stage, code] = key.split(' ')
      return {
        name: `one bit flipped in any of ${ranges.reduce((sum, [from, to]) => sum + to - from, 0)} bytes`,
        base: 'built-by-flavor',
        ...(stage === 'open' ? {} : {stage}),
        flips: ranges,
        ...outcome(code),
      }
    }),
    ...single.map(({base, expect, mutant, name, stage}) => ({
      name,
      base,
      ...(stage ? {stage} : {}),
      edits: difference(bases[base], mutant).flatMap(shorten),
      ...outcome(expect),
    })),
  ]
}

/** Long repetitions of one byte, or of the 13 bytes that eight matches of deflate take, are written once, with a count. */
function shorten(edit) {
  const bytes = fromHex(edit.insert)
  const [start, end, period] = [1, 13].map((wanted) => longestRun(bytes, wanted)).sort((a, b) => b[1] - b[0] - (a[1] - a[0]))[0]
  if (end - start < 128) return bytes.length === 0 && edit.remove === 0 ? [] : [edit]
  const after = {at: edit.at + edit.remove, remove: 0}
  return [
    ...shorten({...edit, insert: toHex(bytes.subarray(0, start))}),
    {...after, insert: toHex(bytes.subarray(start, start + period)), repeat: (end - start) / period},
    ...shorten({...after, insert: toHex(bytes.subarray(end))}),
  ]
}

/** Where the longest stretch of whole periods begins and ends. */
function longestRun(bytes, period) {
  let best = [0, 0, period]
  for (let start = 0, at = period; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] === bytes[at - period]) continue
    const end = at - ((at - start) % period)
    if (end - start > best[1] - best[0]) best = [start, end, period]
    start = at - period + 1
  }
  return best
}
