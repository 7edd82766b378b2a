/** The SHA-256 of a file on the disk, 64 hex digits, in bounded memory. Links are not followed. */
import {createHash} from 'node:crypto'
import {closeSync, constants, openSync, readSync} from 'node:fs'

export function fileDigestSync(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const hash = createHash('sha256')
  const room = Buffer.allocUnsafe(1024 * 1024)
  try {
    for (;;) {
      const size = readSync(fd, room, 0, room.length, null)
      if (size === 0) return hash.digest('hex')
      hash.update(room.subarray(0, size))
    }
  } finally {
    closeSync(fd)
  }
}
