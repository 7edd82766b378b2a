/**
 * When a signature counts: pure Ed25519 (RFC 8032) over the uncompressed JSON bytes of the metadata, nothing else
 * (pspf-2025, 2.1), by one strict rule that leaves implementations no room to differ (SPEC.md, "Signature"). The key and
 * the signature's point R are canonical and not of small order, S is below the group's order, and the equation holds
 * without the cofactor.
 *
 * `nativeCheck` is all that a launcher needs. `signature.ts` adds signing, and a second opinion.
 */
import {createPublicKey, verify} from 'node:crypto'
import {copyOf, fromHex, isZero, toHex} from './bytes.ts'
import {PackageError} from './errors.ts'

/** Checks 64 signature bytes by 32 key bytes over a message. False, never an exception, for malformed input. */
export type SignatureCheck = (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean

const spki = fromHex('302a300506032b6570032100')

/** y coordinates of the eight points whose order divides the cofactor; x has either sign. */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** OpenSSL checks S and the equation, without the cofactor; what it lets pass about the points is refused here. */
export const nativeCheck: SignatureCheck = (publicKey, signature, message) => {
  try {
    if (signature.length !== 64 || !isStrictPoint(publicKey) || !isStrictPoint(signature.subarray(0, 32))) return false
    const key = createPublicKey({format: 'der', key: Buffer.concat([spki, publicKey]), type: 'spki'})
    return verify(null, message, key, signature)
  } catch {
    return false
  }
}

/** Any signature that is there will do. */
export const noCheck: SignatureCheck = () => true

/** Throws EFLAVOR_SIGNATURE_MISSING or EFLAVOR_SIGNATURE. */
export function requireSignature(check: SignatureCheck, publicKey: Uint8Array, signature: Uint8Array, json: Uint8Array): void {
  if (isZero(publicKey)) throw new PackageError('EFLAVOR_SIGNATURE_MISSING', 'the package names no public key')
  if (isZero(signature)) throw new PackageError('EFLAVOR_SIGNATURE_MISSING', 'the package is not signed')
  if (!check(publicKey, signature, json)) throw new PackageError('EFLAVOR_SIGNATURE', 'the signature does not match the metadata')
}

/** Encodes y below 2^255 - 19, and no point of small order. Whether it is on the curve at all is left to the equation. */
function isStrictPoint(point: Uint8Array): boolean {
  if (point.length !== 32) return false
  const y = copyOf(point)
  y[31] = (y[31] as number) & 0x7f
  const canonical = (y[0] as number) < 0xed || (y[31] as number) < 0x7f || y.subarray(1, 31).some((byte) => byte < 0xff)
  return canonical && !smallOrder.has(toHex(y))
}
