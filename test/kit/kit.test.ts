/** The test kit itself: it passes a plugin that keeps its promises, and fails one that breaks any of them. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {after, before, describe, it} from 'mocha'
import {specifiedOperations} from '../../contract/dist/testkit/compressors.js'
import {visit} from '../../contract/dist/testkit/sighting.js'
import {operations} from '../../dist/format/registry.js'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'
import {type BrokenPlugin, brokenPlugins, goodFiles, goodManifest} from './broken-plugins.ts'

type Kind = BrokenPlugin['kind']

const kinds: readonly Kind[] = ['addon-managers', 'compressors', 'launchers', 'purposes']
const describers: Readonly<Record<Kind, string>> = {
  'addon-managers': 'describeAddonManagers',
  compressors: 'describeCompressors',
  launchers: 'describeLaunchers',
  purposes: 'describePurposes',
}
const mocha = fileURLToPath(new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url))
const kit = new URL('../../contract/dist/testkit/index.js', import.meta.url)

interface Result {
  readonly fullTitle: string
}

function nameOf({does, kind}: BrokenPlugin): string {
  return `${kind} plugin that ${does}`.replaceAll(' ', '-')
}

/** Of a broken plugin, only the tests that should notice are run. */
function contractTest(kind: Kind, title: string): string {
  return `import {${describers[kind]}} from '${kit}'
    describe('', function () {
      ${describers[kind]}(new URL('.', import.meta.url))
      for (const suite of this.suites) suite.tests = suite.tests.filter(({title}) => title.startsWith(${JSON.stringify(title)}))
    })`
}

async function write(box: Sandbox, name: string, kind: Kind, plugin?: BrokenPlugin): Promise<string> {
  const root = box.path('plugins', name)
  const manifest = {name, ...goodManifest(kind), ...plugin?.manifest}
  await writeTree(root, {
    ...goodFiles(kind),
    ...plugin?.files,
    'contract.test.js': contractTest(kind, plugin?.fails ?? ''),
    'package.json': JSON.stringify(manifest),
  })
  return join(root, 'contract.test.js')
}

describe('the test kit, where Node is too old for it', () => {
  it('says which it needs', async () => {
    const before = process.env.NODE_OPTIONS
    process.env.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent("import m from 'node:module'; delete m.registerHooks")}`
    try {
      assert.match((await visit([])).problem ?? '', /^the test kit needs Node 22\.18 or newer; this is v\d/)
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS
      else process.env.NODE_OPTIONS = before
    }
  })
})

describe('the test kit', function () {
  this.timeout(300_000)
  let box: Sandbox
  let failures: readonly Result[]
  let passes: readonly Result[]

  before(async () => {
    box = await sandbox()
    const good = kinds.map((kind) => write(box, `good-${kind}`, kind))
    const broken = brokenPlugins.map((plugin) => write(box, nameOf(plugin), plugin.kind, plugin))
    const report = box.path('report.json')
    const files = await Promise.all([...good, ...broken])
    const reporter = ['--no-config', '--no-package', '--exit', '--reporter', 'json', '--reporter-option', `output=${report}`]
    await execute(process.execPath, [mocha, ...reporter, ...files], {cwd: repository, env: {...box.env}})
    ;({failures, passes} = JSON.parse(readFileSync(report, 'utf8')))
  })

  after(() => box.remove())

  for (const kind of kinds)
    it(`passes ${kind} that keep every promise`, () => {
      const mine = ({fullTitle}: Result): boolean => fullTitle.includes(` good-${kind} `)
      assert.deepEqual(failures.filter(mine), [])
      assert.ok(passes.filter(mine).length > 8)
    })

  for (const plugin of brokenPlugins)
    it(`fails a ${plugin.kind} plugin that ${plugin.does}`, () => {
      const titles = failures
        .filter(({fullTitle}) => fullTitle.includes(` ${nameOf(plugin)} `))
        .map(({fullTitle}) => fullTitle.split(`${nameOf(plugin)} `)[1])
      assert.ok(
        titles.some((title) => title?.startsWith(plugin.fails)),
        `no test "${plugin.fails} …" failed; these did: ${titles.join('; ')}`,
      )
    })

  it('knows the operation bytes of the format', () => {
    const registered = Object.fromEntries(operations.filter(({name}) => name !== 'tar').map(({code, name}) => [name, code]))
    assert.deepEqual({...specifiedOperations}, registered)
  })
})
