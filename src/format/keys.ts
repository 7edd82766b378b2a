/**
 * Ed25519 keys and the files they come in: PKCS#8 and SPKI PEM as `openssl genpkey -algorithm ed25519` writes them
 * (RFC 8410), and seeds given as text (pspf-2025, 6.3). A key is 32 raw bytes here; PEM exists only at the border.
 */
import {createHash, createPrivateKey, createPublicKey} from 'node:crypto'
import {fromHex, toHex} from './bytes.ts'

export interface KeyPair {
  readonly publicKey: Uint8Array
  /** The 32-byte secret that RFC 8032 calls the private key. */
  readonly seed: Uint8Array
}

const privatePrefix = fromHex('302e020100300506032b657004220420')
const publicPrefix = fromHex('302a300506032b6570032100')

/** The key pair whose private seed is the SHA-256 of the text, as every PSPF builder derives it. */
export function keyPairFromText(text: string): KeyPair {
  return keyPairFromSeed(new Uint8Array(createHash('sha256').update(text, 'utf8').digest()))
}

export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  const key = createPrivateKey({format: 'der', key: Buffer.concat([privatePrefix, seed]), type: 'pkcs8'})
  return {publicKey: rawPublicKey(createPublicKey(key)), seed}
}

/** Throws an Error that says what the text is instead of an Ed25519 private key. */
export function keyPairFromPem(pem: string): KeyPair {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it holds a key of type ${key.asymmetricKeyType}, not ed25519`)
  return keyPairFromSeed(
    new Uint8Array(key.export({format: 'der', type: 'pkcs8'}).subarray(privatePrefix.length, privatePrefix.length + 32)),
  )
}

/** Accepts a public key, or takes the public half of a private one. */
export function publicKeyFromPem(pem: string): Uint8Array {
  const key = createPublicKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it holds a key of type ${key.asymmetricKeyType}, not ed25519`)
  return rawPublicKey(key)
}

export function privatePem({seed}: KeyPair): string {
  return pem('PRIVATE KEY', Buffer.concat([privatePrefix, seed]))
}

export function publicPem(publicKey: Uint8Array): string {
  return pem('PUBLIC KEY', Buffer.concat([publicPrefix, publicKey]))
}

/** Short name of a key for people: `SHA256:` and the base64 of its hash, as OpenSSH prints fingerprints. */
export function fingerprint(publicKey: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`
}

export function publicKeyText(publicKey: Uint8Array): string {
  return toHex(publicKey)
}

function rawPublicKey(key: ReturnType<typeof createPublicKey>): Uint8Array {
  return new Uint8Array(key.export({format: 'der', type: 'spki'}).subarray(-32))
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`
}
