/** The contract test of compressors. */
import assert from 'node:assert/strict'
import {once} from 'node:events'
import type {Duplex} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, it} from 'mocha'
import type {Compressor, Descriptor} from '../index.ts'
import {testOffer} from './offer.ts'
import {eachCode, eachOffer, packageName} from './plugin.ts'
import {convert, cut, equal, noise, type Outcome, patience, prose, send} from './streams.ts'

export interface CompressorOptions {
  /**
   * Size in bytes of the largest round trip; more than the codec takes in one piece, if it takes pieces. Default: 4 MiB. Less than a megabyte
   * for a codec so slow that the other trials have to be as small.
   */
  readonly large?: number
}

type Check = (code: Compressor, offer: Descriptor<'compressors'>) => Promise<void>

const KiB = 1024
const MiB = 1024 * KiB

/** Operations that the package format has numbers for; everybody else's are from 0xD0 to 0xFE. */
export const specifiedOperations: Readonly<Record<string, number>> = {brotli: 0x21, bzip2: 0x13, gzip: 0x10, xz: 0x16, zstd: 0x1b}

export function describeCompressors(root: URL, {large = 4 * MiB}: CompressorOptions = {}): void {
  describe(`compressors of ${packageName(root)}`, function () {
    this.timeout(120_000)
    testOffer(root, 'compressors', ['compress', 'decompress'])
    testFacts(root)
    const test = (title: string, check: Check) => it(title, () => eachCode(root, 'compressors', check))
    testRoundTrips(test, large)
    testSameBytes(test, Math.min(MiB, large))
    testLimit(test)
    testDamage(test)
    testManners(test)
  })
}

function testFacts(root: URL): void {
  it('takes an operation byte that it may take', () =>
    eachOffer(root, 'compressors', ({id, operation}) => {
      const specified = specifiedOperations[id]
      if (specified !== undefined) return assert.equal(operation, specified, 'the operation byte of the format for this id')
      const known = Object.values(specifiedOperations).includes(operation)
      assert.ok(known || (Number.isInteger(operation) && operation >= 0xd0 && operation <= 0xfe), `the operation byte is ${operation}`)
    }))

  it('states a file extension and levels', () =>
    eachOffer(root, 'compressors', ({extension, levels}) => {
      assert.match(extension, /^\.[a-z0-9]+$/)
      const {costly = levels.min, fast = levels.min, small = levels.min} = levels
      for (const level of [levels.min, levels.default, levels.max, costly, fast, small]) {
        assert.ok(Number.isInteger(level), `${level} is no level`)
        assert.ok(levels.min <= level && level <= levels.max, `level ${level} is outside the range`)
      }
    }))
}

type Test = (title: string, check: Check) => void

function testRoundTrips(test: Test, large: number): void {
  test('names its codec and the version of it', async ({version}) => {
    assert.match(version, /^\S+ \S+$/)
  })

  const samples: Readonly<Record<string, () => Uint8Array>> = {
    'a megabyte of noise': () => noise(MiB),
    'a megabyte of zeros': () => new Uint8Array(MiB),
    nothing: () => new Uint8Array(0),
    'one byte': () => Uint8Array.of(7),
    'a large text': () => prose(large + 12_345),
  }
  for (const [name, make] of Object.entries(samples))
    test(`gives back ${name}`, async (code, offer) => {
      const content = make()
      const packed = await convert(code.compress({level: offer.levels.default}), cut(content, 64 * KiB))
      for (const size of [Math.max(1, packed.length), 64 * KiB, 4093]) await requireContent(code, packed, size, content)
    })

  test('gives back what each level made', async (code, {levels}) => {
    const content = prose(100 * KiB)
    for (const level of levelsToTry(levels)) {
      const packed = await convert(code.compress({level}), cut(content, 64 * KiB))
      await requireContent(code, packed, 64 * KiB, content)
    }
  })
}

function testSameBytes(test: Test, size: number): void {
  test('makes equal bytes of equal content, however it arrives', async (code, {levels}) => {
    const content = prose(size + 1)
    const compress = (chunk: number) => convert(code.compress({level: levels.default}), cut(content, chunk))
    const [wanted, ...others] = await Promise.all([compress(content.length), compress(64 * KiB), compress(4093), compress(99_991)])
    for (const other of others) assert.ok(equal(other, wanted), 'the bytes depend on how the content is cut into chunks')
  })

  test('keeps no hold of a chunk that it has acknowledged', async (code, {levels}) => {
    const content = prose(size + 1)
    const wanted = await convert(code.compress({level: levels.default}), [content])
    const stream = code.compress({level: levels.default})
    const [packed] = await Promise.all([buffer(stream), writeThroughOneRoom(stream, content)])
    assert.ok(equal(packed, wanted), 'it used memory that was no longer its own')
  })

  test('takes bytes one at a time, in both directions', async (code, {levels}) => {
    const content = prose(3 * KiB)
    const packed = await convert(code.compress({level: levels.default}), cut(content, 1))
    assert.ok(equal(packed, await convert(code.compress({level: levels.default}), [content])), 'the bytes depend on the chunks')
    await requireContent(code, packed, 1, content)
  })
}

function testLimit(test: Test): void {
  test('gives out as much as the limit', async (code, {levels}) => {
    const packed = await convert(code.compress({level: levels.default}), [prose(10 * KiB)])
    assert.equal((await convert(code.decompress({limit: 10 * KiB}), [packed])).length, 10 * KiB)
  })

  for (const [size, limit] of [
    [1, 0],
    [10 * KiB, 10 * KiB - 1],
    [32 * MiB, MiB],
  ] as const)
    test(`refuses to give out more than ${limit} of ${size} bytes`, async (code, {levels}) => {
      const packed = await convert(code.compress({level: levels.default}), cut(new Uint8Array(size), 64 * KiB))
      const {bytes, error} = await send(code.decompress({limit}), cut(packed, 64 * KiB))
      assert.equal(error?.code, 'EFLAVOR_SLOT_LIMIT')
      assert.ok(bytes.length <= limit, `it gave out ${bytes.length} bytes`)
    })
}

function testDamage(test: Test): void {
  test('rejects input that is cut short', async (code, {levels}) => {
    const packed = await convert(code.compress({level: levels.default}), [noise(500)])
    for (let length = 0; length < packed.length; length += length < 40 || length > packed.length - 20 ? 1 : 37)
      requireError(await send(code.decompress({limit: MiB}), cut(packed.subarray(0, length), 64)), `cut to ${length} bytes`)
  })

  test('rejects other bytes after its own', async (code, {levels}) => {
    const packed = await convert(code.compress({level: levels.default}), [prose(1000)])
    for (const rest of [Uint8Array.of(0), new Uint8Array(100_000), Buffer.from('something else')])
      for (const chunks of [[packed, rest], [Buffer.concat([packed, rest])]])
        requireError(await send(code.decompress({limit: MiB}), chunks), `followed by ${rest.length} bytes`)
  })

  test('never passes damaged input off as the content', async (code, {features = [], levels}) => {
    const content = prose(500)
    const packed = await convert(code.compress({level: levels.default}), [content])
    for (const at of packed.keys()) {
      const damaged = Uint8Array.from(packed, (byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte))
      const outcome = await send(code.decompress({limit: MiB}), [damaged])
      requireEnd(outcome)
      if (features.includes('checksum'))
        assert.ok(outcome.error || equal(outcome.bytes, content), `a flip in byte ${at} changed the content`)
    }
  })
}

function testManners(test: Test): void {
  test('stops when it is destroyed, in both directions', async (code, {levels}) => {
    const packed = await convert(code.compress({level: levels.default}), cut(noise(MiB), 64 * KiB))
    const half = packed.subarray(0, packed.length / 2)
    for (const [stream, input] of [
      [code.compress({level: levels.default}), noise(MiB)],
      [code.decompress({limit: 10 * MiB}), half],
    ] as const) {
      let late = 0
      stream.write(input)
      stream.destroy()
      stream.on('data', () => {
        late += 1
      })
      await once(stream, 'close', {signal: AbortSignal.timeout(patience)})
      assert.equal(late, 0, 'it gave out something after it was destroyed')
    }
  })

  test('waits for its reader when it decompresses', async (code, {levels}) => {
    const packed = await convert(code.compress({level: levels.default}), cut(new Uint8Array(64 * MiB), MiB))
    const stream = code.decompress({limit: 64 * MiB})
    stream.end(packed)
    await untilQuiet(() => stream.readableLength)
    const held = stream.readableLength
    stream.destroy()
    assert.ok(held <= 16 * MiB, `it holds ${held} bytes that nobody has read`)
  })

  test('waits for its reader when it compresses', async (code, {levels}) => {
    const stream = code.compress({level: levels.default})
    const taken = await feedWithoutReading(stream, 256 * MiB)
    stream.destroy()
    assert.ok(taken < 256 * MiB, `it took ${taken} bytes while nobody read`)
  })
}

/** Every chunk in the same memory, which is overwritten once the stream says that it has taken the chunk. */
async function writeThroughOneRoom(stream: Duplex, content: Uint8Array): Promise<void> {
  const room = new Uint8Array(64 * KiB)
  for (const piece of cut(content, room.length)) {
    room.set(piece)
    await new Promise<void>((resolve, reject) => {
      stream.write(room.subarray(0, piece.length), (error) => (error ? reject(error) : resolve()))
    })
    room.fill(0)
  }
  stream.end()
}

/** How much the stream takes before it waits for somebody to read. */
async function feedWithoutReading(stream: Duplex, total: number): Promise<number> {
  const piece = noise(MiB)
  let taken = 0
  const step = (): void => {
    if (taken >= total || stream.destroyed) return
    stream.write(piece, (error) => {
      if (error) return
      taken += piece.length
      step()
    })
  }
  stream.on('error', () => undefined)
  step()
  await untilQuiet(() => taken)
  return taken
}

/** Until a number has been the same for a while. */
async function untilQuiet(look: () => number): Promise<void> {
  for (let before = -1, same = 0; same < 5; before = look()) {
    await sleep(100)
    same = look() === before ? same + 1 : 0
  }
}

async function requireContent(code: Compressor, packed: Uint8Array, chunk: number, content: Uint8Array): Promise<void> {
  const back = await convert(code.decompress({limit: content.length}), cut(packed, chunk))
  assert.ok(equal(back, content), `${back.length} bytes came back for ${content.length}, or others`)
}

function requireError(outcome: Outcome, what: string): void {
  requireEnd(outcome)
  assert.ok(outcome.error, `it accepted input ${what}`)
}

function requireEnd({error}: Outcome): void {
  assert.notEqual(error?.message, 'neither an end nor an error')
}

function levelsToTry({
  default: usual,
  max,
  min,
}: {
  readonly default: number
  readonly max: number
  readonly min: number
}): readonly number[] {
  return max - min < 32 ? Array.from({length: max - min + 1}, (_, index) => min + index) : [min, usual, max]
}
