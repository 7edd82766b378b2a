/**
 * Content in large chunks, whatever it is made of: headers of 512 bytes and files of a gigabyte alike are gathered in one
 * room, which is used again and again. So a chunk is valid only until the next one is asked for, and packing allocates
 * the same few buffers for any size.
 */
import {openSourceFile} from './source-file.ts'

/** Bytes, or the whole of a file that was counted to have `size` bytes. */
export type Piece = Uint8Array | {readonly path: string; readonly size: number}

const roomSize = 1024 * 1024

/** Throws FlavorError for a file that cannot be packed. */
export function* gather(pieces: Iterable<Piece>): Generator<Uint8Array> {
  const room = Buffer.allocUnsafeSlow(roomSize)
  let held = 0
  for (const piece of pieces) {
    const reader = piece instanceof Uint8Array ? bytesReader(piece) : openSourceFile(piece.path, piece.size)
    try {
      for (let count = reader.fill(room, held); count > 0; count = reader.fill(room, held)) {
        held += count
        if (held < room.length) continue
        yield room
        held = 0
      }
    } finally {
      reader.close()
    }
  }
  if (held > 0) yield room.subarray(0, held)
}

function bytesReader(bytes: Uint8Array): ReturnType<typeof openSourceFile> {
  let done = 0
  return {
    close: () => {},
    fill: (room, at) => {
      const part = bytes.subarray(done, done + room.length - at)
      room.set(part, at)
      done += part.length
      return part.length
    },
  }
}
