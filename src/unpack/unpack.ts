/**
 * A slot's way from the file to the disk: its stored bytes through the hasher and the decoders of its chain, last
 * applied first, into a tree. One pass, bounded memory, whatever the size of the slot.
 *
 * Promise: when `unpackSlot` returns, the stored bytes had the SHA-256 that the metadata signs and came to exactly the
 * size it states. Until then nothing of the slot may be used. A slot whose bytes were altered is always reported as
 * that (EFLAVOR_SLOT_CHECKSUM), also when a decoder stumbled over it first.
 */
import {createHash, type Hash} from 'node:crypto'
import {type Duplex, Readable, Writable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {isTree, operationName, tarOperation} from '../format/chain.ts'
import {alteredSlot, readRegion, requireSlot} from '../format/content.ts'
import {PackageError} from '../format/errors.ts'
import type {Package, Slot} from '../format/examination.ts'
import {targetPath} from '../format/metadata.ts'
import {systemError} from './system-error.ts'
import type {Tree} from './tree.ts'
import {createUntar} from './untar.ts'

/** Undoes one operation as a stream; must fail with code EFLAVOR_SLOT_LIMIT rather than give out more than `limit` bytes. */
export type Decoder = (options: {readonly limit: number}) => Duplex

/** By operation byte. */
export type Decoders = Readonly<Record<number, Decoder>>

/** Takes a slot's content once its chain is undone, as far as the tar. */
export interface Sink {
  write(chunk: Uint8Array): void
  end(): void
}

/** For packages that do not sign a size: what one slot may grow to. */
export const foreignLimit = 64 * 1024 ** 3

/** Unpacks at the root of the tree: members carry the slot's target as a prefix. The tree's `finish` is the caller's. */
export async function unpackSlot(
  opened: Package,
  slot: Slot,
  tree: Tree,
  decoders: Decoders,
  progress?: (bytes: number) => void,
): Promise<void> {
  if (slot.sha256 === undefined) return
  await decodeSlot(opened, slot, slotSink(slot, tree), decoders, progress)
}

/** Feeds the decoded slot to a sink: a tar stream for a tree, else the file's bytes. */
export async function decodeSlot(
  opened: Package,
  slot: Slot,
  sink: Sink,
  decoders: Decoders,
  progress: (bytes: number) => void = () => {},
): Promise<void> {
  const hash = createHash('sha256')
  try {
    await decode(opened, slot, sink, decodersOf(slot, decoders), hash, progress)
  } catch (error) {
    requireSlot(opened, slot)
    throw decodeError(error, slot)
  }
  if (slot.sha256 !== undefined && hash.digest('hex') !== slot.sha256) throw alteredSlot(slot)
}

async function decode(
  opened: Package,
  slot: Slot,
  sink: Sink,
  chain: readonly Decoder[],
  hash: Hash,
  progress: (bytes: number) => void,
): Promise<void> {
  const limit = slot.exact?.original_size ?? foreignLimit
  const stored = hashed(readRegion(opened.source, slot.offset, slot.storedSize), hash, progress)
  let size = 0
  const take = (chunk: Uint8Array) => {
    size += chunk.length
    if (size > limit) throw new PackageError('EFLAVOR_SLOT_LIMIT', `slot ${slot.index} (${slot.id}) holds more than ${limit} bytes`)
    sink.write(chunk)
  }
  if (chain.length === 0) for (const chunk of stored) take(chunk)
  else await drain(stored, chain, limit, take)
  sink.end()
  if (slot.exact && size !== limit)
    throw new PackageError('EFLAVOR_SLOT_LIMIT', `slot ${slot.index} (${slot.id}) holds ${size} bytes; the metadata states ${limit}`)
}

async function drain(
  stored: Iterable<Uint8Array>,
  chain: readonly Decoder[],
  limit: number,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const streams = chain.map((decoder) => decoder({limit}))
  const last = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      try {
        take(chunk)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
  await pipeline([Readable.from(stored), ...streams, last])
}

function* hashed(chunks: Iterable<Uint8Array>, hash: Hash, progress: (bytes: number) => void): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk)
    progress(chunk.length)
    yield chunk
  }
}

/** In the order they are undone. Tar stands first in a chain and is left to the sink. */
function decodersOf(slot: Slot, decoders: Decoders): readonly Decoder[] {
  const codes = isTree(slot.chain) ? slot.chain.slice(1) : slot.chain
  return codes.toReversed().map((code) => {
    const decoder = code === tarOperation ? undefined : decoders[code]
    if (!decoder)
      throw new PackageError(
        'EFLAVOR_OPERATION',
        `slot ${slot.index} (${slot.id}) is stored with ${operationName(code)}, which nothing here undoes`,
      )
    return decoder
  })
}

function slotSink(slot: Slot, tree: Tree): Sink {
  const target = targetPath(slot.target)
  if (isTree(slot.chain)) return createUntar(tree, slot.exact ? {within: target} : {})
  const file = tree.file(target === '' ? `slot_${slot.index}_${slot.id}` : target, slot.mode)
  return {end: () => file.close(), write: (chunk) => file.write(chunk)}
}

/** What a system call refused names the call; whatever else a decoder throws is its opinion of the bytes. */
function decodeError(error: unknown, slot: Slot): PackageError {
  const {code, message, syscall} = error as NodeJS.ErrnoException
  if (error instanceof PackageError || syscall !== undefined) return systemError(error, `unpack slot ${slot.index} (${slot.id})`)
  const limit = code === 'EFLAVOR_SLOT_LIMIT'
  const what = limit ? `: ${message}` : ` cannot be decompressed: ${message}`
  return new PackageError(limit ? 'EFLAVOR_SLOT_LIMIT' : 'EFLAVOR_DECODE', `slot ${slot.index} (${slot.id})${what}`, {cause: error})
}
