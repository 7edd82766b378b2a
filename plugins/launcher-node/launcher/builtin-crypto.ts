/**
 * `node:crypto`, as far as a warm start needs it: SHA-256 and the check of an Ed25519 signature. They are made by the
 * verifier, WebAssembly that lies in the image, because loading the real one takes three times as long as all that
 * together. Where the verifier cannot be had (a host has none, and the address space may be limited), the real one answers.
 */
import type * as crypto from 'node:crypto'

declare function require(id: 'node:crypto'): typeof crypto
declare function require(id: '#verifier'): Uint8Array

/** Numbers are places in the memory; what lies behind the base is free. */
interface Verifier {
  readonly __heap_base: {readonly value: number}
  readonly memory: WebAssembly.Memory
  sha256(sum: number, message: number, length: number): void
  verify(key: number, signature: number, message: number, length: number): number
}

const pageSize = 65_536
let verifier: Verifier | undefined

export const randomBytes = ((size: number) => require('node:crypto').randomBytes(size)) as typeof crypto.randomBytes

export function createHash(_: 'sha256'): Hash {
  return new Hash()
}

/** What comes in one piece is summed up by the verifier; the real one has what is large, which comes in several. */
class Hash {
  #bytes: Buffer | undefined
  #real: crypto.Hash | undefined

  update(data: Uint8Array | string, _?: 'utf8'): this {
    if (this.#bytes) this.#goOn(this.#bytes).update(data)
    else this.#bytes = Buffer.from(data as string)
    return this
  }

  digest(): Buffer
  digest(encoding: 'hex'): string
  digest(encoding?: 'hex'): Buffer | string {
    const bytes = this.#bytes ?? Buffer.alloc(0)
    const sum = this.#real
      ? this.#real.digest()
      : either(
          () => sumOf(bytes),
          () => this.#goOn(bytes).digest(),
        )
    return encoding ? sum.toString(encoding) : sum
  }

  #goOn(bytes: Buffer): crypto.Hash {
    this.#real ??= require('node:crypto').createHash('sha256').update(bytes)
    return this.#real
  }
}

/** Kept as it came; it is raw at its end. */
export function createPublicKey(key: {readonly format: 'der'; readonly key: Buffer; readonly type: 'spki'}): typeof key {
  return key
}

export function verify(_: null, message: Uint8Array, key: ReturnType<typeof createPublicKey>, signature: Uint8Array): boolean {
  return either(
    () => isGood(key.key.subarray(-32), signature, message),
    () => require('node:crypto').verify(null, message, require('node:crypto').createPublicKey(key), signature),
  )
}

function sumOf(message: Uint8Array): Buffer {
  const {memory, sha256} = load()
  const [sum, text] = put(new Uint8Array(32), message)
  sha256(sum, text, message.length)
  return Buffer.from(new Uint8Array(memory.buffer, sum, 32))
}

function isGood(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
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

function either<Result>(own: () => Result, real: () => Result): Result {
  try {
    return own()
  } catch {
    return real()
  }
}
