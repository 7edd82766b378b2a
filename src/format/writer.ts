/**
 * Writing a package in one pass: launcher, then each slot straight from its stream, then metadata, table and trailer
 * into the room left for them. Memory is that of one chunk, whatever the sizes; no slot is written twice.
 *
 * The metadata stands before the slots but holds their sizes and hashes, so its room is measured beforehand with every
 * number as wide as it can get; what is left of the room is zero padding.
 */
import {createHash} from 'node:crypto'
import type {FileHandle} from 'node:fs/promises'
import {align} from './bytes.ts'
import {chainWord} from './chain.ts'
import {PackageError} from './errors.ts'
import {storedGzipSize, storeGzip} from './gzip.ts'
import {encodeIndex, frameIndex} from './index-block.ts'
import {layOut, packageSize} from './layout.ts'
import {type MetadataJson, type SlotJson, serializeMetadata, widestSlot} from './metadata.ts'
import {limits, slotAlignment} from './registry.ts'
import {encodeDescriptor} from './slot.ts'

export type SlotFacts = Omit<SlotJson, 'checksum' | 'operations' | 'original_size' | 'size'>

export interface SlotInput {
  readonly facts: SlotFacts
  /** The bytes to store; `originalSize` is asked once they have all been given. */
  readonly stored: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  originalSize(): number
}

export interface PackageInput {
  readonly launcher: {readonly sha256: string; readonly size: number; stream(): AsyncIterable<Uint8Array>}
  /** In table order. Opened one at a time. */
  readonly slots: readonly {readonly facts: SlotFacts; open(): SlotInput}[]
  describe(slots: readonly SlotJson[]): MetadataJson
  readonly publicKey: Uint8Array
  /** 64 bytes of Ed25519 over the JSON. */
  sign(json: Uint8Array): Promise<Uint8Array>
}

export interface WrittenPackage {
  readonly metadata: MetadataJson
  /** Of the whole file, in bytes. */
  readonly size: number
}

/** Fills an empty file. Throws EFLAVOR_METADATA_LIMIT when the metadata would not fit into 1 MiB. */
export async function writePackage(file: FileHandle, input: PackageInput): Promise<WrittenPackage> {
  const room = storedGzipSize(serializeMetadata(input.describe(input.slots.map(({facts}) => widestSlot(facts)))).length)
  const layout = layOut(input.launcher.size, room, input.slots.length)
  await writeLauncher(file, input.launcher)
  const {end, slots} = await writeSlots(file, layout.slotsOffset, input.slots)
  const metadata = input.describe(slots.map(({json}) => json))
  const json = serializeMetadata(metadata)
  if (json.length > limits.metadataJson)
    throw new PackageError('EFLAVOR_METADATA_LIMIT', `the metadata has ${json.length} bytes; ${limits.metadataJson} is the most`)
  const stored = storeGzip(json)
  await writeFully(file, stored, layout.metadataOffset)
  const table = Buffer.concat(slots.map(({json: slot, offset}) => encodeDescriptor(rowFacts(slot), offset)))
  await writeFully(file, table, layout.tableOffset)
  const index = encodeIndex({
    launcherSize: layout.launcherSize,
    metadataChecksum: new Uint8Array(createHash('sha256').update(stored).digest()),
    metadataOffset: layout.metadataOffset,
    metadataSize: stored.length,
    packageSize: packageSize(end),
    publicKey: input.publicKey,
    signature: await input.sign(json),
    slotCount: slots.length,
    tableOffset: layout.tableOffset,
  })
  const trailer = frameIndex(index)
  await writeFully(file, trailer, end)
  return {metadata, size: packageSize(end)}
}

interface WrittenSlot {
  readonly json: SlotJson
  readonly offset: number
}

async function writeLauncher(file: FileHandle, launcher: PackageInput['launcher']): Promise<void> {
  const {sha256, size} = await writeStream(file, 0, launcher.stream())
  if (size !== launcher.size || sha256 !== launcher.sha256)
    throw new PackageError('EFLAVOR_LAUNCHER_CHECKSUM', 'the launcher image is not the one that its plugin announced')
}

async function writeSlots(
  file: FileHandle,
  start: number,
  slots: PackageInput['slots'],
): Promise<{readonly end: number; readonly slots: readonly WrittenSlot[]}> {
  const written: WrittenSlot[] = []
  let end = start
  for (const slot of slots) {
    const offset = align(end, slotAlignment)
    const input = slot.open()
    const {sha256, size} = await writeStream(file, offset, input.stored)
    const {chain} = slot.facts
    written.push({
      json: {
        ...slot.facts,
        checksum: `sha256:${sha256}`,
        operations: chainWord(chain.map(({operation}) => operation)),
        original_size: input.originalSize(),
        size,
      },
      offset: size === 0 ? 0 : offset,
    })
    if (size > 0) end = offset + size
  }
  return {end, slots: written}
}

async function writeStream(
  file: FileHandle,
  offset: number,
  stream: SlotInput['stored'],
): Promise<{readonly sha256: string; readonly size: number}> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of stream) {
    // Hashed while the system takes it.
    const written = writeFully(file, chunk, offset + size)
    hash.update(chunk)
    await written
    size += chunk.length
  }
  return {sha256: hash.digest('hex'), size}
}

async function writeFully(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten
}

function rowFacts(slot: SlotJson): Parameters<typeof encodeDescriptor>[0] {
  return {...slot, mode: Number.parseInt(slot.permissions, 8), sha256: slot.checksum.replace('sha256:', '')}
}
