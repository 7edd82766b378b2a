/** What holds for every input: things written are read back, and nothing that can be put into a file breaks a reader. */
import assert from 'node:assert/strict'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {type ByteSource, memorySource} from '../../dist/format/bytes.js'
import {packChain, unpackChain} from '../../dist/format/chain.js'
import {examineContent} from '../../dist/format/content.js'
import {isPackageError} from '../../dist/format/errors.js'
import {examine, openPackage} from '../../dist/format/examination.js'
import {openFileSource} from '../../dist/format/file-source.js'
import {gunzipMetadata, storeGzip} from '../../dist/format/gzip.js'
import {adlerOf, decodeIndex, encodeIndex, frameIndex, resignIndex} from '../../dist/format/index-block.js'
import {layOut, placeSlots} from '../../dist/format/layout.js'
import {parseMetadata} from '../../dist/format/metadata.js'
import {checkSignature} from '../../dist/format/signature.js'
import {nativeCheck} from '../../dist/format/signature-check.js'
import {decodeDescriptor, encodeDescriptor} from '../../dist/format/slot.js'
import {packageBytes} from './vectors.ts'

const sizes = fc.oneof(fc.nat(), fc.maxSafeNat())
const fixed = (length: number) => fc.uint8Array({maxLength: length, minLength: length})
const chains = fc.array(fc.integer({max: 255, min: 1}), {maxLength: 8})
const anything = () => true

/** Fails for a read outside the file, or one longer than reading a sound package could need. */
function guarded(bytes: Uint8Array): ByteSource {
  const source = memorySource(bytes)
  return {
    read(position, length) {
      assert.ok(position >= 0 && length >= 0 && position + length <= bytes.length, `${length} at ${position} of ${bytes.length}`)
      return source.read(position, length)
    },
    size: bytes.length,
  }
}

/** Reads in every way; anything but a PackageError fails. The same code must come from each. */
function mustNotBreak(bytes: Uint8Array, check = nativeCheck): void {
  const {results} = examine(guarded(bytes), check)
  const failed = results.find(({ok}) => !ok)
  try {
    const opened = openPackage(guarded(bytes), check)
    assert.equal(failed, undefined)
    assert.equal([...examineContent(opened)].length, opened.slots.length + 1)
  } catch (error) {
    if (!isPackageError(error)) throw error
    assert.equal(error.code, failed?.code)
    assert.ok(error.launcherExit >= 101)
  }
}

/** The index block with some of its fields replaced, and its sum made right. */
function withFields(bytes: Uint8Array, fields: readonly (readonly [number, bigint])[]): Uint8Array {
  const changed = bytes.slice()
  const view = new DataView(changed.buffer)
  const base = changed.length - 8196
  for (const [at, value] of fields) view.setBigUint64(base + at, value, true)
  view.setUint32(base + 4, adlerOf(changed.subarray(base, base + 8192)), true)
  return changed
}

describe('what is written is read back', () => {
  it('chains', () => fc.assert(fc.property(chains, (codes) => assert.deepEqual(unpackChain(packChain(codes)), codes))))

  it('stored gzip', () =>
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200_000, size: 'max'}), (bytes) => assert.deepEqual(gunzipMetadata(storeGzip(bytes)), bytes)),
      {
        numRuns: 30,
      },
    ))

  it('index blocks, also under another key', () => {
    const fields = fc.record({
      launcherSize: sizes,
      metadataChecksum: fixed(32),
      metadataOffset: sizes,
      metadataSize: sizes,
      packageSize: sizes,
      publicKey: fixed(32),
      signature: fixed(64),
      slotCount: fc.nat(4096),
      tableOffset: sizes,
    })
    fc.assert(
      fc.property(fields, fixed(32), fixed(64), (written, publicKey, signature) => {
        const block = encodeIndex(written)
        const {checksum, formatVersion, tableSize, ...read} = decodeIndex(block)
        assert.deepEqual(read, {...written})
        assert.deepEqual([checksum, formatVersion, tableSize], [adlerOf(block), 0x20250001, written.slotCount * 64])
        assert.deepEqual(resignIndex(block, publicKey, signature), encodeIndex({...written, publicKey, signature}))
      }),
      {numRuns: 50},
    )
  })

  it('rows of the slot table', () => {
    const facts = fc.record({
      chain: chains.map((codes) => codes.map((operation) => ({codec: 'x', operation}))),
      class: fc.nat(255),
      id: fc.string(),
      lifecycle: fc.constantFrom('cached', 'eager', 'lazy', 'persistent', 'temporary', 'volatile'),
      mode: fc.nat(0o7777),
      original_size: sizes,
      sha256: fixed(32).map((bytes) => Buffer.from(bytes).toString('hex')),
      size: sizes,
      slot: fc.nat(4095),
    })
    fc.assert(
      fc.property(facts, sizes, (slot, offset) => {
        const row = encodeDescriptor(slot, offset)
        const {checksum, ...read} = decodeDescriptor(row)
        assert.equal(Buffer.from(checksum).toString('hex'), slot.sha256.slice(0, 16))
        assert.deepEqual(read, {
          mode: slot.mode,
          offset,
          operations: slot.chain.map(({operation}) => operation),
          originalSize: slot.original_size,
          size: slot.size,
        })
        assert.notEqual(row[0], 0x7b)
        assert.ok(row[0] !== 0x1f || row[1] !== 0x8b)
      }),
    )
  })

  it('places: in order, aligned, never overlapping', () =>
    fc.assert(
      fc.property(fc.nat(1e7), fc.nat(1e6), fc.array(fc.nat(1e6)), (launcherSize, room, slots) => {
        const {slotsOffset, tableOffset} = layOut(launcherSize, room, slots.length)
        assert.ok(tableOffset >= launcherSize + room && tableOffset % 8 === 0)
        const {offsets, trailerOffset} = placeSlots(slotsOffset, slots)
        let end = slotsOffset
        for (const [slot, size] of slots.entries()) {
          const offset = offsets[slot] as number
          if (size === 0) assert.equal(offset, 0)
          else {
            assert.ok(offset >= end && offset < end + 8 && offset % 8 === 0)
            end = offset + size
          }
        }
        assert.equal(trailerOffset, end)
      }),
    ))
})

describe('nothing breaks a reader', () => {
  const ours = packageBytes('built-by-flavor')
  const theirs = packageBytes('the-complete-vector-v1')
  const either = fc.constantFrom(ours, theirs)

  it('arbitrary bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 20_000, size: 'max'}), (bytes) => mustNotBreak(bytes)),
      {numRuns: 200},
    ))

  it('arbitrary bytes between two right marks, with a right sum', () =>
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 2000}), fixed(8192), fc.boolean(), (body, block, plausible) => {
        if (plausible) block.set([1, 0, 0x25, 0x20])
        const bytes = new Uint8Array(Buffer.concat([body, frameIndex(block)]))
        mustNotBreak(withFields(bytes, [[8, BigInt(bytes.length)]]))
      }),
      {numRuns: 200},
    ))

  it('any bytes of a package overwritten', () => {
    const patches = fc.array(fc.tuple(fc.nat(), fc.uint8Array({maxLength: 16, minLength: 1})), {maxLength: 6, minLength: 1})
    fc.assert(
      fc.property(either, patches, (bytes, edits) => {
        const changed = bytes.slice()
        for (const [at, patch] of edits) changed.set(patch.subarray(0, changed.length), at % (changed.length - 16))
        mustNotBreak(changed)
      }),
      {numRuns: 500},
    )
  })

  it('any sizes and offsets in the index, with a right sum', () => {
    const numbers = fc.oneof(
      fc.bigInt({max: 20_000n, min: 0n}),
      fc.bigInt({max: 2n ** 64n - 1n, min: 2n ** 64n - 20_000n}),
      fc.bigInt({max: 2n ** 64n - 1n, min: 0n}),
      fc.bigInt({max: 2n ** 53n + 3n, min: 2n ** 53n - 3n}),
    )
    const fields = fc.array(fc.tuple(fc.constantFrom(16, 24, 32, 40, 48, 56), numbers), {maxLength: 4, minLength: 1})
    fc.assert(
      fc.property(either, fields, (bytes, changed) => mustNotBreak(withFields(bytes, changed), anything)),
      {numRuns: 1000},
    )
  })

  it('any sizes and offsets in the slot table', () => {
    const {index} = openPackage(memorySource(ours), nativeCheck)
    const numbers = fc.oneof(fc.bigInt({max: 20_000n, min: 0n}), fc.bigInt({max: 2n ** 64n - 1n, min: 0n}))
    const fields = fc.array(fc.tuple(fc.nat(4), fc.constantFrom(16, 24), numbers), {maxLength: 4, minLength: 1})
    fc.assert(
      fc.property(fields, (changed) => {
        const bytes = ours.slice()
        for (const [slot, column, value] of changed)
          new DataView(bytes.buffer).setBigUint64(index.tableOffset + 64 * slot + column, value, true)
        mustNotBreak(bytes)
      }),
      {numRuns: 500},
    )
  })

  it('any JSON for metadata', () => {
    const known = JSON.parse(new TextDecoder().decode(openPackage(memorySource(ours), nativeCheck).metadataBytes)) as Record<
      string,
      unknown
    >
    const {launcher, slots} = known as {launcher: object; slots: object[]}
    const mixed = fc.oneof(
      fc.json(),
      fc.tuple(fc.constantFrom(...Object.keys(known)), fc.jsonValue()).map(([key, value]) => JSON.stringify({...known, [key]: value})),
      fc
        .tuple(fc.constantFrom(...Object.keys(slots[1] as object)), fc.jsonValue())
        .map(([key, value]) => JSON.stringify({...known, slots: [{...slots[1], [key]: value}]})),
      fc
        .tuple(fc.constantFrom(...Object.keys(launcher)), fc.jsonValue())
        .map(([key, value]) => JSON.stringify({...known, launcher: {...launcher, [key]: value}})),
      fc
        .tuple(fc.constantFrom('runtime', 'workenv', 'setup_commands'), fc.json())
        .map(([key, value]) => JSON.stringify({...known, [key]: {env: value}})),
      fc
        .dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf')), fc.jsonValue())
        .map((value) => JSON.stringify({...known, build: value, execution: {command: 'x', env: value}, runtime: {env: value}})),
    )
    fc.assert(
      fc.property(mixed, (text) => {
        try {
          parseMetadata(new TextEncoder().encode(text))
        } catch (error) {
          if (!isPackageError(error)) throw error
          assert.equal(error.code, 'EFLAVOR_METADATA')
        }
      }),
      {numRuns: 2000},
    )
  })

  it('any bytes for metadata', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.uint8Array().map((bytes) => storeGzip(bytes).subarray(0, -1)),
        ),
        (bytes) => {
          for (const read of [gunzipMetadata, parseMetadata])
            assert.throws(
              () => read(bytes),
              (error) => isPackageError(error) && error.code === 'EFLAVOR_METADATA',
            )
        },
      ),
    ))
})

describe('bytes that are read are left as they were', () => {
  it('also when they come as a Buffer, whose slices are no copies', () => {
    const buffer = Buffer.from(packageBytes('built-by-flavor'))
    const {index, indexBytes, metadataBytes} = openPackage(memorySource(buffer), checkSignature)
    const key = Buffer.from(index.publicKey)
    assert.ok(checkSignature(key, Buffer.from(index.signature), Buffer.from(metadataBytes)))
    const flipped = Buffer.from(key)
    flipped[31] = (flipped[31] as number) ^ 0x80
    assert.ok(!checkSignature(flipped, index.signature, metadataBytes))
    const block = Buffer.from(indexBytes)
    assert.equal(adlerOf(block), index.checksum)
    assert.notDeepEqual(resignIndex(block, flipped, index.signature), indexBytes)
    assert.deepEqual(new Uint8Array(block), indexBytes)
    assert.deepEqual(new Uint8Array(buffer), packageBytes('built-by-flavor'))
    assert.deepEqual(new Uint8Array(key), index.publicKey)
  })
})

describe('a package of flavor', () => {
  const ours = packageBytes('built-by-flavor')
  const {regions} = openPackage(memorySource(ours), nativeCheck)
  const free = regions.filter(({name}) => name === 'launcher' || (name.startsWith('slot ') && name !== 'slot table'))

  it('with one byte changed anywhere but in launcher and slots is refused', () => {
    const outside = Array.from(ours.keys()).filter((at) => !free.some(({offset, size}) => at >= offset && at < offset + size))
    fc.assert(
      fc.property(fc.constantFrom(...outside), fc.integer({max: 255, min: 1}), (at, mask) => {
        const changed = ours.slice()
        changed[at] = (changed[at] as number) ^ mask
        assert.throws(() => openPackage(memorySource(changed), nativeCheck), isPackageError)
      }),
      {numRuns: 2000},
    )
  })

  it('with one byte of its index changed and the sum made right is refused, but for key and signature only by the signature', () => {
    const base = ours.length - 8196
    for (let at = 0; at < 8192; at += at < 860 ? 1 : 97) {
      if (at >= 4 && at < 8) continue
      const changed = ours.slice()
      changed[base + at] = (changed[base + at] as number) ^ 0x10
      const bytes = withFields(changed, [])
      assert.throws(() => openPackage(memorySource(bytes), nativeCheck), isPackageError, `byte ${at}`)
      const refused = at < 64 || (at >= 96 && at < 128) || at >= 192
      const {results} = examine(memorySource(bytes), anything)
      assert.equal(
        results.some(({ok}) => !ok),
        refused,
        `byte ${at}`,
      )
    }
  })
})

describe('a source of bytes', () => {
  const outside = [
    [0, 11],
    [10, 1],
    [5, 6],
    [11, 0],
  ] as const
  const refused = (error: unknown) => isPackageError(error) && error.code === 'EFLAVOR_IO'

  it('in memory gives exactly what was asked, or an error', () => {
    const source = memorySource(new Uint8Array(10))
    assert.equal(source.read(3, 7).length, 7)
    assert.equal(source.read(10, 0).length, 0)
    for (const [position, length] of outside) assert.throws(() => source.read(position, length), refused)
    assert.throws(() => source.read(-1, 2), refused)
  })

  it('in a file gives exactly what was asked, or an error', () => {
    const directory = mkdtempSync(join(tmpdir(), 'flavor-format-'))
    try {
      const path = join(directory, 'file')
      writeFileSync(path, Buffer.from('0123456789'))
      const source = openFileSource(path)
      assert.equal(Buffer.from(source.read(3, 7)).toString(), '3456789')
      for (const [position, length] of outside.filter(([, length]) => length > 0))
        assert.throws(() => source.read(position, length), refused)
      source.close()
      assert.throws(() => openFileSource(directory), refused)
      assert.throws(() => openFileSource(join(directory, 'missing')), refused)
    } finally {
      rmSync(directory, {recursive: true})
    }
  })
})
