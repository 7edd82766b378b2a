/**
 * One tar entry's description, from its 512-byte header and what precedes it: ustar, pax (`x`, `g`), GNU long names
 * (`L`, `K`), old V7. Numbers may be octal or GNU's base-256. Names must be UTF-8.
 *
 * Everything else that calls itself tar (sparse files, devices, multi-volume) is refused by name rather than guessed at.
 */
import {PackageError} from '../format/errors.ts'

export const blockSize = 512

export type EntryType = 'directory' | 'file' | 'hardlink' | 'symlink'

export interface Entry {
  readonly type: EntryType
  /** As written: neither normalised nor checked. */
  readonly path: string
  readonly link: string
  /** Permission bits without setuid, setgid and sticky. */
  readonly mode: number
  readonly size: number
}

/** What an extension header says of the entry after it (pax keys). */
export type Extension = Readonly<Record<string, string>>

/** A header block is an entry, or the announcement of `size` bytes that extend the next entry or all later ones. */
export type Header =
  | {readonly kind: 'entry'; readonly entry: Entry}
  | {readonly kind: 'extension'; readonly flag: 'K' | 'L' | 'g' | 'x'; readonly size: number}

const types: Readonly<Record<string, EntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  '7': 'file',
}
const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

/** Throws EFLAVOR_TAR. */
export function decodeHeader(block: Buffer, extension: Extension): Header {
  requireChecksum(block)
  const flag = String.fromCharCode(block[156] as number)
  const size = number(block, 124, 12)
  if (flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K') return {flag, kind: 'extension', size}
  const name = extension.path ?? headerName(block)
  const type = name.endsWith('/') && (flag === '0' || flag === '\0') ? 'directory' : types[flag]
  if (type === undefined || Object.keys(extension).some((key) => key.startsWith('GNU.sparse')))
    throw badTar(`${JSON.stringify(name)} is of type ${JSON.stringify(flag)}, which work environments cannot hold`)
  return {
    entry: {
      link: extension.linkpath ?? text(block, 157, 100),
      mode: number(block, 100, 8) & 0o777,
      path: name,
      size: type === 'file' ? sizeOf(extension.size, size) : 0,
      type,
    },
    kind: 'entry',
  }
}

/** The content of a `K`, `L`, `g` or `x` header. */
export function decodeExtension(flag: 'K' | 'L' | 'g' | 'x', content: Buffer): Extension {
  if (flag === 'L') return {path: text(content, 0, content.length)}
  if (flag === 'K') return {linkpath: text(content, 0, content.length)}
  const records: Record<string, string> = {}
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const digits = space < 0 ? '' : content.toString('latin1', at, space)
    const length = Number(digits)
    if (!/^\d{1,9}$/.test(digits) || length < space - at + 3 || content[at + length - 1] !== 0x0a) throw badTar('a pax record is malformed')
    const [key, value] = pair(utf8(content.subarray(space + 1, at + length - 1)))
    if (value.includes('\0')) throw badTar('a pax record holds a zero byte')
    records[key] = value
    at += length
  }
  return records
}

export function badTar(message: string): PackageError {
  return new PackageError('EFLAVOR_TAR', `the tar stream is unusable: ${message}`)
}

function requireChecksum(block: Buffer): void {
  let sum = 8 * 0x20
  for (let at = 0; at < blockSize; at++) if (at < 148 || at >= 156) sum += block[at] as number
  if (sum !== number(block, 148, 8)) throw badTar('a header does not have the checksum it states')
}

function headerName(block: Buffer): string {
  const ustar = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = ustar ? text(block, 345, 155) : ''
  return prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`
}

function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return utf8(end < 0 ? field : field.subarray(0, end))
}

function utf8(bytes: Buffer): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw badTar('a name is not UTF-8')
  }
}

function number(block: Buffer, at: number, length: number): number {
  const first = block[at] as number
  if (first & 0x80) return base256(block.subarray(at, at + length))
  const digits = block
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trim()
  if (!/^[0-7]*$/.test(digits)) throw badTar(`a header holds ${JSON.stringify(digits)} where a number belongs`)
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function base256(field: Buffer): number {
  const value = field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0)
  if (!Number.isSafeInteger(value)) throw badTar('a number is beyond any file')
  return value
}

function sizeOf(pax: string | undefined, header: number): number {
  if (pax === undefined) return header
  if (!/^\d{1,15}$/.test(pax)) throw badTar(`a pax record gives the size ${JSON.stringify(pax)}`)
  return Number(pax)
}

function pair(record: string): readonly [string, string] {
  const equals = record.indexOf('=')
  if (equals < 1) throw badTar('a pax record is malformed')
  return [record.slice(0, equals), record.slice(equals + 1)]
}
