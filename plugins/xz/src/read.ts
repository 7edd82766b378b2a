/**
 * Reading xz with WebAssembly, no binary of one system: any number of streams and blocks, dictionaries up to 64 MiB, nothing after them.
 * The library has room for one stream at a time; others wait until it is closed.
 */
import {Duplex} from 'node:stream'
import {ReadableStream} from 'node:stream/web'
import xz from 'xz-decompress'

export function decompress({limit}: {readonly limit: number}): Duplex {
  return Duplex.from(async function* (source: AsyncIterable<Uint8Array>) {
    const tail = createTail()
    const reader = new xz.XzReadableStream(toWeb(source, tail.see)).getReader()
    let given = 0
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        given += piece.value.length
        if (given > limit) throw overLimit(limit)
        if (piece.value.length > 0) yield piece.value
      }
      if (!tail.isFooter()) throw new Error('bytes after the end of the xz data')
    } finally {
      await reader.cancel().catch(() => undefined)
    }
  })
}

/** The last two bytes of what passed. The library takes zero bytes after the last stream for padding; a slot has no such. */
function createTail(): {readonly see: (chunk: Uint8Array) => void; readonly isFooter: () => boolean} {
  let last: readonly number[] = []
  return {
    isFooter: () => Buffer.from(last).toString('latin1') === 'YZ',
    see: (chunk) => {
      last = [...last, ...chunk.subarray(-2)].slice(-2)
    },
  }
}

/** One chunk when it is asked for, and none ahead. */
function toWeb(source: AsyncIterable<Uint8Array>, see: (chunk: Uint8Array) => void): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async cancel() {
        await chunks.return?.()
      },
      async pull(controller) {
        const {done, value} = await chunks.next()
        if (done) return controller.close()
        see(value)
        controller.enqueue(Uint8Array.from(value))
      },
    },
    {highWaterMark: 0},
  )
}

function overLimit(limit: number): Error {
  return Object.assign(new Error(`more than ${limit} bytes once decompressed`), {code: 'EFLAVOR_SLOT_LIMIT'})
}
