/**
 * The vectors of `format/`, started. Their own launchers start nothing, so each is moved behind the launcher under test:
 * places grow by what the launcher is longer, the launcher's size and hash in the JSON are made those of this one, and
 * what was right is made right again (sums, signature), while what was wrong stays wrong. Before it is started the moved
 * vector is read by flavor's own reader, which must say of it what it says of the original.
 */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {gunzipSync, gzipSync} from 'node:zlib'
import {align, equalBytes, memorySource} from '../../dist/format/bytes.js'
import {isPackageError} from '../../dist/format/errors.js'
import {openPackage} from '../../dist/format/examination.js'
import {storeGzip} from '../../dist/format/gzip.js'
import {adlerOf, decodeIndex, frameIndex, type IndexBlock} from '../../dist/format/index-block.js'
import {keyPairFromText} from '../../dist/format/keys.js'
import {signMetadata} from '../../dist/format/signature.js'
import {nativeCheck} from '../../dist/format/signature-check.js'
import {goodVectors, type Mutation, mutants, mutations} from '../../test/format/vectors.ts'
import type {Launcher} from './launchers.ts'
import {execute, type Outcome, openSandbox, type Sandbox} from './sandbox.ts'

export interface VectorCase {
  readonly name: string
  run(): Promise<void>
}

/** Of the launcher's own bytes, which cannot be changed and still start; a case of section 10 flips one that can. */
const cannotMove = [
  'one byte before the launcher',
  'a trailer and nothing else',
  'first byte of the launcher',
  'last byte of the launcher',
  'launcher of others, which they do not hash',
  // More than 128 KiB of launcher would have to be padding.
  'launcher of no bytes',
]
const mostOfAList = 6

/** What the applications say that start with the system's own programs. */
const started: Readonly<Record<string, string>> = {
  'built-by-flavor': 'hello from a vector',
  'built-by-flavor-without-slack': 'hello from a vector',
  'built-by-go-with-an-empty-version-and-a-null-environment': 'hello',
  'checksums-that-are-not-set': 'pspf-vector-1 ok',
  'every-liberty-with-the-keys': 'pspf-vector-1 ok',
  're-signed-by-somebody-else': 'hello from a vector',
  'slot-that-refers-to-the-package-itself': 'pspf-vector-1 ok',
  'the-complete-vector-v1': 'pspf-vector-1 ok',
  'the-complete-vector-v1-with-the-tail-mark': 'pspf-vector-1 ok',
}

export function vectorCases(launcher: Launcher): readonly VectorCase[] {
  return [
    ...goodVectors.map(({bytes, name}) => ({
      name: `${name.replaceAll('-', ' ')}: accepted`,
      run: () => withFile(launcher, moved(bytes, name, launcher), (sandbox) => requireGood(sandbox, name)),
    })),
    ...mutations
      .filter(({name}) => !cannotMove.includes(name))
      .map((mutation) => ({
        name: `${mutation.name}: ${mutation.accept ? 'accepted' : mutation.code} (${mutation.base.replaceAll('-', ' ')})`,
        run: () => runMutation(launcher, mutation),
      })),
  ]
}

async function runMutation(launcher: Launcher, mutation: Mutation): Promise<void> {
  for (const bytes of sample(mutation)) {
    const file = moved(bytes, mutation.base, launcher)
    assert.equal(refusal(file), mutation.stage || mutation.accept ? undefined : mutation.code, 'the vector was not moved as it should be')
    await withFile(launcher, file, (sandbox) => requireOutcome(sandbox, mutation))
  }
}

/** All of it when it is one package; of long lists, some spread over the list, and none in the launcher. */
function sample(mutation: Mutation): readonly Uint8Array[] {
  const {size} = launcherOf(mutation.base)
  if (mutation.edits) return [...mutants(mutation)]
  const lengths = (mutation.cuts ?? []).filter((length) => length >= size)
  if (mutation.cuts) return spread(lengths, mostOfAList).flatMap((length) => [...mutants({...mutation, cuts: [length]})])
  const places = (mutation.flips ?? [])
    .flatMap(([from, to]) => Array.from({length: to - from}, (_, at) => from + at))
    .filter((at) => at >= size)
  return spread(places, mostOfAList).flatMap((at) => [...mutants({...mutation, flips: [[at, at + 1]]})])
}

function spread<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list
  return Array.from({length: count}, (_, at) => list[Math.floor((at * (list.length - 1)) / (count - 1))] as T)
}

async function withFile(launcher: Launcher, bytes: Uint8Array, work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = openSandbox(launcher, {directory: ''}, bytes)
  try {
    await work(sandbox)
  } finally {
    sandbox.remove()
  }
}

async function requireOutcome(sandbox: Sandbox, {accept, code, exit, stage}: Mutation): Promise<void> {
  if (stage === 'extract') {
    const results: Outcome[] = []
    for (const slot of ['0', '1', '2', '3', '4']) results.push(await execute(sandbox, {self: ['extract', slot, `out${slot}`]}))
    if (accept) for (const outcome of results) requireRefusal(outcome, 0, '')
    else requireRefusal(results[1] as Outcome, exit ?? 0, code ?? '')
  } else if (accept) await requireAccepted(sandbox)
  else
    requireRefusal(
      await execute(sandbox, {env: {FLAVOR_VALIDATION: stage === 'content' ? 'strict' : 'standard'}, start: []}),
      exit ?? 0,
      code ?? '',
    )
}

async function requireGood(sandbox: Sandbox, name: string): Promise<void> {
  await requireAccepted(sandbox)
  const said = started[name]
  if (said === undefined) return
  const outcome = await execute(sandbox, {start: []})
  requireRefusal(outcome, 0, '')
  assert.equal(outcome.stdout, `${said}\n`)
}

async function requireAccepted(sandbox: Sandbox): Promise<void> {
  requireRefusal(await execute(sandbox, {self: ['info']}), 0, '')
  requireRefusal(await execute(sandbox, {self: ['verify']}), 0, '')
}

function requireRefusal({exit, signal, stderr, stdout}: Outcome, wanted: number, code: string): void {
  assert.equal(signal, null, stderr)
  assert.equal(exit, wanted, `${stdout}${stderr}`)
  assert.ok(stderr.includes(code), `${code} is not named: ${stderr}`)
}

function refusal(bytes: Uint8Array): string | undefined {
  try {
    openPackage(memorySource(bytes), nativeCheck)
    return undefined
  } catch (error) {
    if (!isPackageError(error)) throw error
    return error.code
  }
}

// --- moving ----------------------------------------------------------------------------------------------------------

const seeds = ['demo-seed', 'abc'].map(keyPairFromText)
const hash = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const huge = 2n ** 62n

function baseOf(name: string) {
  const found = goodVectors.find((vector) => vector.name === name)
  assert.ok(found, name)
  return found
}

function launcherOf(name: string): {readonly bytes: Uint8Array; readonly size: number} {
  const {bytes, regions} = baseOf(name)
  const size = regions.find(([region]) => region === 'launcher')?.[2] ?? 0
  return {bytes: bytes.subarray(0, size), size}
}

export function moved(bytes: Uint8Array, base: string, launcher: Launcher): Uint8Array {
  const old = launcherOf(base)
  const body = bytes.subarray(old.size)
  const block = bytes.subarray(-8196, -4)
  if (bytes.length < old.size + 8200 || !isFramed(bytes)) return Buffer.concat([launcher.bytes, body])
  const index = trueIndex(bytes, baseOf(base).bytes)
  const state: Move = {
    block,
    bytes,
    index,
    launcher: launcher.bytes,
    metadata: metadataOf(bytes, index, old.bytes, launcher.bytes),
    oldSize: old.size,
  }
  return assembleMoved(state)
}

function isFramed(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 8200] === 0xf0 && bytes[bytes.length - 1] === 0x84
}

/** Where things are, as far as the vector's own index can be believed; else where its base has them. */
function trueIndex(bytes: Uint8Array, base: Uint8Array): IndexBlock {
  const own = decodeIndex(bytes.subarray(-8196, -4))
  if (bytes.length !== base.length) return own
  const bases = decodeIndex(base.subarray(-8196, -4))
  const metadata = bytes.subarray(own.metadataOffset, own.metadataOffset + own.metadataSize)
  const {metadataOffset, metadataSize} = equalBytes(hash(metadata), own.metadataChecksum) ? own : bases
  return {...bases, metadataOffset, metadataSize}
}

interface Move {
  readonly bytes: Uint8Array
  /** As it is in the vector, with whatever is wrong in it. */
  readonly block: Uint8Array
  /** Where things really are: the base's where the vector has the base's length. */
  readonly index: IndexBlock
  readonly launcher: Uint8Array
  readonly oldSize: number
  readonly metadata: Restated | undefined
}

interface Restated {
  readonly stored: Uint8Array
  readonly signature: Uint8Array | undefined
}

/** The metadata with this launcher's facts, when it states any and is whole. */
function metadataOf(bytes: Uint8Array, index: IndexBlock, old: Uint8Array, launcher: Uint8Array): Restated | undefined {
  const stored = bytes.subarray(index.metadataOffset, index.metadataOffset + index.metadataSize)
  const real = storedIn(bytes, index, stored)
  if (!real) return undefined
  const text = Buffer.from(real.json).toString('latin1')
  const restated = text
    .replaceAll(new RegExp(`("size": ?)${old.length}(,\\s*"checksum": ?"(?:sha256:)*${hex(hash(old))}")`, 'g'), `$1${launcher.length}$2`)
    .replaceAll(hex(hash(old)), hex(hash(launcher)))
  if (restated === text) return undefined
  const json = Buffer.from(restated, 'latin1')
  const seed = seeds.find(({publicKey}) => equalBytes(publicKey, decodeIndex(bytes.subarray(-8196, -4)).publicKey))
  return {
    signature: seed && signMetadata(seed.seed, json),
    stored: equalBytes(storeGzip(real.json), real.stored) ? storeGzip(json) : gzipSync(json, {level: 1}),
  }
}

/** The JSON in the file, wherever the index ends it; undefined when it is damaged and will be refused for that. */
function storedIn(
  bytes: Uint8Array,
  index: IndexBlock,
  stored: Uint8Array,
): {readonly json: Uint8Array; readonly stored: Uint8Array} | undefined {
  const block = decodeIndex(bytes.subarray(-8196, -4))
  if (!equalBytes(hash(stored), block.metadataChecksum) && !equalBytes(hash(stored), index.metadataChecksum)) return undefined
  try {
    return {json: gunzipSync(stored), stored}
  } catch {
    return undefined
  }
}

function assembleMoved(move: Move): Uint8Array {
  const {bytes, index, launcher, metadata, oldSize} = move
  const metadataEnd = index.metadataOffset + index.metadataSize
  const next = index.slotCount > 0 && index.tableOffset >= metadataEnd ? index.tableOffset : bytes.length - 8200
  const before = bytes.subarray(oldSize, index.metadataOffset)
  const stored = metadata?.stored ?? bytes.subarray(index.metadataOffset, metadataEnd)
  const padding = resized(bytes.subarray(metadataEnd, next), index.metadataSize - stored.length)
  const delta = launcher.length - oldSize
  const behind = delta + stored.length - index.metadataSize + padding.length - (next - metadataEnd)
  // The number as it will be: of a place in the old launcher or beyond all numbers, as it is.
  const shift = (value: bigint): bigint =>
    value < BigInt(oldSize) || value >= huge ? value : value + BigInt(value < BigInt(next) ? delta : behind)
  const rest = Buffer.from(bytes.subarray(next, -8200))
  for (let row = 0; row < index.slotCount; row++) {
    const at = index.tableOffset - next + 64 * row + 16
    const offset = rest.readBigUInt64LE(at)
    if (offset > 0n) rest.writeBigUInt64LE(shift(offset), at)
  }
  const trailer = bytes.subarray(-8200)
  const framed = equalBytes(trailer.subarray(4, 8196), move.block) ? movedIndex(move, shift, stored) : move.block
  const parts = Buffer.concat([launcher, before, stored, padding, rest, frameIndex(framed)])
  parts.set(trailer.subarray(0, 4), parts.length - 8200)
  parts.set(trailer.subarray(-4), parts.length - 4)
  return parts
}

/** Padding that lost or gained some zero bytes, at the end that is zero; whole steps of eight where that is not enough. */
function resized(padding: Uint8Array, more: number): Uint8Array {
  const wanted = padding.length + more
  const length = wanted >= 0 ? wanted : align(-wanted, 8) + wanted
  const result = Buffer.alloc(length)
  const mark = padding.findIndex((byte) => byte !== 0)
  if (mark >= 0) result[mark < padding.length / 2 ? mark : length - (padding.length - mark)] = padding[mark] as number
  return result
}

function movedIndex({block, index, launcher, metadata, oldSize}: Move, shift: (value: bigint) => bigint, stored: Uint8Array): Uint8Array {
  const changed = Buffer.from(block)
  const known = decodeIndex(block)
  const at = (place: number) => changed.readBigUInt64LE(place)
  for (const place of [8, 24, 40]) changed.writeBigUInt64LE(shift(at(place)), place)
  const size = at(16)
  if (size > 0n && size < huge) changed.writeBigUInt64LE(size + BigInt(launcher.length - oldSize), 16)
  if (metadata) {
    const grown = BigInt(stored.length - index.metadataSize)
    if (Math.abs(Number(at(32)) - index.metadataSize) <= 64) changed.writeBigUInt64LE(at(32) + grown, 32)
    if (known.metadataChecksum.some((byte) => byte !== 0)) changed.set(hash(stored), 96)
    if (metadata.signature && known.signature.some((byte) => byte !== 0)) changed.set(metadata.signature, 128)
  }
  if (known.checksum !== 0 && known.checksum === adlerOf(block)) changed.writeUInt32LE(adlerOf(changed), 4)
  return changed
}
