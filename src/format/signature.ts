/**
 * Signing a package, and the check that the host itself uses: two implementations that share no code, noble and
 * OpenSSL, must both accept. The rule they accept by is that of `signature-check.ts`.
 */
import {createHash} from 'node:crypto'
import {hashes, sign, verify} from '@noble/ed25519'
import {nativeCheck, type SignatureCheck} from './signature-check.ts'

hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest())

export function signMetadata(seed: Uint8Array, json: Uint8Array): Uint8Array {
  return sign(json, seed)
}

/** noble refuses what is not canonical, but multiplies the equation by the cofactor. */
export const checkSignature: SignatureCheck = (publicKey, signature, message) => {
  try {
    return nativeCheck(publicKey, signature, message) && verify(signature, message, publicKey, {zip215: false})
  } catch {
    return false
  }
}
