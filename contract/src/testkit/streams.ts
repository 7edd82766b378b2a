/** Bytes to try a stream with, ways to cut them, and what comes out. */
import {createCipheriv} from 'node:crypto'
import {type Duplex, Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'

/** How a stream ended: with all it gave, or with an error after it gave that much. */
export interface Outcome {
  readonly bytes: Uint8Array
  readonly error: NodeJS.ErrnoException | undefined
}

/** A stream that has done nothing for so long does nothing any more. */
export const patience = 10_000

/** Bytes that do not compress, the same each time. */
export function noise(size: number): Uint8Array {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size))
}

/** Bytes that compress a little, like a program or a text. */
export function prose(size: number): Uint8Array {
  const words = noise(size)
  return words.map((byte, index) => (index % 5 === 0 ? 0x20 : 0x61 + (byte & 7)))
}

export function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** Sends chunks through a stream, each as one write. Never rejects; a stream that does not end has an error saying so. */
export async function send(stream: Duplex, chunks: Iterable<Uint8Array>): Promise<Outcome> {
  const given: Uint8Array[] = []
  const collect = async (source: AsyncIterable<Uint8Array>) => {
    for await (const chunk of source) given.push(chunk)
  }
  const timer = setTimeout(() => stream.destroy(new Error('neither an end nor an error')), patience)
  const error = await pipeline(Readable.from(chunks), stream, collect).then(
    () => undefined,
    (reason: NodeJS.ErrnoException) => reason,
  )
  clearTimeout(timer)
  return {bytes: Buffer.concat(given), error}
}

/** The same, where an error is a failure. */
export async function convert(stream: Duplex, chunks: Iterable<Uint8Array>): Promise<Uint8Array> {
  const {bytes, error} = await send(stream, chunks)
  if (error) throw error
  return bytes
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
