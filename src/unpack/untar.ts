/**
 * Tar into a tree, chunk by chunk: a synchronous state machine that keeps at most one header and one extension in
 * memory. Fed with chunks of any size; files are written as their bytes come.
 *
 * Throws EFLAVOR_TAR for what is malformed or unsupported, and what `tree.ts` throws.
 */
import {PackageError} from '../format/errors.ts'
import {badTar, blockSize, decodeExtension, decodeHeader, type Entry, type Extension} from './entry.ts'
import {confinedPath, type FileSink, type Tree} from './tree.ts'

export interface Untar {
  write(chunk: Uint8Array): void
  /** Throws EFLAVOR_TAR when the stream stopped inside an entry. */
  end(): void
}

export interface UntarOptions {
  /** Every member must be this path or lie below it; empty for anywhere in the tree. */
  readonly within?: string
}

type Step =
  | {readonly kind: 'content'; readonly sink: FileSink | undefined; left: number; padding: number}
  | {readonly kind: 'extension'; readonly flag: 'K' | 'L' | 'g' | 'x'; readonly bytes: Buffer; filled: number; padding: number}
  | {readonly kind: 'header'}

interface Machine {
  readonly tree: Tree
  readonly within: string
  readonly block: Buffer
  filled: number
  step: Step
  skip: number
  ended: boolean
  global: Extension
  next: Extension
}

const largestExtension = 1024 * 1024
const header: Step = {kind: 'header'}

export function createUntar(tree: Tree, {within = ''}: UntarOptions = {}): Untar {
  const machine: Machine = {
    block: Buffer.alloc(blockSize),
    ended: false,
    filled: 0,
    global: {},
    next: {},
    skip: 0,
    step: header,
    tree,
    within,
  }
  return {
    end: () => end(machine),
    write(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      for (let at = 0; at < bytes.length && !machine.ended; ) at += take(machine, bytes, at)
    },
  }
}

/** Consumes some bytes from `at`, at least one; gives how many. */
function take(machine: Machine, bytes: Buffer, at: number): number {
  if (machine.skip > 0) {
    const count = Math.min(machine.skip, bytes.length - at)
    machine.skip -= count
    return count
  }
  const {step} = machine
  if (step.kind === 'content') return takeContent(machine, step, bytes, at)
  if (step.kind === 'extension') return takeExtension(machine, step, bytes, at)
  return takeHeader(machine, bytes, at)
}

function takeHeader(machine: Machine, bytes: Buffer, at: number): number {
  if (machine.filled === 0 && bytes.length - at >= blockSize) {
    readHeader(machine, bytes.subarray(at, at + blockSize))
    return blockSize
  }
  const count = bytes.copy(machine.block, machine.filled, at, Math.min(bytes.length, at + blockSize - machine.filled))
  machine.filled += count
  if (machine.filled === blockSize) {
    machine.filled = 0
    readHeader(machine, machine.block)
  }
  return count
}

/** A block of zeros ends the archive; the second one, and what builders write after it, is not looked at. */
function readHeader(machine: Machine, block: Buffer): void {
  if (block[0] === 0 && block.every((byte) => byte === 0)) {
    machine.ended = true
    return
  }
  const found = decodeHeader(block, {...machine.global, ...machine.next})
  if (found.kind === 'extension') {
    if (found.size > largestExtension) throw badTar(`an extension header of ${found.size} bytes`)
    machine.step = {bytes: Buffer.alloc(found.size), filled: 0, flag: found.flag, kind: 'extension', padding: paddingOf(found.size)}
    if (found.size === 0) endExtension(machine, machine.step as Step & {kind: 'extension'})
    return
  }
  machine.next = {}
  startEntry(machine, found.entry)
}

function startEntry(machine: Machine, entry: Entry): void {
  const path = confinedPath(entry.path)
  requireWithin(path, machine.within)
  switch (entry.type) {
    case 'directory':
      machine.tree.directory(path, entry.mode)
      return
    case 'hardlink':
      requireWithin(confinedPath(entry.link), machine.within)
      machine.tree.hardlink(path, entry.link)
      return
    case 'symlink':
      machine.tree.symlink(path, entry.link)
      return
    case 'file': {
      if (path === '') throw badTar('a file without a name')
      const sink = machine.tree.file(path, entry.mode)
      machine.step = {kind: 'content', left: entry.size, padding: paddingOf(entry.size), sink}
      if (entry.size === 0) endContent(machine, machine.step as Step & {kind: 'content'})
    }
  }
}

function takeContent(machine: Machine, step: Step & {kind: 'content'}, bytes: Buffer, at: number): number {
  const count = Math.min(step.left, bytes.length - at)
  step.sink?.write(bytes.subarray(at, at + count))
  step.left -= count
  if (step.left === 0) endContent(machine, step)
  return count
}

function endContent(machine: Machine, step: Step & {kind: 'content'}): void {
  step.sink?.close()
  machine.step = header
  machine.skip = step.padding
}

function takeExtension(machine: Machine, step: Step & {kind: 'extension'}, bytes: Buffer, at: number): number {
  const count = bytes.copy(step.bytes, step.filled, at, Math.min(bytes.length, at + step.bytes.length - step.filled))
  step.filled += count
  if (step.filled === step.bytes.length) endExtension(machine, step)
  return count
}

function endExtension(machine: Machine, step: Step & {kind: 'extension'}): void {
  const records = decodeExtension(step.flag, step.bytes)
  if (step.flag === 'g') machine.global = {...machine.global, ...records}
  else machine.next = {...machine.next, ...records}
  machine.step = header
  machine.skip = step.padding
}

function end(machine: Machine): void {
  const {step} = machine
  if (step.kind === 'content') step.sink?.close()
  const whole = machine.ended || (step.kind === 'header' && machine.filled === 0 && machine.skip === 0)
  if (!whole) throw badTar('it stops in the middle of an entry')
}

function requireWithin(path: string, within: string): void {
  if (within === '' || path === within || path.startsWith(`${within}/`)) return
  throw new PackageError(
    'EFLAVOR_CONFINED',
    `${JSON.stringify(path)} lies outside ${JSON.stringify(within)}, the slot's place in the work environment`,
  )
}

function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize
}
