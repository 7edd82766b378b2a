/**
 * What a reader answers to the bytes of a fuzzer's target: a code of `format/errors.json`, or `ok`. Anything else is thrown,
 * and so is what happens outside of a tree. The Rust and Go launchers' tests try the same, and must give the same answers.
 */

import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {memorySource} from '../../dist/format/bytes.js'
import {unpackChain} from '../../dist/format/chain.js'
import {isPackageError} from '../../dist/format/errors.js'
import {examine, openPackage, type Package, type Region, type Slot} from '../../dist/format/examination.js'
import {parseMetadata} from '../../dist/format/metadata.js'
import {trailerSize} from '../../dist/format/registry.js'
import {createTree} from '../../dist/unpack/tree.js'
import {unpackSlot} from '../../dist/unpack/unpack.js'
import {removeTree} from '../../dist/workenv/remove-tree.js'
import {decoders} from '../../plugins/launcher-node/launcher/decoders.ts'

const sound = readFileSync(new URL('../../format/vectors/the-complete-vector-v1/package.pspf', import.meta.url))
/** What a compressed slot is said to hold: enough for any of the corpus, and no burden on the disk. */
const largest = 1 << 16

export const targets: Readonly<Record<string, (input: Buffer) => Promise<string>>> = {
  chain: (input) => {
    if (input.length < 8) return Promise.resolve('ok')
    return unpacked(unpackChain(input.readBigUInt64LE(0)), input.subarray(8), largest)
  },
  index: (input) => opened('trailer', input),
  metadata: (input) => answer(() => parseMetadata(input)),
  table: (input) => opened('slot table', input),
  /** Sums of headers are made right, so that more than one stream in a million is a tar. */
  untar: (input) => {
    const stream = Buffer.from(input)
    for (let at = 0; at + 512 <= stream.length; ) at += repair(stream.subarray(at, at + 512))
    return unpacked([1], stream, stream.length)
  },
}

async function answer(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'ok'
  } catch (error) {
    if (isPackageError(error)) return error.code
    throw error
  }
}

/** A good package with a stretch of it replaced, and the sum not set, so that what comes after it is reached. */
async function opened(region: string, input: Buffer): Promise<string> {
  const {offset, size} = openPackage(memorySource(sound), () => true).regions.find(({name}) => name === region) as Region
  const changed = Buffer.from(sound)
  input.copy(changed, offset, 0, Math.min(size, input.length))
  changed.fill(0, changed.length - trailerSize + 8, changed.length - trailerSize + 12)
  const failed = examine(memorySource(changed), () => true).results.find(({ok}) => !ok)
  const code = await answer(() => openPackage(memorySource(changed), () => true))
  assert.equal(code, failed?.code ?? 'ok', 'opening and examining disagree')
  return code
}

async function unpacked(chain: readonly number[], stored: Buffer, originalSize: number): Promise<string> {
  const outside = mkdtempSync(join(tmpdir(), 'flavor-fuzz-'))
  const root = join(outside, 'a/b')
  mkdirSync(root, {recursive: true})
  try {
    const code = await answer(() => unpackInto(root, slotOf(chain, stored, originalSize), stored))
    for (const directory of [outside, join(outside, 'a')])
      assert.equal(readdirSync(directory).length, 1, 'something was created outside of the tree')
    return code
  } finally {
    removeTree(outside)
  }
}

async function unpackInto(root: string, slot: Slot, stored: Buffer): Promise<void> {
  const tree = createTree(root)
  await unpackSlot({source: memorySource(stored)} as unknown as Package, slot, tree, decoders)
  tree.finish()
}

function slotOf(chain: readonly number[], stored: Buffer, originalSize: number): Slot {
  const size = stored.length
  const exact = {chain: chain.map((operation) => ({codec: '', operation})), class: 0, original_size: originalSize, shareable: false, size}
  const sha256 = createHash('sha256').update(stored).digest('hex')
  return {
    chain,
    exact,
    id: 'x',
    index: 0,
    lifecycle: 'persistent',
    lifecycleWord: 'persistent',
    mode: 0o600,
    offset: 0,
    operations: '',
    purpose: '',
    selfReferential: false,
    sha256,
    source: '',
    storedSize: size,
    target: '',
  }
}

/** Gives how far away the next header is. */
function repair(header: Buffer): number {
  if (header.every((byte) => byte === 0)) return 512
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0`, 148, 'latin1')
  const size = Number.parseInt(/^[0-7]*/.exec(header.toString('latin1', 129, 135))?.[0] || '0', 8)
  return 512 + Math.ceil(size / 512) * 512
}
