/**
 * What this repository uses of `TextDecoder`: strict UTF-8, a byte order mark kept. Making the real one costs a
 * millisecond, because Node sets up its tables of encodings for it.
 */
import {isUtf8} from 'node:buffer'

export function TextDecoder(): {decode(bytes: Uint8Array): string} {
  return {
    decode(bytes) {
      if (!isUtf8(bytes)) throw new TypeError('the bytes are not UTF-8')
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    },
  }
}
