/** The two modules inside of `unbzip2-stream` that decode one block at a time. */
declare module 'unbzip2-stream/lib/bzip2.js' {
  export type Bits = ((count: number | null) => number) & {readonly bytesRead: number}

  const decoder: {
    /** Gives the size of the blocks, in hundreds of kilobytes. */
    header(bits: Bits): number
    /** Gives the sum so far, or null when this was the end of the stream. */
    decompress(bits: Bits, give: (byte: number) => void, room: Int32Array, size: number, sum: number | null): number | null
  }
  export default decoder
}

declare module 'unbzip2-stream/lib/bit_iterator.js' {
  import type {Bits} from 'unbzip2-stream/lib/bzip2.js'

  export default function bitIterator(next: () => Uint8Array): Bits
}
