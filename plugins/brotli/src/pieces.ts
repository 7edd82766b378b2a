/**
 * Cuts a stream of bytes into pieces of one size, however it arrives. Copies, so that a flood of tiny chunks costs no
 * more memory than the piece they make.
 */
export interface Pieces {
  /** Takes more bytes; gives the pieces that are now whole. */
  readonly add: (chunk: Uint8Array) => readonly Uint8Array[]
  /** Gives what is left: less than a piece, perhaps nothing. */
  readonly rest: () => Uint8Array
}

const firstRoom = 64 * 1024

export function createPieces(size: number): Pieces {
  let room = new Uint8Array(0)
  let held = 0

  function keep(part: Uint8Array): void {
    if (held + part.length > room.length) {
      const larger = new Uint8Array(Math.min(size, Math.max(firstRoom, 2 * (held + part.length))))
      larger.set(room.subarray(0, held))
      room = larger
    }
    room.set(part, held)
    held += part.length
  }

  function rest(): Uint8Array {
    const piece = room.subarray(0, held)
    room = new Uint8Array(0)
    held = 0
    return piece
  }

  function add(chunk: Uint8Array): readonly Uint8Array[] {
    const whole: Uint8Array[] = []
    for (let start = 0; start < chunk.length; ) {
      const part = chunk.subarray(start, start + size - held)
      keep(part)
      start += part.length
      if (held === size) whole.push(rest())
    }
    return whole
  }

  return {add, rest}
}
