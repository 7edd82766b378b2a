/**
 * Undoes bzip2 block by block with the decoder inside of `unbzip2-stream`, whose own stream hands out everything at once, whoever reads.
 * A block is undone when all of it has arrived, as the decoder cannot wait for more.
 */
import bitIterator from 'unbzip2-stream/lib/bit_iterator.js'
import decoder, {type Bits} from 'unbzip2-stream/lib/bzip2.js'

const headerSize = 4
const pieceSize = 256 * 1024
/** A block of noise is a little larger than its content. */
const largestBlock = (blockSize: number): number => 100_000 * blockSize + 25_000

export interface Blocks {
  readonly add: (chunk: Uint8Array) => void
  /** The content of whole blocks that have arrived; with `ended`, of all that is there. Throws where it is damaged or cut short. */
  readonly undo: (ended: boolean) => Generator<Uint8Array>
}

/** `most` is how many bytes it gives at most; `refuse` makes the error for more. */
export function createBlocks(most: number, refuse: () => Error): Blocks {
  const waiting: Uint8Array[] = []
  let arrived = 0
  let bits: Bits | undefined
  let blockSize: number | undefined
  let sum: number | null = 0
  let given = 0
  let streams = 0

  const next = (): Uint8Array => {
    const chunk = waiting.shift()
    if (chunk === undefined) throw new Error('the bzip2 data ends inside a stream')
    return chunk
  }

  const left = (): number => arrived - (bits?.bytesRead ?? 0)

  function isNextWhole(ended: boolean): boolean {
    if (blockSize !== undefined) return ended || left() >= largestBlock(blockSize)
    return ended ? left() > 0 || streams === 0 : left() >= headerSize
  }

  /** A block, or the end of a stream: then there are no pieces. */
  function* block(size: number): Generator<Uint8Array> {
    const pieces = createGatherer(() => {
      given += 1
      if (given > most) throw refuse()
    })
    sum = decoder.decompress(bits as Bits, pieces.give, new Int32Array(100_000 * size), 100_000 * size, sum)
    if (sum === null) blockSize = undefined
    yield* pieces.all()
  }

  function* undo(ended: boolean): Generator<Uint8Array> {
    while (isNextWhole(ended)) {
      bits ??= bitIterator(next)
      if (blockSize !== undefined) yield* block(blockSize)
      else {
        blockSize = decoder.header(bits)
        sum = 0
        streams += 1
      }
    }
  }

  const add = (chunk: Uint8Array): void => {
    if (chunk.length === 0) return
    waiting.push(Uint8Array.from(chunk))
    arrived += chunk.length
  }

  return {add, undo}
}

/** Bytes that come one by one, in pieces. */
function createGatherer(count: () => void): {readonly give: (byte: number) => void; readonly all: () => readonly Uint8Array[]} {
  const whole: Uint8Array[] = []
  let room = new Uint8Array(pieceSize)
  let held = 0
  return {
    all: () => [...whole, ...(held > 0 ? [room.subarray(0, held)] : [])],
    give: (byte) => {
      count()
      room[held++] = byte
      if (held < pieceSize) return
      whole.push(room)
      room = new Uint8Array(pieceSize)
      held = 0
    },
  }
}
