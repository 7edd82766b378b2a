/**
 * Reading a package: one list of named checks, in the order of pspf-2025 10.2, used by everything that opens one.
 *
 *   openPackage   all of them, or an exception: what a launcher and every command does that needs a sound package
 *   examine       as many as can be done, each with its result: `flavor verify` and `flavor inspect`
 *
 * None of these reads slot content or the launcher; `content.ts` checks those. So the cost is that of a few kilobytes,
 * whatever the size of the package. No policy is applied here: whether the key is one to trust is the caller's question.
 */
import {createHash} from 'node:crypto'
import {type ByteSource, equalBytes, isZero, toHex} from './bytes.ts'
import {type CheckResult, type Observer, observed, outcomeOf, type Region, type Seen} from './check.ts'
import {PackageError} from './errors.ts'
import {gunzipMetadata, isStoredGzip} from './gzip.ts'
import {adlerOf, decodeIndex, encodeIndex, type IndexBlock, unframeIndex} from './index-block.ts'
import {placeSlots} from './layout.ts'
import {type Metadata, parseMetadata, type SlotMetadata} from './metadata.ts'
import {notAPackage} from './not-a-package.ts'
import {descriptorSize, formatVersion, limits, slotAlignment, trailerSize} from './registry.ts'
import {noCheck, requireSignature, type SignatureCheck} from './signature-check.ts'
import {type Descriptor, decodeDescriptor, requireAgreement} from './slot.ts'

export type {CheckResult, Region} from './check.ts'

/** A slot as both the table and the metadata see it. */
export type Slot = SlotMetadata &
  Pick<Descriptor, 'offset'> & {
    readonly chain: readonly number[]
    /** Bytes as stored. */
    readonly storedSize: number
  }

export interface Package {
  readonly source: ByteSource
  readonly index: IndexBlock
  readonly indexBytes: Uint8Array
  readonly metadata: Metadata
  /** The exact bytes that are signed. */
  readonly metadataBytes: Uint8Array
  readonly regions: readonly Region[]
  readonly slots: readonly Slot[]
}

/** What is known so far. A check runs when all that it needs is there. */
type Findings = {-readonly [Key in keyof Package]?: Package[Key]} & {
  source: ByteSource
  read: (region: Region) => Uint8Array
  /** Those but for the slots. */
  fixed?: readonly Region[]
  stored?: Uint8Array
  table?: Uint8Array
}
type Known = Required<Findings>

interface Check {
  readonly name: string
  readonly needs: readonly (keyof Findings)[]
  /** Adds to the findings, says what it saw, or throws a PackageError. */
  run(findings: Known, verify: SignatureCheck): Seen
}

const checks: readonly Check[] = [
  {
    name: 'trailer',
    needs: [],
    run(findings) {
      const {size} = findings.source
      const trailer = findings.read({name: 'trailer', offset: Math.max(0, size - trailerSize), size: Math.min(size, trailerSize)})
      const block = unframeIndex(trailer)
      if (!block) throw notAPackage(findings.source)
      findings.indexBytes = block
      findings.index = decodeIndex(block)
      return `both marks, ${size} bytes`
    },
  },
  {
    name: 'format version',
    needs: ['index'],
    run({index}) {
      const version = `0x${index.formatVersion.toString(16)}`
      if (index.formatVersion !== formatVersion)
        throw new PackageError(
          'EFLAVOR_FORMAT_VERSION',
          `the package is of format version ${version}; this reader knows 0x${formatVersion.toString(16)}`,
        )
      return version
    },
  },
  {
    name: 'index checksum',
    needs: ['index', 'indexBytes'],
    run({index, indexBytes}) {
      if (index.checksum === 0) return {unchecked: 'not set'}
      if (index.checksum !== adlerOf(indexBytes))
        throw new PackageError('EFLAVOR_INDEX_CHECKSUM', 'the index block was altered: its Adler-32 sum is wrong')
      return `0x${index.checksum.toString(16).padStart(8, '0')}`
    },
  },
  {
    name: 'package size',
    needs: ['index'],
    run({index, source}) {
      if (index.packageSize !== source.size)
        throw new PackageError('EFLAVOR_PACKAGE_SIZE', `the file has ${source.size} bytes; its index states ${index.packageSize}`)
      return `${index.packageSize} bytes`
    },
  },
  {
    name: 'regions',
    needs: ['index'],
    run(findings) {
      const {index, source} = findings
      if (index.tableSize !== index.slotCount * descriptorSize || index.slotCount > limits.slotCount)
        throw new PackageError('EFLAVOR_SLOT_TABLE', `a slot table of ${index.tableSize} bytes does not hold ${index.slotCount} slots`)
      if (index.metadataSize > limits.metadataStored)
        throw new PackageError(
          'EFLAVOR_METADATA_LIMIT',
          `the stored metadata is ${index.metadataSize} bytes; ${limits.metadataStored} is the most`,
        )
      findings.fixed = requireDisjoint(fixedRegions(index, source.size), source.size)
      findings.table = findings.read({name: 'slot table', offset: index.tableOffset, size: index.tableSize})
      const rows = Array.from({length: index.slotCount}, (_, row) => decodeDescriptor(rowOf(findings.table, row)))
      const slots = rows.flatMap(({offset, size}, slot) => (size === 0 ? [] : [{name: `slot ${slot}`, offset, size}]))
      findings.regions = requireDisjoint([...findings.fixed, ...slots], source.size)
      return `${findings.regions.length}, none overlapping`
    },
  },
  {
    name: 'padding',
    needs: ['regions'],
    run({read, regions}) {
      const gaps = gapsBetween(regions)
      for (const gap of gaps) {
        if (!isZero(read(gap)))
          throw new PackageError('EFLAVOR_PADDING', `bytes ${gap.offset} to ${gap.offset + gap.size} belong to no region and are not zero`)
      }
      return `${gaps.reduce((sum, {size}) => sum + size, 0)} bytes, all zero`
    },
  },
  {
    name: 'metadata checksum',
    needs: ['fixed', 'index'],
    run(findings) {
      const {index, read} = findings
      findings.stored = read({name: 'metadata', offset: index.metadataOffset, size: index.metadataSize})
      if (isZero(index.metadataChecksum)) return {unchecked: 'not set'}
      const sum = createHash('sha256').update(findings.stored).digest()
      if (!equalBytes(sum, index.metadataChecksum))
        throw new PackageError('EFLAVOR_METADATA_CHECKSUM', 'the metadata was altered: its SHA-256 is not the one in the index')
      return `sha256:${toHex(sum)}`
    },
  },
  {
    name: 'metadata',
    needs: ['stored'],
    run(findings) {
      findings.metadataBytes = gunzipMetadata(findings.stored)
      return `${findings.metadataBytes.length} bytes of JSON`
    },
  },
  {
    name: 'signature',
    needs: ['index', 'metadataBytes'],
    run({index, metadataBytes}, verify) {
      requireSignature(verify, index.publicKey, index.signature, metadataBytes)
      return verify === noCheck ? {unchecked: 'not looked at'} : `ed25519 by ${toHex(index.publicKey)}`
    },
  },
  {
    name: 'metadata keys',
    needs: ['metadataBytes'],
    run(findings) {
      findings.metadata = parseMetadata(findings.metadataBytes)
      return `${findings.metadata.name} ${findings.metadata.version}`
    },
  },
  {
    name: 'slot table',
    needs: ['index', 'metadata', 'table'],
    run(findings) {
      const {index, metadata, table} = findings
      if (metadata.slots.length !== index.slotCount)
        throw new PackageError('EFLAVOR_SLOT_TABLE', `the table has ${index.slotCount} slots; the metadata has ${metadata.slots.length}`)
      for (const slot of metadata.slots) requireAgreement(rowOf(table, slot.index), slot)
      findings.slots = metadata.slots.map((slot) => joinSlot(slot, decodeDescriptor(rowOf(table, slot.index))))
      return `${index.slotCount} slots, as the metadata says`
    },
  },
  {
    name: 'exact bytes',
    needs: ['index', 'indexBytes', 'metadata', 'metadataBytes', 'slots', 'stored'],
    run({index, indexBytes, metadata, metadataBytes, slots, source, stored}) {
      if (!metadata.exact) return {unchecked: `not promised by ${metadata.build.tool || 'its builder'}`}
      if (index.checksum === 0) throw new PackageError('EFLAVOR_INDEX_CHECKSUM', 'the index block carries no Adler-32 sum')
      if (isZero(index.metadataChecksum))
        throw new PackageError('EFLAVOR_METADATA_CHECKSUM', 'the index block carries no SHA-256 of the metadata')
      if (index.launcherSize !== metadata.launcher?.size)
        throw new PackageError(
          'EFLAVOR_REGION',
          `the index gives the launcher ${index.launcherSize} bytes; the metadata ${metadata.launcher?.size}`,
        )
      if (!isStoredGzip(stored, metadataBytes)) throw new PackageError('EFLAVOR_METADATA', 'the metadata is not stored as flavor stores it')
      requireExactPlaces(index, slots, source.size)
      if (!equalBytes(indexBytes, encodeIndex(index)))
        throw new PackageError('EFLAVOR_INDEX_CHECKSUM', 'the index block holds bytes that flavor does not write')
      return 'every byte outside launcher and slots follows from the signed metadata'
    },
  },
]

/** Every check that can be done, in order; a check whose needs were not met is left out. Never throws a PackageError. */
export function examine(
  source: ByteSource,
  verify: SignatureCheck,
): {readonly found: Partial<Package>; readonly results: readonly CheckResult[]} {
  const findings = beginWith(source)
  const results: CheckResult[] = []
  for (const check of checks) {
    if (check.needs.every((need) => findings[need] !== undefined)) results.push(outcomeOf(check.name, () => check.run(findings, verify)))
  }
  return {found: findings, results}
}

/** Throws the PackageError of the first check that fails. */
export function openPackage(source: ByteSource, verify: SignatureCheck, observer?: Observer): Package {
  const findings = beginWith(source, observer)
  for (const check of checks) observed(check.name, () => check.run(findings, verify), observer)
  return findings
}

function beginWith(source: ByteSource, observer?: Observer): Known {
  const read = (region: Region): Uint8Array => {
    if (region.size === 0) return new Uint8Array(0)
    observer?.read(region)
    return source.read(region.offset, region.size)
  }
  return {read, source} as Known
}

function joinSlot(slot: SlotMetadata, row: Descriptor): Slot {
  return {...slot, chain: row.operations, mode: slot.exact ? slot.mode : row.mode || 0o600, offset: row.offset, storedSize: row.size}
}

/** Throws EFLAVOR_REGION unless everything lies where flavor puts it. Only the table's place is free: it follows some padding. */
function requireExactPlaces(index: IndexBlock, slots: readonly Slot[], size: number): void {
  const {offsets, trailerOffset} = placeSlots(
    index.tableOffset + index.tableSize,
    slots.map(({storedSize}) => storedSize),
  )
  const placed =
    index.metadataOffset === index.launcherSize &&
    index.tableOffset % slotAlignment === 0 &&
    slots.every(({offset}, slot) => offset === offsets[slot]) &&
    trailerOffset === size - trailerSize
  if (!placed) throw new PackageError('EFLAVOR_REGION', 'the metadata, a slot or the trailer is not where flavor puts it')
}

function rowOf(table: Uint8Array, row: number): Uint8Array {
  return table.subarray(row * descriptorSize, (row + 1) * descriptorSize)
}

function fixedRegions(index: IndexBlock, size: number): readonly Region[] {
  const table = index.tableSize === 0 ? [] : [{name: 'slot table', offset: index.tableOffset, size: index.tableSize}]
  return [
    {name: 'launcher', offset: 0, size: index.launcherSize},
    {name: 'metadata', offset: index.metadataOffset, size: index.metadataSize},
    ...table,
    {name: 'trailer', offset: size - trailerSize, size: trailerSize},
  ]
}

/** Sorted by place. Throws EFLAVOR_REGION for one that leaves the file, overlaps another, or leaves too wide a gap. */
function requireDisjoint(regions: readonly Region[], size: number): readonly Region[] {
  const sorted = [...regions].sort((a, b) => a.offset - b.offset || a.size - b.size)
  let end = 0
  let before = 'the start of the file'
  for (const region of sorted) {
    if (region.offset + region.size > size)
      throw new PackageError('EFLAVOR_REGION', `the ${region.name} reaches beyond the end of the file`)
    if (region.offset < end) throw new PackageError('EFLAVOR_REGION', `the ${region.name} overlaps ${before}`)
    end = region.offset + region.size
    before = `the ${region.name}`
  }
  return sorted
}

/** Throws EFLAVOR_REGION for a gap wider than alignment and the known builders' reserves explain. */
function gapsBetween(regions: readonly Region[]): readonly Region[] {
  const gaps: Region[] = []
  let end = 0
  for (const {name, offset, size} of regions) {
    if (offset - end > limits.gap) throw new PackageError('EFLAVOR_REGION', `${offset - end} bytes before the ${name} belong to no region`)
    if (offset > end) gaps.push({name: 'padding', offset: end, size: offset - end})
    end = offset + size
  }
  return gaps
}
