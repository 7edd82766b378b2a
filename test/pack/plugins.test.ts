/** Plugins at work while a package is made: whatever they do wrong is one clear error of theirs, and leaves nothing. */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {PassThrough, Readable, Transform} from 'node:stream'
import type {Compressor, LauncherImage, SlotPurpose} from '@flavor/contract'
import {afterEach, beforeEach, describe, it} from 'mocha'
import {memorySource} from '../../dist/format/bytes.js'
import {openPackage} from '../../dist/format/examination.js'
import {checkSignature} from '../../dist/format/signature.js'
import type {Capabilities} from '../../dist/pack/capabilities.js'
import {capabilities} from '../support/capabilities.ts'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'

const files = {'app/big.txt': 'content that is compressed\n'.repeat(200_000), 'app/index.js': ''}

/** A compressor like zstd in all but its code. */
const withCompressor = (code: Pick<Compressor, 'compress'>): Capabilities => ({
  ...capabilities,
  compressor: async (id) => ({
    ...(await capabilities.compressor(id)),
    load: async () => ({default: {decompress: () => new PassThrough(), version: 'odd 1', ...code}}),
  }),
})

const withPurpose = (code: Partial<SlotPurpose>): Capabilities => ({
  ...capabilities,
  purpose: async (id) => {
    const purpose = await capabilities.purpose(id)
    const {default: own} = await purpose.load()
    return id === 'application-code' ? {...purpose, load: async () => ({default: {...own, ...code}})} : purpose
  },
})

const withImage = (image: Partial<LauncherImage>): Capabilities => ({
  ...capabilities,
  launcher: async (id, target) => {
    const launcher = await capabilities.launcher(id, target)
    const {default: own} = await launcher.load()
    return {...launcher, load: async () => ({default: {open: async (of: string) => ({...(await own.open(of)), ...image})}})}
  },
})

const fail = (): never => {
  throw new Error('out of cheese\nat some line of a plugin')
}
/** Takes one chunk, then fails. */
const failsLater = () => new Transform({transform: (_chunk, _encoding, done) => setImmediate(done, new Error('out of cheese'))})
/** Gives a little, says that was all, and goes on taking. */
const endsEarly = () => {
  let given = false
  return new Transform({
    transform(_chunk, _encoding, done) {
      if (!given) this.push('all', undefined)
      if (!given) this.push(null)
      given = true
      setTimeout(done, 5)
    },
  })
}
const rejects = async () => fail()

const wrong: Readonly<Record<string, readonly [Capabilities, code: string, says: RegExp]>> = {
  'a compressor that ends before it has taken everything': [
    withCompressor({compress: endsEarly}),
    'EFLAVOR_PLUGIN',
    /slot app: tar \+ zstd failed: it ended before/,
  ],
  'a compressor that fails in the middle': [
    withCompressor({compress: failsLater}),
    'EFLAVOR_PLUGIN',
    /^pack slot app: tar \+ zstd failed: out of cheese$/,
  ],
  'a compressor that throws': [withCompressor({compress: fail}), 'EFLAVOR_PLUGIN', /^pack slot app: tar \+ zstd failed: out of cheese$/],
  'a launcher image of another content': [
    withImage({stream: () => Readable.from(['#!/bin/sh\n# stub lAuncher\n'])}),
    'EFLAVOR_LAUNCHER_CHECKSUM',
    /not the one that its plugin announced/,
  ],
  'a launcher image that ends early': [withImage({stream: () => Readable.from(['#!'])}), 'EFLAVOR_LAUNCHER_CHECKSUM', /not the one/],
  'a launcher image that fails in the middle': [
    withImage({
      stream: () =>
        Readable.from(
          (function* () {
            yield '#!'
            fail()
          })(),
        ),
    }),
    'EFLAVOR_PLUGIN',
    /^pack the launcher: launcher stub failed: out of cheese$/,
  ],
  'a purpose whose environment throws': [
    withPurpose({environment: fail}),
    'EFLAVOR_PLUGIN',
    /^pack slot app: purpose application-code failed: out of cheese$/,
  ],
  'a purpose whose content is not there': [
    withPurpose({prepare: async () => ({kind: 'file', path: '/nowhere/at/all'})}),
    'EFLAVOR_SOURCE',
    /^pack \/nowhere\/at\/all: no such file/,
  ],
  'a purpose that rejects': [
    withPurpose({prepare: rejects}),
    'EFLAVOR_PLUGIN',
    /^pack slot app: purpose application-code failed: out of cheese$/,
  ],
  'a purpose that throws at the check': [withPurpose({check: fail}), 'EFLAVOR_PLUGIN', /^pack slot app: purpose application-code failed/],
}

describe('packing with', () => {
  let scratch: string
  const {TMPDIR} = process.env

  beforeEach(() => {
    scratch = temporaryDirectory()
    process.env.TMPDIR = scratch
  })

  afterEach(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })

  for (const [what, [broken, code, says]] of Object.entries(wrong)) {
    it(`${what} is an error that says so`, async () => {
      const root = writeFiles(temporaryDirectory(), files)
      await assert.rejects(packPlan(planOf(root, [slotOf(root, {id: 'app'})]), {capabilities: broken}), (error: Error & {code: string}) => {
        assert.equal(error.code, code, error.message)
        assert.match(error.message, says)
        return true
      })
      assert.equal(existsSync(join(root, 'dist')), false)
      assert.deepEqual(
        readdirSync(scratch).filter((name) => name.startsWith('flavor-pack-')),
        [],
      )
    })
  }

  it('two compressors of which the second fails is an error of theirs', async () => {
    const root = writeFiles(temporaryDirectory(), files)
    const failing = withCompressor({compress: failsLater})
    const broken: Capabilities = {...capabilities, compressor: (id) => (id === 'zstd' ? failing : capabilities).compressor(id)}
    const slot = slotOf(root, {compression: {key: 'operations', level: undefined, operations: ['tar', 'gzip', 'zstd']}, id: 'app'})
    await assert.rejects(packPlan(planOf(root, [slot]), {capabilities: broken}), {code: 'EFLAVOR_PLUGIN'})
    assert.equal(existsSync(join(root, 'dist')), false)
  })

  it('a purpose that sets a variable leaves the manifest the last word on it', async () => {
    const root = writeFiles(temporaryDirectory(), files)
    const sets = withPurpose({environment: () => ({set: {HOW: '{workenv}/by-the-purpose', OTHER: '{workenv}/other'}})})
    const env = {map: {}, pass: [], set: {HOW: 'by the manifest'}, unset: []}
    const {package: path} = await packPlan(planOf(root, [slotOf(root, {id: 'app'})], {env}), {capabilities: sets})
    const {metadata} = openPackage(memorySource(readFileSync(path)), checkSignature)
    assert.deepEqual(metadata.runtimeEnv?.set, {HOW: 'by the manifest'})
    assert.deepEqual(metadata.workenv.env, {OTHER: '{workenv}/other'})
  })

  it('a purpose that builds in the cache does so once, and its notes reach the report', async () => {
    const root = writeFiles(temporaryDirectory(), files)
    const base = temporaryDirectory()
    let built = 0
    const prepare: SlotPurpose['prepare'] = async (_slot, _scratch, {cache, note}) => {
      note('took 3.14')
      const build = async (directory: string) => writeFiles(directory, {'index.js': `${built++}`}) as unknown as undefined
      return {kind: 'directory', path: await cache.entry('key', build)}
    }
    const plan = planOf(root, [slotOf(root, {id: 'app'})])
    const options = {base: () => base, capabilities: withPurpose({prepare})}
    const [first, second] = [await packPlan(plan, options), await packPlan(plan, options)]
    assert.deepEqual(first.notes, ['slot app: took 3.14'])
    assert.equal(first.digest, second.digest)
    assert.equal(built, 1)
    assert.deepEqual(readdirSync(join(base, 'builds')), ['application-code'])
  })
})
