/** How slots are compressed: what `auto` makes of a sample, what presets set, and what is kept of costly results. */
import assert from 'node:assert/strict'
import {randomBytes} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import type {PackOptions, PackReport} from '../../dist/pack/pack.js'
import type {PlannedCompression} from '../../dist/project/plan.js'
import {capabilities} from '../support/capabilities.ts'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

const noise = randomBytes(2 * 1024 * 1024)
const text = 'line after line of a log\n'.repeat(80_000)
const auto: PlannedCompression = {auto: true, key: 'compression', level: undefined, operations: undefined}
const chain = (...operations: readonly string[]): PlannedCompression => ({key: 'operations', level: undefined, operations})

function pack(
  files: Files,
  compression: PlannedCompression,
  options: Partial<PackOptions> = {},
  kind: 'directory' | 'file' = 'directory',
): Promise<PackReport> {
  const root = writeFiles(temporaryDirectory(), files)
  return packPlan(planOf(root, [slotOf(root, {compression, id: 'app'}, kind)]), options)
}

const operationsOf = ({slots}: PackReport): string | undefined => slots[1]?.operations
const sizeOf = ({slots}: PackReport): number => slots[1]?.size ?? 0

describe('compression: auto', () => {
  const cases: Readonly<Record<string, readonly [Files, 'directory' | 'file', chain: string, notes: RegExp]>> = {
    'a directory of noise stays a tar': [{'app/noise': noise}, 'directory', 'tar', /^slot app: auto left it uncompressed: .* 100 %/],
    'a directory of text gets zstd': [{'app/text': text}, 'directory', 'tar.zst', /^slot app: auto chose zstd: .* 1\.0 MB becomes 0 %/],
    'a directory of nothing but names gets zstd': [
      Object.fromEntries(Array.from({length: 50}, (_, index) => [`app/${index}`, ''])),
      'directory',
      'tar.zst',
      /auto chose zstd/,
    ],
    'a file of noise stays as it is': [{app: noise}, 'file', 'none', /auto left it uncompressed/],
    'a file of text gets zstd': [{app: text}, 'file', 'zstd', /auto chose zstd/],
    'a small file that would grow stays as it is': [{app: 'short'}, 'file', 'none', /auto left it uncompressed/],
    'an empty file stays as it is': [{app: ''}, 'file', 'none', /auto left it uncompressed/],
    'text behind more noise than a sample holds is seen': [
      {'app/a': noise, 'app/b': text, 'app/c': text},
      'directory',
      'tar.zst',
      /auto chose zstd/,
    ],
  }
  for (const [what, [files, kind, wanted, notes]] of Object.entries(cases))
    it(what, async () => {
      const report = await pack(files, auto, {}, kind)
      assert.equal(operationsOf(report), wanted)
      assert.match(report.notes.join('\n'), notes)
    })

  it('chooses gzip where FlavorPack has to read it, and is the same each time', async () => {
    const [one, two] = [await pack({'app/text': text}, auto), await pack({'app/text': text}, auto)]
    assert.equal(one.digest, two.digest)
    assert.equal(operationsOf(await pack({'app/index.js': text}, auto, {compat: 'flavorpack'})), 'tgz')
    assert.equal(operationsOf(await pack({app: 'short'}, auto, {compat: 'flavorpack'}, 'file')), 'gzip')
  })

  it('takes its level where it compresses, and minds no level where it does not', async () => {
    const level = {...auto, level: 19}
    assert.ok(sizeOf(await pack({'app/text': text}, level)) < sizeOf(await pack({'app/text': text}, {...auto, level: 1})))
    assert.equal(operationsOf(await pack({'app/noise': noise}, level)), 'tar')
  })
})

describe('a chain', () => {
  const refused = {
    'xz xz xz gzip': {hints: ['name it once: operations: [tar, xz, gzip]'], message: 'pack slot app: xz a second time saves nothing'},
    'zstd gzip zstd': {hints: ['name it once: operations: [tar, zstd, gzip]'], message: 'pack slot app: zstd a second time saves nothing'},
  }
  for (const [names, {hints, message}] of Object.entries(refused))
    it(`has each compressor once: ${names}`, async () => {
      await assert.rejects(pack({'app/text': text}, chain('tar', ...names.split(' '))), {code: 'EFLAVOR_CHAIN', exit: 2, hints, message})
    })

  it('may have several', async () => {
    assert.equal(operationsOf(await pack({'app/text': text}, chain('tar', 'xz', 'gzip', 'zstd'))), 'tar.xz.gz.zst')
  })
})

describe('presets', () => {
  // Words in an order that only repeats far apart: the higher the level, the more of it is found again.
  const words = Array.from({length: 60_000}, (_, index) => `word-${(index * 7919) % 9973} `).join('')

  for (const compressor of ['brotli', 'bzip2', 'gzip', 'zstd'])
    it(`make ${compressor} fast, as usual, or small`, async () => {
      const pack1 = (preset?: PackOptions['preset']) => pack({'app/words': words}, chain('tar', compressor), {preset})
      const [fast, balanced, small, usual] = [await pack1('fast'), await pack1('balanced'), await pack1('small'), await pack1()]
      assert.equal(balanced.digest, usual.digest)
      assert.ok(sizeOf(fast) > sizeOf(small), `${sizeOf(fast)} ${sizeOf(small)}`)
    })

  it('leave alone what a slot states itself', async () => {
    const stated = {...chain('tar', 'zstd'), level: 5}
    const [small, none] = [await pack({'app/words': words}, stated, {preset: 'small'}), await pack({'app/words': words}, stated)]
    assert.equal(small.digest, none.digest)
  })
})

describe('what was costly to compress', () => {
  /** Counts how often a compressor is asked to work. */
  function counting() {
    const used: string[] = []
    return {
      capabilities: {
        ...capabilities,
        compressor: async (id: string) => {
          const descriptor = await capabilities.compressor(id)
          const load = async () => {
            const {default: code} = await descriptor.load()
            const compress: typeof code.compress = (options) => {
              used.push(id)
              return code.compress(options)
            }
            return {default: {...code, compress}}
          }
          return {...descriptor, load}
        },
      },
      used,
    }
  }

  const kept = (base: string): readonly string[] => {
    const directory = join(base, 'builds/compressed-slots')
    return existsSync(directory) ? readdirSync(directory) : []
  }

  for (const [compressor, level] of Object.entries({brotli: 2, bzip2: 1, xz: 0, zstd: 10}))
    it(`is taken from the cache the second time: ${compressor} at level ${level}`, async () => {
      const base = temporaryDirectory()
      const {capabilities, used} = counting()
      const compression = {...chain('tar', compressor), level}
      const options = {base: () => base, capabilities}
      const [first, second] = [await pack({'app/text': text}, compression, options), await pack({'app/text': text}, compression, options)]
      assert.equal(first.digest, second.digest)
      assert.deepEqual(used, [compressor])
      const without = await pack({'app/text': text}, compression)
      assert.equal(without.digest, first.digest)
      assert.equal(kept(base).length, 1)
    })

  it('is made again for other content, another level and another chain', async () => {
    const base = temporaryDirectory()
    const options = {base: () => base}
    await pack({'app/text': text}, chain('tar', 'bzip2'), options)
    await pack({'app/text': `${text}.`}, chain('tar', 'bzip2'), options)
    await pack({'app/text': text}, {...chain('tar', 'bzip2'), level: 1}, options)
    await pack({'app/text': text}, chain('tar', 'bzip2', 'gzip'), options)
    assert.equal(kept(base).length, 4)
  })

  it('is not kept where it is cheap or small, or where nothing is to be kept', async () => {
    const base = temporaryDirectory()
    await pack({'app/text': text}, chain('tar', 'zstd'), {base: () => base})
    await pack({'app/text': 'small'}, chain('tar', 'bzip2'), {base: () => base})
    await pack({'app/text': text}, chain('tar', 'bzip2'), {base: () => undefined})
    assert.deepEqual(readdirSync(base), [])
  })

  it('is made again when what was kept is damaged', async () => {
    const base = temporaryDirectory()
    const options = {base: () => base}
    const {digest} = await pack({'app/text': text}, chain('tar', 'bzip2'), options)
    const file = join(base, 'builds/compressed-slots', kept(base)[0] ?? '', 'content/slot')
    const bytes = readFileSync(file)
    bytes[100] = (bytes[100] ?? 0) ^ 1
    writeFileSync(file, bytes)
    assert.equal((await pack({'app/text': text}, chain('tar', 'bzip2'), options)).digest, digest)
  })

  it('is never kept under the name of content that it was not made of', async () => {
    const base = temporaryDirectory()
    const root = writeFiles(temporaryDirectory(), {'app/text': text})
    const file = join(root, 'app/text')
    // Written to between the two times that the content is read: when the compressor begins.
    const meddling = {
      ...capabilities,
      compressor: async (id: string) => {
        const descriptor = await capabilities.compressor(id)
        const {default: code} = await descriptor.load()
        const compress: typeof code.compress = (options) => {
          writeFileSync(file, readFileSync(file, 'utf8').replace('log', 'lag'))
          return code.compress(options)
        }
        return {...descriptor, load: async () => ({default: {...code, compress}})}
      },
    }
    const packed = packPlan(planOf(root, [slotOf(root, {compression: chain('tar', 'bzip2'), id: 'app'})]), {
      base: () => base,
      capabilities: meddling,
    })
    await assert.rejects(packed, {code: 'EFLAVOR_SOURCE_CHANGED'})
    assert.deepEqual(kept(base), [])
  })
})
