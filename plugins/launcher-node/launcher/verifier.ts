/**
 * The verifier, WebAssembly that lies in the image (`plugins/launcher-node/verifier`). Whoever asks it knows another who
 * answers where it cannot be had: a host has none, and the address space may be limited.
 */
declare function require(id: '#verifier'): Uint8Array

/** Numbers are places in the memory; what lies behind the base is free. */
interface Verifier {
  readonly __heap_base: {readonly value: number}
  readonly memory: WebAssembly.Memory
  crc32(message: number, length: number): number
  sha256(sum: number, message: number, length: number): void
  verify(key: number, signature: number, message: number, length: number): number
}

const pageSize = 65_536
let verifier: Verifier | undefined

export function sha256Of(message: Uint8Array): Buffer {
  const {memory, sha256} = load()
  const [sum, text] = put(new Uint8Array(32), message)
  sha256(sum, text, message.length)
  return Buffer.from(new Uint8Array(memory.buffer, sum, 32))
}

export function crc32Of(message: Uint8Array): number {
  const [text] = put(message)
  return load().crc32(text, message.length) >>> 0
}

export function isGood(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  const [key, sign, text] = put(publicKey, signature, message)
  return load().verify(key, sign, text, message.length) === 1
}

/** Puts them into free memory, one behind the other, and gives their places. */
function put<Parts extends readonly Uint8Array[]>(...parts: Parts): {[Index in keyof Parts]: number} {
  const {__heap_base: base, memory} = load()
  const places: number[] = []
  let end = base.value
  for (const {length} of parts) {
    places.push(end)
    end += length
  }
  if (end > memory.buffer.byteLength) memory.grow(Math.ceil((end - memory.buffer.byteLength) / pageSize))
  const bytes = new Uint8Array(memory.buffer)
  for (const [index, part] of parts.entries()) bytes.set(part, places[index])
  return places as {[Index in keyof Parts]: number}
}

function load(): Verifier {
  verifier ??= new WebAssembly.Instance(new WebAssembly.Module(require('#verifier'))).exports as unknown as Verifier
  return verifier
}

export function either<Result>(own: () => Result, real: () => Result): Result {
  try {
    return own()
  } catch {
    return real()
  }
}
