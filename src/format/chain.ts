/**
 * A slot's chain: the operations that were applied to its content, first applied first. On disk it is a 64-bit number,
 * one byte an operation, first applied in the lowest byte, ended by a zero byte (pspf-2025, 3.2). In the metadata it is
 * a word such as `tgz` or `tar.zst`, for people and for other tools; the number decides.
 *
 * This module knows the numbers of the registry and passes others through: a third party's operation is a number here.
 */
import {PackageError} from './errors.ts'
import {operations} from './registry.ts'

export const tarOperation = 0x01
const maximumLength = 8

/** `[1, 0x1b]` → `0x1b01n`. Throws EFLAVOR_OPERATION for more than eight, or for a code outside 1 to 255. */
export function packChain(codes: readonly number[]): bigint {
  if (codes.length > maximumLength) throw new PackageError('EFLAVOR_OPERATION', `a chain of ${codes.length} operations; eight is the most`)
  return codes.reduce((packed, code, index) => {
    if (code < 1 || code > 0xff) throw new PackageError('EFLAVOR_OPERATION', `${code} is no operation`)
    return packed | (BigInt(code) << BigInt(8 * index))
  }, 0n)
}

/** `0x1b01n` → `[1, 0x1b]`. Stops at the first zero byte. */
export function unpackChain(packed: bigint): readonly number[] {
  const codes: number[] = []
  for (let rest = packed; (rest & 0xffn) !== 0n; rest >>= 8n) codes.push(Number(rest & 0xffn))
  return codes
}

export function operationName(code: number): string {
  return operations.find((row) => row.code === code)?.name ?? `0x${code.toString(16).padStart(2, '0')}`
}

export function operationCode(name: string): number | undefined {
  const known = operations.find((row) => (row.strings as readonly string[]).includes(name))
  if (known) return known.code
  return /^0x[0-9a-f]{2}$/i.test(name) ? Number(name) : undefined
}

/** `[]` → `none`, `[1, 0x10]` → `tgz`, `[1, 0x1b]` → `tar.zst`, `[1, 0xd0]` → `tar.0xd0`. */
export function chainWord(codes: readonly number[]): string {
  const names = codes.map((code) => operationName(code))
  if (names.length === 0) return 'none'
  if (names.join('.') === 'tar.gzip') return 'tgz'
  if (names.length === 1) return names[0] as string
  const short: Readonly<Record<string, string>> = {brotli: 'br', bzip2: 'bz2', gzip: 'gz', zstd: 'zst'}
  return names.map((name) => short[name] ?? name).join('.')
}

/** True when the content is a tree: its first operation was tar. */
export function isTree(codes: readonly number[]): boolean {
  return codes[0] === tarOperation
}
