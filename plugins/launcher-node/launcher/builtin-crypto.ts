/**
 * `node:crypto`, as far as a warm start needs it: SHA-256 and the check of an Ed25519 signature. They are made by the
 * verifier, because loading the real one takes three times as long as all that together. Where the verifier cannot be had,
 * the real one answers.
 */
import type * as crypto from 'node:crypto'
import {either, isGood, sha256Of} from './verifier.ts'

declare function require(id: 'node:crypto'): typeof crypto

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
          () => sha256Of(bytes),
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
