/**
 * What a container prints, taken out of the connection to it: frames of eight bytes of head (the stream, three zeroes, the length) and so many
 * of text. They are read as they come, and a frame is never held whole, so that it does not matter how much a program prints.
 */
import type {Readable} from 'node:stream'

const head = 8

export async function readOutput(connection: Readable, tell: (text: string) => void): Promise<void> {
  const decoders = new Map<number, InstanceType<typeof TextDecoder>>()
  const unframe = unframer((stream, bytes) => {
    const decoder = decoders.get(stream) ?? new TextDecoder()
    decoders.set(stream, decoder)
    tell(decoder.decode(bytes, {stream: true}))
  })
  for await (const chunk of connection) unframe(chunk as Buffer)
}

export function unframer(tell: (stream: number, bytes: Uint8Array) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  let stream = 0
  let left = 0
  return (chunk) => {
    let rest = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk
    while (rest.length > 0 && (left > 0 || rest.length >= head)) {
      if (left === 0) {
        stream = rest.readUInt8(0)
        left = rest.readUInt32BE(4)
        rest = rest.subarray(head)
      }
      const part = rest.subarray(0, left)
      if (part.length > 0) tell(stream, part)
      left -= part.length
      rest = rest.subarray(part.length)
    }
    pending = rest
  }
}
