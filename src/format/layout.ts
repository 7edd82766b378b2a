/**
 * Where things go in a package: launcher, metadata, zero padding, slot table, slots each on a multiple of 8, trailer
 * (pspf-2025, 1.1).
 */
import {align} from './bytes.ts'
import {descriptorSize, slotAlignment, trailerSize} from './registry.ts'

export interface Layout {
  readonly launcherSize: number
  readonly metadataOffset: number
  readonly tableOffset: number
  /** Offset of the first slot, or of the trailer when there is none. */
  readonly slotsOffset: number
}

/** `metadataRoom` is the size of the stored metadata, or an upper bound of it; the rest of the room is zero padding. */
export function layOut(launcherSize: number, metadataRoom: number, slotCount: number): Layout {
  const tableOffset = align(launcherSize + metadataRoom, slotAlignment)
  return {launcherSize, metadataOffset: launcherSize, slotsOffset: tableOffset + slotCount * descriptorSize, tableOffset}
}

/** Offsets of slots of these stored sizes; a slot that stores nothing is at 0. The last element is where the trailer begins. */
export function placeSlots(
  slotsOffset: number,
  sizes: readonly number[],
): {readonly offsets: readonly number[]; readonly trailerOffset: number} {
  let end = slotsOffset
  const offsets = sizes.map((size) => {
    if (size === 0) return 0
    const offset = align(end, slotAlignment)
    end = offset + size
    return offset
  })
  return {offsets, trailerOffset: end}
}

export function packageSize(trailerOffset: number): number {
  return trailerOffset + trailerSize
}
