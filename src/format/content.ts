/**
 * The bytes that `openPackage` leaves unread, checked against the signed metadata: the launcher and each slot. Reading
 * them costs as much as the package is large, so each caller says when: `flavor verify` always, a launcher before a
 * cold start.
 */
import {createHash} from 'node:crypto'
import type {ByteSource} from './bytes.ts'
import {type CheckResult, outcomeOf, type Seen} from './check.ts'
import {PackageError} from './errors.ts'
import type {Package, Slot} from './examination.ts'

const chunkSize = 1024 * 1024

/** A stretch of the file, chunk by chunk. Each chunk is valid only until the next one is asked for. */
export function* readRegion(source: ByteSource, offset: number, size: number): Generator<Uint8Array> {
  for (let done = 0; done < size; done += chunkSize) yield source.read(offset + done, Math.min(chunkSize, size - done))
}

/** SHA-256 of a stretch of the file, 64 lower-case hex digits. */
export function hashRegion(source: ByteSource, offset: number, size: number): string {
  const hash = createHash('sha256')
  const room = Buffer.allocUnsafeSlow(Math.min(size, chunkSize))
  for (let done = 0; done < size; done += chunkSize) hash.update(source.read(offset + done, Math.min(chunkSize, size - done), room))
  return hash.digest('hex')
}

/** Throws EFLAVOR_LAUNCHER_CHECKSUM. A package whose metadata states no launcher hash is not held to one. */
export function requireLauncher({index, metadata, source}: Package): Seen {
  if (!metadata.launcher) return {unchecked: 'not stated'}
  const sha256 = hashRegion(source, 0, index.launcherSize)
  if (sha256 !== metadata.launcher.sha256)
    throw new PackageError('EFLAVOR_LAUNCHER_CHECKSUM', 'the launcher was altered: its SHA-256 is not the signed one')
  return `sha256:${sha256}`
}

/** Throws EFLAVOR_SLOT_CHECKSUM. */
export function requireSlot({source}: Package, slot: Slot): Seen {
  if (slot.sha256 === undefined) return {unchecked: 'stores nothing'}
  const sha256 = hashRegion(source, slot.offset, slot.storedSize)
  if (sha256 !== slot.sha256) throw alteredSlot(slot)
  return `sha256:${sha256}`
}

export function alteredSlot(slot: Pick<Slot, 'id' | 'index'>): PackageError {
  return new PackageError('EFLAVOR_SLOT_CHECKSUM', `slot ${slot.index} (${slot.id}) was altered: its SHA-256 is not the signed one`)
}

/** The launcher, then each slot, each with its result. Never throws for what it finds. */
export function* examineContent(opened: Package): Generator<CheckResult> {
  yield outcomeOf('launcher', () => requireLauncher(opened))
  for (const slot of opened.slots) yield outcomeOf(`slot ${slot.index} ${slot.id}`, () => requireSlot(opened, slot))
}
