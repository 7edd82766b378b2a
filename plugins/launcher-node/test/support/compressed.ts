/** Compressed by the system's own programs, so that what is undone here was not done by the same code. */
import {execFileSync} from 'node:child_process'
import {zstdCompressSync} from 'node:zlib'

export function bzip2(bytes: Uint8Array): Buffer {
  return execFileSync('bzip2', ['-c'], {input: bytes})
}

export function xz(bytes: Uint8Array): Buffer {
  return execFileSync('xz', ['-c'], {input: bytes})
}

export function zstd(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes)
}
