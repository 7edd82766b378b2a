/**
 * What is read of an ELF file, the format of programs and shared libraries on Linux: for which machine it is, which libraries
 * it needs, and where it looks for them. Little-endian only, as all of flavor's targets are.
 */
import {closeSync, openSync, readFileSync, readSync} from 'node:fs'

export interface Elf {
  /** Number of the machine: 62 x86-64, 183 AArch64. */
  readonly machine: number
  readonly needed: readonly string[]
  /** Directories in its RPATH or RUNPATH. */
  readonly runpath: readonly string[]
  /** It is the older RPATH, which holds for what the libraries need in turn, too. */
  readonly inherited: boolean
}

const magic = Buffer.from('\x7fELF\x02\x01', 'latin1')
const tags = {needed: 1n, rpath: 15n, runpath: 29n, strings: 5n} as const
const segments = {dynamic: 2, load: 1} as const

/** Undefined for anything else than a 64-bit ELF file. */
export function readElf(path: string): Elf | undefined {
  if (!isElf(path)) return undefined
  const bytes = readFileSync(path)
  const headers = programHeaders(bytes)
  const dynamic = headers.find(({type}) => type === segments.dynamic)
  const entries = dynamic ? dynamicEntries(bytes, dynamic) : []
  const start = offsetOf(entries.find(({tag}) => tag === tags.strings)?.value ?? 0n, headers)
  const texts = (tag: bigint) => entries.filter((entry) => entry.tag === tag).map(({value}) => textAt(bytes, start + Number(value)))
  const [runpath, rpath] = [texts(tags.runpath), texts(tags.rpath)]
  const directories = (runpath.length > 0 ? runpath : rpath).flatMap((list) => list.split(':')).filter((directory) => directory !== '')
  return {
    inherited: runpath.length === 0 && rpath.length > 0,
    machine: bytes.readUInt16LE(18),
    needed: texts(tags.needed),
    runpath: directories,
  }
}

function isElf(path: string): boolean {
  const head = Buffer.alloc(magic.length)
  const fd = openSync(path, 'r')
  try {
    return readSync(fd, head, 0, head.length, 0) === head.length && head.equals(magic)
  } finally {
    closeSync(fd)
  }
}

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: bigint
  readonly size: number
}

function programHeaders(bytes: Buffer): readonly Segment[] {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)]
  return Array.from({length: count}, (_, index) => {
    const at = start + index * size
    return {
      address: bytes.readBigUInt64LE(at + 16),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      type: bytes.readUInt32LE(at),
    }
  })
}

function dynamicEntries(bytes: Buffer, {offset, size}: Segment): readonly {readonly tag: bigint; readonly value: bigint}[] {
  return Array.from({length: Math.floor(size / 16)}, (_, index) => ({
    tag: bytes.readBigUInt64LE(offset + index * 16),
    value: bytes.readBigUInt64LE(offset + index * 16 + 8),
  }))
}

/** From an address in memory to a place in the file. */
function offsetOf(address: bigint, headers: readonly Segment[]): number {
  const within = headers.find(
    (segment) => segment.type === segments.load && address >= segment.address && address < segment.address + BigInt(segment.size),
  )
  return within ? Number(address - within.address) + within.offset : 0
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at, bytes.indexOf(0, at))
}
