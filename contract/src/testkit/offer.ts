/** What holds for plugins of every kind: the package, the hook, the answer. */
import assert from 'node:assert/strict'
import {existsSync, realpathSync} from 'node:fs'
import {sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {it} from 'mocha'
import type {Kind} from '../index.ts'
import {eachOffer, type HookModule, hookModules, hookName, readManifest} from './plugin.ts'
import type {Sighting} from './probe.ts'
import {type Visit, visit} from './sighting.ts'

const idForm = /^[a-z][a-z0-9-]*$/
const installScripts = ['preinstall', 'install', 'postinstall', 'prepare']

export function testOffer(root: URL, kind: Kind, methods: readonly string[]): void {
  testPackage(root)
  testAnswer(root, kind, methods)
  testFacts(root, kind)
}

function testPackage(root: URL): void {
  it('is a package that says what it publishes and runs nothing when installed', () => {
    const {exports, files, keywords, scripts = {}} = readManifest(root)
    assert.ok(Array.isArray(files) && files.length > 0, 'package.json needs `files`')
    assert.ok(Array.isArray(keywords) && keywords.includes('flavor-plugin'), 'package.json needs the keyword `flavor-plugin`')
    assert.deepEqual(
      installScripts.filter((name) => name in scripts),
      [],
      'package.json has scripts that run at an install',
    )
    assert.ok(!existsSync(new URL('binding.gyp', root)), 'a binding.gyp makes npm compile at an install')
    const exported = exports === undefined || (exports as Record<string, unknown>)['./package.json'] === './package.json'
    assert.ok(exported, 'package.json needs "./package.json" among its `exports`')
  })
}

function testAnswer(root: URL, kind: Kind, methods: readonly string[]): void {
  it(`answers ${hookName(kind)}, in time, and the same each time`, async () => {
    const {answers} = await see(root, kind)
    assert.ok((answers[0]?.length ?? 0) > 0, 'it offers nothing')
    assert.deepEqual(answers[1], answers[0], 'the second answer differs from the first')
  })

  it('prints nothing when asked or loaded', async () => {
    assert.equal((await visitOnce(root, kind)).printed, '')
  })

  it('is asked without bringing in anything from outside its package', async () => {
    const {modules} = await see(root, kind)
    assert.deepEqual(
      modules.filter((url) => !isWithin(root, url)),
      [],
    )
  })

  it(`loads code that can ${methods.join(' and ')}`, async () => {
    for (const [id, found] of Object.entries((await see(root, kind)).methods))
      for (const method of methods) assert.ok(found.includes(method), `${id} has no function ${method}`)
  })
}

function testFacts(root: URL, kind: Kind): void {
  it('names its offers well', async () => {
    const names: string[] = []
    await eachOffer(root, kind, ({aliases = [], features = [], id, summary}) => {
      names.push(id, ...aliases)
      for (const name of [id, ...aliases, ...features]) assert.match(name, idForm)
      assert.equal(typeof summary, 'string', 'it has no summary')
      assert.match(summary, /^\S.*[^\s.]$/, 'a summary is one line without a full stop')
    })
    assert.equal(new Set(names).size, names.length, `one name for two offers, among ${names.join(', ')}`)
  })
}

const visits = new Map<string, Promise<Visit>>()

function visitOnce(root: URL, kind: Kind): Promise<Visit> {
  const modules: readonly HookModule[] = hookModules(root, kind)
  const key = JSON.stringify(modules)
  const made = visits.get(key) ?? visit(modules)
  visits.set(key, made)
  return made
}

async function see(root: URL, kind: Kind): Promise<Sighting> {
  const {problem, sighting} = await visitOnce(root, kind)
  assert.ok(sighting, problem)
  return sighting
}

/** Node's own modules are there already. */
function isWithin(root: URL, url: string): boolean {
  if (url.startsWith('node:')) return true
  const folder = realpathSync(fileURLToPath(root))
  return url.startsWith('file:') && realpathSync(fileURLToPath(url)).startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
