/** `flavour add` and `remove` in a Node project, as somebody types them: with the real npm, and a registry on the loopback. */
import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {create} from 'tar'
import {type Registry, startRegistry} from '../../../test/support/registry.ts'
import {execute, type Finished, type Sandbox, sandbox, writeTree} from '../../../test/support/run.ts'

const sample = 'spec: 0.1\nmeta: {name: sample, version: 2}\ninstall:\n  package: beta@^1.0\n  mode: dev\n'
const files = {
  'app.flavour': 'spec: 0.1\n',
  'package.json': '{\n\t"name": "shop",\n\t"dependencies": {\n\t\t"needed": "1.0.0"\n\t}\n}\n',
  'sample.flavour': sample,
}

describe('flavour in a Node project', function () {
  this.timeout(120_000)
  let box: Sandbox
  let registry: Registry
  let root: string
  const flavour = (words: string): Promise<Finished> => box.run(words.split(' '), {cwd: root, name: 'flavour'})
  const texts = (): Promise<readonly string[]> =>
    Promise.all(['app.flavour', 'package.json', 'package-lock.json'].map((path) => readFile(join(root, path), 'utf8')))

  before(async () => {
    box = await sandbox()
    root = box.path('shop')
    registry = await startRegistry(await Promise.all(['alpha', 'beta', 'needed'].map(packed)))
    await writeTree(box.path('home'), {'.npmrc': `registry=${registry.url}\nfetch-retries=0\nupdate-notifier=false\n`})
    await writeTree(root, files)
    const {code, stderr} = await execute('npm', ['install', '--package-lock-only'], {cwd: root, env: box.env})
    assert.equal(code, 0, stderr)
  })

  after(async () => {
    await registry?.close()
    await box?.remove()
  })

  async function packed(name: string): Promise<string> {
    await writeTree(box.path('packages', name, 'package'), {'package.json': JSON.stringify({name, version: '1.0.0'})})
    const file = box.path('packages', `${name}-1.0.0.tgz`)
    await create({cwd: box.path('packages', name), file, gzip: true}, ['package'])
    return file
  }

  it('adds a package of npm and one of a file, with their lock; removing both gives back every byte', async () => {
    const before = await texts()
    for (const words of ['npm/alpha', '--package sample.flavour --addonmanager node']) {
      const {code, stderr} = await flavour(`add ${words}`)
      assert.equal(code, 0, stderr)
      assert.match(stderr, /^now type: npm install$/m)
    }
    const [, manifest = '', lock = ''] = await texts()
    assert.equal(
      manifest,
      files['package.json']
        .replace('\t"dependencies": {\n', '\t"dependencies": {\n\t\t"alpha": "1.0.0",\n')
        .replace(/\n}\n$/, ',\n\t"devDependencies": {\n\t\t"beta": "^1.0"\n\t}\n}\n'),
    )
    const locked = JSON.parse(lock).packages
    assert.deepEqual([locked['node_modules/alpha'].version, locked['node_modules/beta'].dev], ['1.0.0', true])
    const removed = await flavour('remove npm/alpha sample')
    assert.equal(removed.code, 0, removed.stderr)
    assert.deepEqual(await texts(), before)
  })

  it('changes nothing where npm cannot make the lock, and tells what npm said', async () => {
    const before = await texts()
    await writeTree(root, {'missing.flavour': sample.replace('beta@^1.0', 'nowhere@1')})
    const {code, stderr} = await flavour('add --package missing.flavour --addonmanager node')
    assert.equal(code, 1)
    assert.match(stderr, /nowhere/)
    assert.deepEqual(await texts(), before)
  })
})
