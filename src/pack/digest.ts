/** SHA-256 of a whole file, reading the next stretch while one is hashed: on large packages this is what is waited for last. */
import {createHash} from 'node:crypto'
import {open} from 'node:fs/promises'

const roomSize = 1024 * 1024

/** 64 lower-case hex digits. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  const rooms = [Buffer.allocUnsafeSlow(roomSize), Buffer.allocUnsafeSlow(roomSize)] as const
  const file = await open(path)
  try {
    let reading: Promise<{readonly buffer: Buffer; readonly bytesRead: number}> = file.read(rooms[0], 0, roomSize)
    for (let turn = 1; ; turn ^= 1) {
      const {buffer, bytesRead} = await reading
      if (bytesRead === 0) return hash.digest('hex')
      reading = file.read(rooms[turn] as Buffer, 0, roomSize)
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}
