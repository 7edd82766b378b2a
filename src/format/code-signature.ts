/**
 * What kind of executable a file is for macOS or Windows, and where that system's own code signature lies in it. Both put
 * it at the end of the file and name its place in a header: Mach-O in the load command LC_CODE_SIGNATURE, PE in the
 * security entry of the data directories. In a universal (fat) Mach-O file each architecture has one; the last counts.
 *
 * Only headers are read, and none of them is believed further than the file reaches: what makes no sense is no executable.
 */
import {type ByteSource, viewOf} from './bytes.ts'

export interface Executable {
  readonly format: 'Mach-O' | 'PE'
  readonly signature: Extent | undefined
}

export interface Extent {
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly size: number
}

/** Undefined for every other file. */
export function readExecutable(source: ByteSource): Executable | undefined {
  if (source.size < 64) return undefined
  const magic = viewOf(source.read(0, 4)).getUint32(0)
  try {
    if (fatMagics.has(magic)) return readFat(source, magic)
    if (thinMagics.has(magic)) return {format: 'Mach-O', signature: signatureOfSlice(source, 0)}
    return magic >>> 16 === 0x4d5a ? readPe(source) : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Throws RangeError for what lies beyond the end of the file, as a DataView does for what lies beyond its own. */
function view(source: ByteSource, offset: number, size: number): DataView {
  if (offset + size > source.size) throw new RangeError(`${size} bytes at ${offset} of ${source.size}`)
  return viewOf(source.read(offset, size))
}

// --- Mach-O ----------------------------------------------------------------------------------------------------------

/** As read with the most significant byte first: 32 and 64 bits, of either byte order. */
const thinMagics = new Set([0xcefaedfe, 0xcffaedfe, 0xfeedface, 0xfeedfacf])
const fat32 = 0xcafebabe
const fatMagics = new Set([fat32, 0xcafebabf])
/** A Java class begins with the same four bytes and goes on with a version of at least 45. */
const mostArchitectures = 44
const mostCommandBytes = 1024 * 1024
const codeSignature = 0x1d

function readFat(source: ByteSource, magic: number): Executable | undefined {
  const count = view(source, 4, 4).getUint32(0)
  if (count === 0 || count > mostArchitectures) return undefined
  const row = magic === fat32 ? 20 : 32
  const rows = view(source, 8, count * row)
  const signatures = Array.from({length: count}, (_, at) => {
    const offset = magic === fat32 ? rows.getUint32(at * row + 8) : Number(rows.getBigUint64(at * row + 8))
    return signatureOfSlice(source, offset)
  })
  const [last] = signatures.filter((one) => one !== undefined).sort((a, b) => b.offset - a.offset)
  return {format: 'Mach-O', signature: last}
}

function signatureOfSlice(source: ByteSource, start: number): Extent | undefined {
  const magic = view(source, start, 4).getUint32(0)
  if (!thinMagics.has(magic)) return undefined
  const little = (magic & 0xff) === 0xfe
  const wide = magic === 0xcffaedfe || magic === 0xfeedfacf
  const header = view(source, start, 28)
  const [count, size] = [header.getUint32(16, little), header.getUint32(20, little)]
  if (size > mostCommandBytes) return undefined
  const commands = view(source, start + (wide ? 32 : 28), size)
  for (let at = 0, left = count; left > 0; left--) {
    if (commands.getUint32(at, little) === codeSignature)
      return {offset: start + commands.getUint32(at + 8, little), size: commands.getUint32(at + 12, little)}
    at += Math.max(8, commands.getUint32(at + 4, little))
  }
  return undefined
}

// --- PE --------------------------------------------------------------------------------------------------------------

/** From the start of the optional header, for 32 and 64 bits: the number of data directories; they follow it. */
const directoryCounts: Readonly<Record<number, number>> = {267: 92, 523: 108}
const securityEntry = 4

function readPe(source: ByteSource): Executable | undefined {
  const start = view(source, 0x3c, 4).getUint32(0, true)
  const head = view(source, start, 26)
  const counted = directoryCounts[head.getUint16(24, true)]
  if (head.getUint32(0) !== 0x50450000 || counted === undefined) return undefined
  const directories = view(source, start + 24 + counted, 4 + 8 * (securityEntry + 1))
  const there = directories.getUint32(0, true) > securityEntry
  const [offset, size] = [directories.getUint32(4 + 8 * securityEntry, true), directories.getUint32(8 + 8 * securityEntry, true)]
  return {format: 'PE', signature: there && size > 0 ? {offset, size} : undefined}
}
