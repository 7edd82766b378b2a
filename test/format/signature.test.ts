/** The strict rule for signatures, where noble and OpenSSL taken alone would differ, and the agreement of both checks everywhere. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {verify as nobleVerify, Point} from '@noble/ed25519'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {fromHex, toHex} from '../../dist/format/bytes.js'
import {keyPairFromSeed} from '../../dist/format/keys.js'
import {checkSignature, signMetadata} from '../../dist/format/signature.js'
import {nativeCheck} from '../../dist/format/signature-check.js'

const seeds = fc.uint8Array({maxLength: 32, minLength: 32})
const messages = fc.uint8Array({maxLength: 200})
/** All encodings of y in both signs, of which some are not canonical, and some are not on the curve. */
const oddPoints = [
  0n,
  1n,
  2n,
  3n,
  4n,
  2n ** 255n - 21n,
  2n ** 255n - 20n,
  2n ** 255n - 19n,
  2n ** 255n - 18n,
  2n ** 255n - 17n,
  2n ** 255n - 16n,
  2n ** 255n - 1n,
]
  .flatMap((y) => [y, y | (1n << 255n)])
  .map((y) => fromHex(y.toString(16).padStart(64, '0')).reverse())
const torsion = Point.fromBytes(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'))
const smallOrder = Array.from({length: 7}, (_, times) => torsion.multiply(BigInt(times + 1), false).toBytes())

const points = fc.oneof(
  seeds.map((seed) => keyPairFromSeed(seed).publicKey),
  seeds,
  fc.constantFrom(...oddPoints, ...smallOrder),
  seeds.chain((seed) =>
    fc.constantFrom(...smallOrder).map((small) => Point.fromBytes(keyPairFromSeed(seed).publicKey).add(Point.fromBytes(small)).toBytes()),
  ),
)
const order = 2n ** 252n + 27742317777372353535851937790883648493n
const scalars = fc.oneof(
  seeds,
  fc
    .constantFrom(0n, 1n, order - 1n, order, order + 1n, 2n ** 256n - 1n)
    .map((value) => fromHex(value.toString(16).padStart(64, '0')).reverse()),
)

function both(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  const native = nativeCheck(key, signature, message)
  assert.equal(checkSignature(key, signature, message), native, `${toHex(key)} ${toHex(signature)} ${toHex(message)}`)
  return native
}

describe('a signature', () => {
  it('that was made is accepted, and not with one bit changed anywhere', () => {
    fc.assert(
      fc.property(seeds, messages, fc.nat(), (seed, message, bit) => {
        const {publicKey} = keyPairFromSeed(seed)
        const signature = signMetadata(seed, message)
        assert.ok(both(publicKey, signature, message))
        const whole = Buffer.concat([publicKey, signature, message])
        const at = bit % (whole.length * 8)
        whole[at >> 3] = (whole[at >> 3] as number) ^ (1 << (at & 7))
        assert.ok(!both(whole.subarray(0, 32), whole.subarray(32, 96), whole.subarray(96)))
      }),
      {numRuns: 150},
    )
  })

  it('of odd points and scalars is judged alike by both checks, and never accepted', () => {
    fc.assert(
      fc.property(points, points, scalars, messages, (key, r, s, message) => {
        assert.ok(!both(key, new Uint8Array(Buffer.concat([r, s])), message))
      }),
      {numRuns: 300},
    )
  })

  it('is refused for every key of small order, with which anybody can sign by a lenient rule', () => {
    const message = Buffer.from('anything')
    const signature = new Uint8Array(Buffer.concat([Point.BASE.multiply(5n).toBytes(), fromHex('05'.padEnd(64, '0'))]))
    const neutral = fromHex('01'.padEnd(64, '0'))
    // So does OpenSSL 3.0; 3.5 does not.
    assert.ok(nobleVerify(signature, message, neutral, {zip215: true}))
    for (const key of [neutral, ...smallOrder, ...oddPoints]) assert.ok(!both(key, signature, message))
  })

  it('that holds with the cofactor only is refused, though noble alone would accept it', () => {
    const seed = keyPairFromSeed(new Uint8Array(32).fill(9)).seed
    const half = new Uint8Array(createHash('sha512').update(seed).digest()).slice(0, 32)
    half[0] = (half[0] as number) & 248
    half[31] = ((half[31] as number) & 127) | 64
    const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes.toReversed())}`)
    const key = Point.fromBytes(keyPairFromSeed(seed).publicKey).add(torsion).toBytes()
    const message = Buffer.from('mixed')
    const seen = new Set<boolean>()
    for (let nonce = 1n; nonce < 64n; nonce++) {
      const r = Point.BASE.multiply(nonce).toBytes()
      const k = number(new Uint8Array(createHash('sha512').update(r).update(key).update(message).digest())) % order
      const s = fromHex(((nonce + k * number(half)) % order).toString(16).padStart(64, '0')).reverse()
      const signature = new Uint8Array(Buffer.concat([r, s]))
      assert.ok(nobleVerify(signature, message, key, {zip215: false}))
      assert.equal(both(key, signature, message), k % 8n === 0n)
      seen.add(k % 8n === 0n)
    }
    assert.equal(seen.size, 2)
  })

  it('of another length is refused, not an accident', () => {
    const {publicKey, seed} = keyPairFromSeed(new Uint8Array(32).fill(3))
    const signature = signMetadata(seed, Buffer.from('x'))
    for (const wrong of [signature.subarray(1), new Uint8Array(65), new Uint8Array(0)]) assert.ok(!both(publicKey, wrong, Buffer.from('x')))
    for (const wrong of [publicKey.subarray(1), new Uint8Array(33)]) assert.ok(!both(wrong, signature, Buffer.from('x')))
  })
})
