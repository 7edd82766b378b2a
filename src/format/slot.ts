/**
 * One row of the slot table: 64 bytes that say where a slot lies (pspf-2025, section 3). Everything else in the row
 * repeats the signed metadata for readers that know no better; in packages built by flavor each byte but the offset is
 * recomputed from the metadata and compared, so the table can say nothing of its own.
 */
import {createHash} from 'node:crypto'
import {copyOf, equalBytes, fromHex, readSize, viewOf, writeSize} from './bytes.ts'
import {packChain, unpackChain} from './chain.ts'
import {PackageError} from './errors.ts'
import type {SlotJson, SlotMetadata} from './metadata.ts'
import {descriptorSize, lifecycles} from './registry.ts'

export interface Descriptor {
  /** Bytes from the start of the file; 0 for a slot that stores nothing. */
  readonly offset: number
  /** As stored. */
  readonly size: number
  readonly originalSize: number
  /** Operation codes, first applied first. */
  readonly operations: readonly number[]
  /** The first 8 bytes of the SHA-256 of the stored bytes. */
  readonly checksum: Uint8Array
  readonly mode: number
}

const priority = 128

export function decodeDescriptor(row: Uint8Array): Descriptor {
  const view = viewOf(row)
  return {
    checksum: copyOf(row.subarray(48, 56)),
    mode: view.getUint16(62, true),
    offset: readSize(view, 16),
    operations: unpackChain(view.getBigUint64(40, true)),
    originalSize: readSize(view, 32),
    size: readSize(view, 24),
  }
}

type RowFacts = Pick<SlotJson, 'chain' | 'class' | 'id' | 'original_size' | 'size'> & {
  readonly lifecycle: SlotJson['lifecycle']
  readonly mode: number
  readonly sha256: string
  readonly slot: number
}

export function encodeDescriptor(slot: RowFacts, offset: number): Uint8Array {
  const row = new Uint8Array(descriptorSize)
  const view = viewOf(row)
  writeSize(view, 0, descriptorId(slot.slot))
  row.set(createHash('sha256').update(slot.id, 'utf8').digest().subarray(0, 8), 8)
  writeSize(view, 16, offset)
  writeSize(view, 24, slot.size)
  writeSize(view, 32, slot.original_size)
  view.setBigUint64(40, packChain(slot.chain.map(({operation}) => operation)), true)
  row.set(fromHex(slot.sha256).subarray(0, 8), 48)
  row[56] = slot.class
  row[57] = lifecycles.find(({name}) => name === slot.lifecycle)?.code ?? 2
  row[58] = priority
  view.setUint16(62, slot.mode, true)
  return row
}

/**
 * Throws EFLAVOR_SLOT_TABLE when the row says anything but what the metadata says (exact packages), or another checksum,
 * or stores bytes that the metadata gives no checksum for (any).
 */
export function requireAgreement(row: Uint8Array, slot: SlotMetadata): void {
  const {checksum, offset, size} = decodeDescriptor(row)
  if (slot.exact) {
    const wanted = encodeDescriptor(
      {...slot.exact, id: slot.id, lifecycle: slot.lifecycle, mode: slot.mode, sha256: slot.sha256 ?? '', slot: slot.index},
      offset,
    )
    if (!equalBytes(wanted, row)) throw disagreement(slot)
  } else if (slot.sha256 === undefined ? size > 0 : !equalBytes(fromHex(slot.sha256).subarray(0, 8), checksum)) {
    throw disagreement(slot)
  }
}

/**
 * The row's id: the slot's index, but moved up by 2^32 + 1 where its first bytes would be `7B` or `1F 8B`, which
 * FlavorPack's Rust launcher takes for JSON and gzip (pspf-2025, section 3).
 */
function descriptorId(index: number): number {
  const misread = (index & 0xff) === 0x7b || (index & 0xffff) === 0x8b1f
  return misread ? index + 2 ** 32 + 1 : index
}

function disagreement(slot: SlotMetadata): PackageError {
  return new PackageError(
    'EFLAVOR_SLOT_TABLE',
    `the slot table says otherwise than the signed metadata about slot ${slot.index} (${slot.id})`,
  )
}
