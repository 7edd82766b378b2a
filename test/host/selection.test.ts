/** Choosing is never left to chance: two offers of one name or one byte are an error that says both ways out. */
import assert from 'node:assert/strict'
import {describe, it} from 'mocha'
import {FlavorError} from '../../dist/errors.js'
import {choose, compressorOf, conflicting} from '../../dist/selection.js'
import type {Offered, Survey} from '../../dist/survey.js'

type Compressor = Offered<'compressors'>

const compressor = (id: string, operation: number, plugin: string, aliases: readonly string[] = []): Compressor => ({
  aliases,
  extension: `.${id}`,
  id,
  levels: {default: 1, max: 1, min: 1},
  load: () => Promise.reject(new Error('choosing loads nothing')),
  operation,
  plugin: {name: plugin, type: 'user', version: '1.0.0'},
  summary: id,
})

const gzip = compressor('gzip', 0x10, '@flavor/plugin-gzip', ['gz'])
const zstd = compressor('zstd', 0x1b, '@flavor/plugin-zstd', ['zst'])
const zopfli = compressor('gzip', 0x10, '@acme/plugin-zopfli')
const pigz = compressor('pigz', 0x10, '@acme/plugin-pigz')

const survey = (offers: readonly Compressor[], failures: Survey['failures'] = []): Survey<'compressors'> => ({
  failures,
  kind: 'compressors',
  offers,
})

function refusal(work: () => unknown): FlavorError {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof FlavorError)
    return error
  }
  return assert.fail('it chose')
}

describe('choosing a capability', () => {
  const plain = survey([gzip, zstd])

  it('goes by id, alias, plugin and id, or short plugin and id', () => {
    for (const word of ['gzip', 'gz', '@flavor/plugin-gzip:gzip', 'gzip:gzip', '@flavor/plugin-gzip:gz'])
      assert.equal(choose(plain, word), gzip, word)
  })

  it('loads nothing', () => {
    assert.equal(choose(plain, 'zstd'), zstd)
  })

  it('names what to install when it knows where the missing one lives', () => {
    const {code, exit, hints, message} = refusal(() => choose(plain, 'bz2'))
    assert.deepEqual(
      {code, exit, hints, message},
      {
        code: 'EFLAVOR_CAPABILITY_MISSING',
        exit: 1,
        hints: ['flavor plugins install bzip2'],
        message: 'find compressor bz2: no plugin offers it',
      },
    )
  })

  it('lists what there is when it knows nothing of the missing one', () => {
    assert.deepEqual(refusal(() => choose(plain, 'lzma')).hints, ['available: gzip, zstd'])
    assert.deepEqual(refusal(() => choose(survey([]), 'lzma')).hints, ['no compressor is installed'])
    assert.deepEqual(refusal(() => choose(plain, 'constructor')).hints, ['available: gzip, zstd'])
  })

  it('names failed plugins as possible causes, and does not tell to install one that is there', () => {
    const failures = [{kind: 'compressors' as const, message: 'boom', plugin: '@flavor/plugin-xz'}]
    assert.deepEqual(refusal(() => choose(survey([gzip], failures), 'xz')).hints, [
      'plugin @flavor/plugin-xz failed: boom',
      'available: gzip',
    ])
  })

  it('names the plugin that was asked for', () => {
    const {hints, message} = refusal(() => choose(plain, '@acme/plugin-zopfli:gzip'))
    assert.equal(message, 'find compressor @acme/plugin-zopfli:gzip: no plugin offers it')
    assert.deepEqual(hints, ['flavor plugins install @acme/plugin-zopfli'])
  })
})

describe('two offers of one id', () => {
  const both = survey([zopfli, gzip, zstd])

  it('are an error that names both and both ways out', () => {
    const {code, hints, message} = refusal(() => choose(both, 'gzip'))
    assert.equal(code, 'EFLAVOR_CAPABILITY_CONFLICT')
    assert.equal(message, 'choose compressor gzip: @acme/plugin-zopfli:gzip and @flavor/plugin-gzip:gzip are in conflict')
    assert.deepEqual(hints, [
      'say which plugin in the manifest: prefer: {compressors: {gzip: "@acme/plugin-zopfli"}}',
      'or name one in full: @acme/plugin-zopfli:gzip or @flavor/plugin-gzip:gzip',
    ])
  })

  it('are settled by either', () => {
    assert.equal(choose(both, '@acme/plugin-zopfli:gzip'), zopfli)
    assert.equal(choose(both, 'gzip', {prefer: {compressors: {gzip: '@acme/plugin-zopfli'}}}), zopfli)
    assert.equal(choose(both, 'gzip', {prefer: {compressors: {gzip: '@flavor/plugin-gzip'}}}), gzip)
  })

  it('leave others alone', () => {
    assert.equal(choose(both, 'zstd'), zstd)
    assert.equal(choose(both, 'zstd', {prefer: {compressors: {gzip: '@acme/plugin-zopfli'}}}), zstd)
  })

  it('are not settled in silence when the preferred plugin is not there', () => {
    const {code} = refusal(() => choose(survey([gzip]), 'gzip', {prefer: {compressors: {gzip: '@acme/plugin-zopfli'}}}))
    assert.equal(code, 'EFLAVOR_CAPABILITY_MISSING')
  })

  it('are as much in conflict when one of them only has the other for an alias', () => {
    const squatter = compressor('fast', 0xd1, '@acme/plugin-fast', ['gzip'])
    assert.equal(refusal(() => choose(survey([gzip, squatter]), 'gzip')).code, 'EFLAVOR_CAPABILITY_CONFLICT')
  })
})

describe('two offers of one operation byte', () => {
  const both = survey([gzip, pigz, zstd])

  it('are in conflict when one of them is chosen, whatever their ids', () => {
    for (const word of ['gzip', 'gz', 'pigz']) assert.equal(refusal(() => choose(both, word)).code, 'EFLAVOR_CAPABILITY_CONFLICT', word)
  })

  it('are settled by naming the plugin', () => {
    assert.equal(choose(both, '@acme/plugin-pigz:pigz'), pigz)
    assert.equal(choose(both, 'gzip', {prefer: {compressors: {gzip: '@flavor/plugin-gzip'}}}), gzip)
  })

  it('are marked in lists', () => {
    assert.deepEqual([...conflicting(both as unknown as Survey)], [gzip, pigz])
  })

  it('leave nobody to read the byte', () => {
    assert.equal(compressorOf(both, 0x10), undefined)
    assert.equal(compressorOf(both, 0x1b), zstd)
  })
})
