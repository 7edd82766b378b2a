import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {createHash, generateKeyPairSync, sign, verify} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {crc32} from 'node:zlib'
import {after, before, describe, it} from 'mocha'
import * as own from '../launcher/builtin-crypto.ts'
import {crc32Of} from '../launcher/verifier.ts'
import {directory} from './support/run.ts'

const place = fileURLToPath(new URL('../verifier/', import.meta.url))
const compiled = readFileSync(join(place, 'verifier.wasm'))
const messages = [0, 1, 111, 112, 4096, 300_000].map((size) => Buffer.alloc(size, 'flavor'))

describe('the verifier of the Node launcher', () => {
  let requires: readonly string[] = []
  let here = (): Uint8Array => compiled
  const globals = globalThis as {require?: unknown}
  before(() => {
    globals.require = (id: string) => {
      requires = [...requires, id]
      return id === '#verifier' ? here() : createRequire(import.meta.url)(id)
    }
  })
  after(() => delete globals.require)

  const check = () => {
    const {privateKey, publicKey} = generateKeyPairSync('ed25519')
    const der = publicKey.export({format: 'der', type: 'spki'})
    const key = own.createPublicKey({format: 'der', key: der, type: 'spki'})
    for (const message of messages) {
      const signature = sign(null, message, privateKey)
      const flipped = (at: number) => signature.map((byte, index) => (index === at ? byte ^ 1 : byte))
      for (const candidate of [signature, flipped(0), flipped(31), flipped(32), flipped(63)])
        assert.equal(own.verify(null, message, key, candidate), verify(null, message, publicKey, candidate))
      assert.equal(own.verify(null, Buffer.concat([message, Buffer.from('.')]), key, signature), false)
      assert.equal(own.createHash('sha256').update(message).digest('hex'), createHash('sha256').update(message).digest('hex'))
    }
  }

  // The first comes first: what is loaded once stays.
  it('leaves it to OpenSSL where it cannot be had', () => {
    here = () => {
      throw new Error('there is none')
    }
    check()
    assert.ok(requires.includes('node:crypto'))
    here = () => compiled
  })

  it('answers as OpenSSL does, and without it', () => {
    requires = []
    check()
    assert.deepEqual(requires, ['#verifier'])
  })

  it('makes the sum of a gzip as zlib does', () => {
    for (const message of [...messages, Buffer.from('123456789')]) assert.equal(crc32Of(message), crc32(message))
  })

  it('has sums of what comes in pieces made by OpenSSL', () => {
    requires = []
    const [one, other] = [own.createHash('sha256'), createHash('sha256')]
    for (const message of messages) {
      one.update(message)
      other.update(message)
    }
    assert.equal(one.digest('hex'), other.digest('hex'))
    assert.deepEqual(requires, ['node:crypto'])
  })

  it('is what its sources give', function () {
    const missing = missingForBuilding()
    if (missing !== undefined) {
      if (this.test) this.test.title += ` (skipped: needs ${missing})`
      this.skip()
    }
    const output = join(directory(), 'verifier.wasm')
    const {status, stderr} = spawnSync(process.execPath, [join(place, 'build.js'), output], {encoding: 'utf8', env: offline})
    assert.equal(status, 0, stderr)
    const hint = 'verifier.wasm is not what its sources give: node plugins/launcher-node/verifier/build.js'
    assert.ok(readFileSync(output).equals(compiled), hint)
  })
})

/** Nothing is fetched for a test. */
const offline = {...process.env, CARGO_NET_OFFLINE: 'true', RUSTUP_AUTO_INSTALL: '0'}

function missingForBuilding(): string | undefined {
  const [, wanted] = /"(.*)"/.exec(readFileSync(join(place, 'rust-toolchain.toml'), 'utf8')) ?? []
  const {status, stdout} = spawnSync('rustc', ['--print=sysroot'], {cwd: place, encoding: 'utf8', env: offline})
  const isThere = status === 0 && existsSync(join(stdout.trim(), 'lib/rustlib/src/rust/library/core'))
  return isThere ? undefined : `Rust ${wanted} with the component rust-src`
}
