/** Single values that every implementation must compute alike, and the one complete package whose every number is known. */
import assert from 'node:assert/strict'
import {createHash, createPrivateKey, createPublicKey} from 'node:crypto'
import {crc32 as zlibCrc32} from 'node:zlib'
import {describe, it} from 'mocha'
import {adler32, crc32, fromHex, memorySource, toHex} from '../../dist/format/bytes.js'
import {chainWord, operationCode, packChain, unpackChain} from '../../dist/format/chain.js'
import {isPackageError} from '../../dist/format/errors.js'
import {openPackage} from '../../dist/format/examination.js'
import {gunzipMetadata, storedGzipSize, storeGzip} from '../../dist/format/gzip.js'
import {adlerOf, encodeIndex, frameIndex, unframeIndex} from '../../dist/format/index-block.js'
import {keyPairFromPem, keyPairFromText, privatePem, publicKeyFromPem, publicPem} from '../../dist/format/keys.js'
import {layOut, packageSize, placeSlots} from '../../dist/format/layout.js'
import {lifecycleOf, parseMetadata, targetPath} from '../../dist/format/metadata.js'
import {lifecycles, startMark} from '../../dist/format/registry.js'
import {checkSignature, signMetadata} from '../../dist/format/signature.js'
import {encodeDescriptor} from '../../dist/format/slot.js'
import {splitWords} from '../../dist/format/words.js'
import {values} from './vectors.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const rows = (table: string) => values[table] as NonNullable<(typeof values)[string]>
const bytesOf = ({hex, repeat = 1}: {hex: string; repeat?: number}) => fromHex(hex.repeat(repeat))
const reversed = (hex: string) => toHex(fromHex(hex).toReversed())
const slotOf = (facts: object) =>
  ({chain: [], class: 0, id: 'x', lifecycle: 'persistent', mode: 0, original_size: 0, sha256: '', size: 0, slot: 0, ...facts}) as const

function parsedSlot(slot: object) {
  const json = {
    format: 'PSPF/2025',
    package: {name: 'x', version: '1'},
    slots: [{id: 'x', target: 'x', checksum: '', ...slot}],
    execution: {command: 'x'},
  }
  return parseMetadata(new TextEncoder().encode(JSON.stringify(json))).slots[0]
}

describe('values', () => {
  for (const row of rows('adler32')) {
    it(`Adler-32 of ${row.repeat ?? 1} times "${row.hex}" is ${row.sum}`, () => {
      assert.equal(adler32(bytesOf(row)).toString(16).padStart(8, '0'), row.sum)
    })
  }

  it('CRC-32 is that of zlib', () => {
    for (const text of ['', 'a', '123456789', 'x'.repeat(70_000)]) assert.equal(crc32(Buffer.from(text)), zlibCrc32(text))
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926)
  })

  it('Adler-32 of an index block that states its version alone leaves its own field out', () => {
    const block = new Uint8Array(8192)
    block.set(fromHex('01002520deadbeef'))
    assert.equal(adlerOf(block), 0xdfce0047)
  })

  for (const {bytes, name} of rows('nameHash')) {
    it(`the row of a slot called ${name} names it ${bytes}`, () => {
      assert.equal(toHex(encodeDescriptor(slotOf({id: name}), 0).subarray(8, 16)), bytes)
    })
  }

  for (const row of rows('slotChecksum')) {
    it(`the row of a slot of ${row.repeat ?? 1} times "${row.hex}" states ${row.number}`, () => {
      const written = encodeDescriptor(slotOf({sha256: sha256(bytesOf(row))}), 0)
      assert.equal(toHex(written.subarray(48, 56)), reversed(row.number))
    })
  }

  for (const {codes, packed, word} of rows('chain')) {
    it(`the chain ${codes.join(' ') || 'of nothing'} is ${packed} on disk${word ? `, and the word ${word}` : ''}`, () => {
      assert.equal(packChain(codes).toString(16).padStart(16, '0'), reversed(packed))
      assert.deepEqual(unpackChain(BigInt(`0x${reversed(packed)}`)), codes)
      if (word) assert.equal(chainWord(codes), word)
    })
  }

  it('a chain ends at the first zero byte', () => assert.deepEqual(unpackChain(0x1b_00_01n), [1]))

  it('a chain of nine operations, or of what is no byte, cannot be written', () => {
    for (const codes of [Array(9).fill(1), [0], [256], [-1]])
      assert.throws(
        () => packChain(codes),
        (error) => isPackageError(error) && error.code === 'EFLAVOR_OPERATION',
      )
  })

  it('an operation has its name, its short name, or its number', () => {
    assert.deepEqual(['tar', 'gz', 'zstd', '0xd0', '0xD0', 'lha', 'constructor'].map(operationCode), [
      1,
      16,
      27,
      0xd0,
      0xd0,
      undefined,
      undefined,
    ])
  })

  for (const {publicKey, seed, text} of rows('seed')) {
    it(`the seed "${text}" makes the key ${publicKey}`, () => {
      const pair = keyPairFromText(text)
      assert.equal(toHex(pair.seed), seed)
      assert.equal(toHex(pair.publicKey), publicKey)
    })
  }

  for (const {gzip, hex} of rows('storedGzip')) {
    it(`"${hex}" is stored as ${gzip}`, () => assert.equal(toHex(storeGzip(fromHex(hex))), gzip))
  }

  for (const {id, slot} of rows('rowId')) {
    it(`the row of slot ${slot} has the id ${id}`, () => assert.equal(toHex(encodeDescriptor(slotOf({slot}), 0).subarray(0, 8)), id))
  }

  for (const {mode, text} of rows('mode')) {
    it(`permissions "${text}" are 0${mode.toString(8)}`, () => assert.equal(parsedSlot({permissions: text})?.mode, mode))
  }

  for (const {path, target} of rows('target')) {
    it(`target "${target}" is "${path}" in the work environment`, () => assert.equal(targetPath(target), path))
  }

  for (const {code, means, word} of rows('lifecycle')) {
    it(`lifecycle "${word}" is ${means}`, () => {
      assert.equal(lifecycleOf(word), means)
      if (code !== undefined) assert.equal(lifecycles.find(({name}) => name === word)?.code, code)
    })
  }

  for (const {line, words} of rows('command')) {
    it(`the command line ${JSON.stringify(line)} is ${words ? JSON.stringify(words) : 'refused'}`, () => {
      if (words) assert.deepEqual(splitWords(line), words)
      else assert.throws(() => splitWords(line), /quote is not closed/)
    })
  }
})

describe('stored gzip', () => {
  for (const length of [0, 1, 0xfffe, 0xffff, 0x1_0000, 0x1_fffe, 0x1_ffff, 1_048_576]) {
    it(`of ${length} bytes has the size that was foretold, and gives them back`, () => {
      const bytes = new Uint8Array(length).fill(7)
      const stored = storeGzip(bytes)
      assert.equal(stored.length, storedGzipSize(length))
      assert.deepEqual(gunzipMetadata(stored), bytes)
    })
  }
})

describe('keys in PEM', () => {
  const pair = keyPairFromText('demo-seed')

  it('are as OpenSSL writes them, and come back', () => {
    assert.equal(privatePem(pair), createPrivateKey(privatePem(pair)).export({format: 'pem', type: 'pkcs8'}))
    assert.equal(publicPem(pair.publicKey), createPublicKey(privatePem(pair)).export({format: 'pem', type: 'spki'}))
    assert.deepEqual(keyPairFromPem(privatePem(pair)), pair)
    assert.deepEqual(publicKeyFromPem(publicPem(pair.publicKey)), pair.publicKey)
    assert.deepEqual(publicKeyFromPem(privatePem(pair)), pair.publicKey)
  })
})

describe('the complete vector V1, from its pieces', () => {
  const json = new TextEncoder().encode(
    '{"format":"PSPF/2025","format_version":"1.0.0","package":{"name":"vector","version":"1.0.0","description":""},"slots":[{"slot":0,"id":"run","source":"run.sh","target":"bin/run.sh","size":32,"checksum":"sha256:6b2e6fb7defebfe4f1b71d525b9b7f960d4aedc629f506d4b0538385f7c9537c","operations":"none","purpose":"code","lifecycle":"runtime","permissions":"0755"}],"execution":{"primary_slot":0,"command":"/bin/sh {workenv}/bin/run.sh","env":{},"environment":{}}}',
  )
  const launcher = Buffer.from('LAUNCHER-STUB-01')
  const slot = Buffer.from('#!/bin/sh\necho pspf-vector-1 ok\n')
  const keys = keyPairFromText('demo-seed')
  const stored = storeGzip(json)
  const layout = layOut(launcher.length, stored.length, 1)
  const {offsets, trailerOffset} = placeSlots(layout.slotsOffset, [slot.length])
  const signature = signMetadata(keys.seed, json)
  const row = encodeDescriptor(
    slotOf({class: 1, id: 'run', mode: 0o755, original_size: 32, sha256: sha256(slot), size: 32}),
    offsets[0] as number,
  )
  // FlavorPack's priority is 1, ours 128.
  row[58] = 1
  const index = (tailMark: boolean) =>
    encodeIndex({
      ...layout,
      metadataChecksum: fromHex(sha256(stored)),
      metadataSize: stored.length,
      packageSize: packageSize(trailerOffset),
      publicKey: keys.publicKey,
      signature,
      slotCount: 1,
      tailMark,
    })
  const file = (tailMark: boolean) => {
    const body = Buffer.concat([launcher, stored, Buffer.alloc(layout.tableOffset - 16 - stored.length), row, slot])
    return new Uint8Array(Buffer.concat([body, frameIndex(index(tailMark))]))
  }

  it('JSON and gzip', () => {
    assert.equal(json.length, 455)
    assert.equal(sha256(json), 'ebcc2f5610423f886a3d6944db19baa2c34a48c65a46f7c9d80ab35db6d8097b')
    assert.equal(stored.length, 478)
    assert.equal(toHex(stored.subarray(0, 15)), '1f8b08000000000000ff01c70138fe')
    assert.equal(toHex(stored.subarray(-8)), '1a6d2a2cc7010000')
    assert.equal(sha256(stored), '8aaf95c7c1cbba40d42519d4b6fca0a965f6ebaba0b1fa76515e9ca9836e9c4e')
  })

  it('signature', () => {
    assert.equal(
      toHex(signature),
      '016fd9d4ce942342666e6429e2653842e48abded0303a479e80689e33273ce7125fe3ed6bd383da48281192a484d5c7e17b688ea72a04af194ad2e7f8d04e20d',
    )
  })

  it('places and row', () => {
    assert.deepEqual(
      [layout.metadataOffset, layout.tableOffset, offsets, trailerOffset, packageSize(trailerOffset)],
      [16, 496, [560], 592, 8792],
    )
    assert.equal(
      toHex(row),
      '0000000000000000acba25512100f80b30020000000000002000000000000000200000000000000000000000000000006b2e6fb7defebfe4010201000000ed01',
    )
  })

  it('index block', () => {
    const block = index(false)
    assert.equal(
      toHex(block.subarray(0, 64)),
      '010025209842b715582200000000000010000000000000001000000000000000de01000000000000f00100000000000040000000000000000100000000000000',
    )
    const known: Readonly<Record<number, string>> = {644: '00100000', 832: '8100000000000000', 856: '0100252001000000'}
    const rest = block.slice()
    rest.fill(0, 0, 192)
    for (const [at, hex] of Object.entries(known)) {
      assert.equal(toHex(block.subarray(Number(at), Number(at) + hex.length / 2)), hex)
      rest.fill(0, Number(at), Number(at) + hex.length / 2)
    }
    assert.ok(rest.every((byte) => byte === 0))
    assert.equal(adlerOf(block), 0x15b74298)
  })

  it('the whole file', () => {
    assert.equal(sha256(file(false)), 'fa54356679525ef07fe3529604de1d739e380d487074b10b0b59be0262b225bd')
    assert.equal(openPackage(memorySource(file(false)), checkSignature).metadata.name, 'vector')
  })

  it('with the tail mark, the last eight bytes are both marks', () => {
    const block = index(true)
    assert.equal(adlerOf(block), 0x1d204560)
    assert.deepEqual(block.subarray(-4), startMark)
    assert.deepEqual(unframeIndex(file(true).slice(-8200)), block)
    assert.equal(openPackage(memorySource(file(true)), checkSignature).index.checksum, 0x1d204560)
  })
})
