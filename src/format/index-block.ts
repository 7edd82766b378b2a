/**
 * The index block: 8192 bytes at the end of a package, between the two marks, that say where everything lies
 * (pspf-2025, 1.2 and 1.3). The signature and the public key stand here too. Its own integrity is an Adler-32 sum;
 * what protects it against people rather than accidents is that every region it names is checked against the signed
 * metadata.
 */
import {adler32, copyOf, equalBytes, readSize, viewOf, writeSize} from './bytes.ts'
import {endMark, formatVersion, indexSize, startMark, trailerSize} from './registry.ts'

export interface IndexBlock {
  readonly formatVersion: number
  /** As stored; see `adlerOf` for what it should be. */
  readonly checksum: number
  /** Sizes and offsets in bytes from the start of the file. */
  readonly packageSize: number
  readonly launcherSize: number
  readonly metadataOffset: number
  readonly metadataSize: number
  readonly tableOffset: number
  readonly tableSize: number
  readonly slotCount: number
  /** 32 bytes each. */
  readonly publicKey: Uint8Array
  readonly metadataChecksum: Uint8Array
  /** The first 64 of the 512 bytes reserved for it. */
  readonly signature: Uint8Array
}

/** What a writer states; the rest of the block is fixed. */
export type IndexFields = Omit<IndexBlock, 'checksum' | 'formatVersion' | 'tableSize'> & {
  /** Put the start mark into the last four bytes of the block, as section 1.5 of the reference recommends. Default true. */
  readonly tailMark?: boolean
}

const at = {
  capabilities: 832,
  checksum: 4,
  compatibility: 856,
  launcherSize: 16,
  metadataChecksum: 96,
  metadataOffset: 24,
  metadataSize: 32,
  packageSize: 8,
  pageSize: 644,
  protocol: 860,
  publicKey: 64,
  signature: 128,
  slotCount: 56,
  tableOffset: 40,
  tableSize: 48,
  tailMark: 8188,
} as const
const mappedAndSigned = 0x81n

export function decodeIndex(block: Uint8Array): IndexBlock {
  const view = viewOf(block)
  return {
    checksum: view.getUint32(at.checksum, true),
    formatVersion: view.getUint32(0, true),
    launcherSize: readSize(view, at.launcherSize),
    metadataChecksum: copyOf(block.subarray(at.metadataChecksum, at.metadataChecksum + 32)),
    metadataOffset: readSize(view, at.metadataOffset),
    metadataSize: readSize(view, at.metadataSize),
    packageSize: readSize(view, at.packageSize),
    publicKey: copyOf(block.subarray(at.publicKey, at.publicKey + 32)),
    signature: copyOf(block.subarray(at.signature, at.signature + 64)),
    slotCount: view.getUint32(at.slotCount, true),
    tableOffset: readSize(view, at.tableOffset),
    tableSize: readSize(view, at.tableSize),
  }
}

export function encodeIndex(fields: IndexFields): Uint8Array {
  const block = new Uint8Array(indexSize)
  const view = viewOf(block)
  view.setUint32(0, formatVersion, true)
  for (const name of ['packageSize', 'launcherSize', 'metadataOffset', 'metadataSize', 'tableOffset'] as const)
    writeSize(view, at[name], fields[name])
  writeSize(view, at.tableSize, fields.slotCount * 64)
  view.setUint32(at.slotCount, fields.slotCount, true)
  block.set(fields.metadataChecksum, at.metadataChecksum)
  view.setUint32(at.pageSize, 4096, true)
  view.setBigUint64(at.capabilities, mappedAndSigned, true)
  view.setUint32(at.compatibility, formatVersion, true)
  view.setUint32(at.protocol, 1, true)
  if (fields.tailMark !== false) block.set(startMark, at.tailMark)
  return resignIndex(block, fields.publicKey, fields.signature)
}

/** The same block under another key and signature, its Adler sum made right. Nothing else changes. */
export function resignIndex(block: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): Uint8Array {
  const changed = copyOf(block)
  changed.set(publicKey, at.publicKey)
  changed.fill(0, at.signature, at.signature + 512)
  changed.set(signature, at.signature)
  viewOf(changed).setUint32(at.checksum, adlerOf(changed), true)
  return changed
}

/** Adler-32 of the block with its own checksum field taken as zero (pspf-2025, 1.4). */
export function adlerOf(block: Uint8Array): number {
  const copy = copyOf(block)
  copy.fill(0, at.checksum, at.checksum + 4)
  return adler32(copy)
}

export function frameIndex(block: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([startMark, block, endMark]))
}

/** The block inside the last 8200 bytes of a file; undefined when the marks are not there. */
export function unframeIndex(trailer: Uint8Array): Uint8Array | undefined {
  const framed =
    trailer.length === trailerSize && equalBytes(trailer.subarray(0, 4), startMark) && equalBytes(trailer.subarray(-4), endMark)
  return framed ? trailer.subarray(4, 4 + indexSize) : undefined
}
