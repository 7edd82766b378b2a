/** `flavor capabilities` says what there is, where each came from, and what is in conflict. */
import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {after, before, describe, it} from 'mocha'
import {table} from '../../dist/table.js'
import {type Sandbox, sandbox} from '../support/run.ts'

interface Row {
  readonly conflict: boolean
  readonly facts: Readonly<Record<string, unknown>>
  readonly from: string
  readonly id: string
  readonly kind: string
  readonly plugin: string
  readonly version: string
}

describe('flavor capabilities', () => {
  let box: Sandbox
  let rows: readonly Row[]
  let text: string

  before(async () => {
    box = await sandbox()
    const rival = `{id: 'gzip', operation: 0x10, extension: '.gz', levels: {min: 1, max: 9, default: 9}, summary: 'Slow', load: async () => ({})}`
    await box.link({
      files: {'offer.js': `export default async ({host}) => [${rival}].filter(() => typeof host.version === 'string')`},
      hooks: {'flavor:compressors:v1': './offer.js'},
      name: '@acme/plugin-zopfli',
      version: '3.2.1',
    })
    rows = JSON.parse((await box.run(['capabilities', '--json'])).stdout).capabilities
    text = (await box.run(['capabilities'])).stdout
  })
  after(() => box.remove())

  it('lists what comes with flavor, with its facts', () => {
    const zstd = rows.find(({id}) => id === 'zstd')
    assert.equal(zstd?.kind, 'compressors')
    assert.equal(zstd?.plugin, '@flavor/plugin-zstd')
    assert.equal(zstd?.from, 'core')
    assert.equal(zstd?.conflict, false)
    assert.equal(zstd?.facts.operation, 0x1b)
  })

  it('lists what is linked, with its version', () => {
    const linked = rows.find(({plugin}) => plugin === '@acme/plugin-zopfli')
    assert.deepEqual([linked?.from, linked?.version, linked?.conflict], ['linked', '3.2.1', true])
  })

  it('marks both sides of a conflict and nothing else', () => {
    const marked = rows.filter(({conflict}) => conflict).map(({plugin}) => plugin)
    assert.deepEqual(marked, ['@acme/plugin-zopfli', '@flavor/plugin-gzip'])
    assert.equal(text.split('\n').filter((line) => line.endsWith('conflict')).length, 2)
  })

  it('sorts by kind, id and plugin', () => {
    const keys = rows.map(({id, kind, plugin}) => `${kind} ${id} ${plugin}`)
    assert.deepEqual(keys, [...keys].sort())
  })

  it('knows every kind of the contract that flavor brings', () => {
    assert.deepEqual([...new Set(rows.map(({kind}) => kind))], ['addon-managers', 'compressors', 'launchers', 'purposes'])
  })

  it('reads well: one line each below a head', () => {
    const lines = text.trimEnd().split('\n')
    assert.match(lines[0] ?? '', /^KIND +ID +FACTS +PLUGIN +VERSION +FROM$/)
    assert.equal(lines.length, rows.length + 1)
    assert.match(text, /^compressors +zstd +0x1b \.zst levels 1 to 22 +@flavor\/plugin-zstd +\S+ +core$/m)
  })
})

describe('the question to a plugin', () => {
  it('names the version of flavor, and holds something that nobody can know', async () => {
    const box = await sandbox()
    const note = box.path('question')
    const offer = `import {writeFileSync} from 'node:fs'
export default async ({host, ...rest}) => { writeFileSync(${JSON.stringify(note)}, JSON.stringify([host, Object.keys(rest)])); return [] }`
    await box.link({files: {'offer.js': offer}, hooks: {'flavor:purposes:v1': './offer.js'}, name: '@guest/listens'})
    await box.run(['capabilities'])
    const [host, others] = JSON.parse(await readFile(note, 'utf8'))
    await box.remove()
    assert.match(host.version, /^\d+\.\d+\.\d+/)
    assert.ok(
      others.some((key: string) => key.startsWith('grease-')),
      others.join(),
    )
  })
})

describe('a table', () => {
  it('is as wide as its widest cells, and ends without spaces', () => {
    assert.equal(
      table([
        ['A', 'LONG', 'C'],
        ['aaa', 'b', ''],
        ['\u001b[1ma\u001b[22m', 'ü', 'c'],
      ]),
      'A    LONG  C\naaa  b\n\u001b[1ma\u001b[22m    ü     c',
    )
  })
})
