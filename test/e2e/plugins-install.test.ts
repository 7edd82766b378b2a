/**
 * A plugin has the same rights wherever it comes from. Here zstd comes from outside: flavor is installed without it, and
 * gets it as users get a plugin, packed by npm and fetched from a registry.
 */
import assert from 'node:assert/strict'
import {cp, mkdir, readdir, readFile, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {type Registry, startRegistry} from '../support/registry.ts'
import {execute, type Finished, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const plugin = '@flavor/plugin-zstd'

/** flavor as npm would install it, had it never depended on the plugin: its own files, and links to what it depends on. */
async function installWithout(root: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
  delete manifest.dependencies[plugin]
  await writeTree(root, {'package.json': JSON.stringify(manifest)})
  for (const name of ['bin', 'bundle', 'oclif.manifest.json']) await cp(join(repository, name), join(root, name), {recursive: true})
  await linkEntries(join(repository, 'node_modules'), join(root, 'node_modules'), '@flavor')
  await linkEntries(join(repository, 'node_modules/@flavor'), join(root, 'node_modules/@flavor'), 'plugin-zstd')
}

async function linkEntries(from: string, to: string, except: string): Promise<void> {
  await mkdir(to, {recursive: true})
  for (const name of await readdir(from)) if (name !== except && !name.startsWith('.')) await symlink(join(from, name), join(to, name))
}

describe('a plugin from outside', function () {
  this.timeout(120_000)
  let box: Sandbox
  let registry: Registry

  before(async () => {
    box = await sandbox()
    await installWithout(box.path('flavor'))
    await mkdir(box.path('packs'))
    const packed = await execute('npm', ['pack', '--silent', '--pack-destination', box.path('packs')], {
      cwd: join(repository, 'plugins/zstd'),
      // A cache of its own: what npm packs it also caches, and would not ask the registry for.
      env: {...box.env, npm_config_cache: box.path('npm-pack')},
    })
    assert.equal(packed.code, 0, packed.stderr)
    registry = await startRegistry([box.path('packs', packed.stdout.trim())])
    await writeTree(box.path('project'), {
      'app/index.js': 'console.log("hello from a package")\n',
      'flavor.yaml':
        'name: outside\nversion: 1.0.0\ncommand: node {workenv}/app/index.js\nlauncher: node\nslots: [{id: app, purpose: application-code, source: app}]\n',
    })
  })

  after(async () => {
    await registry?.close()
    await box?.remove()
  })

  function flavor(...args: readonly string[]): Promise<Finished> {
    const env = {...box.env, FLAVOR_NPM_REGISTRY: registry.url, npm_config_cache: box.path('npm'), npm_config_update_notifier: 'false'}
    return execute(process.execPath, [box.path('flavor/bin/flavor.js'), ...args], {cwd: box.path('project'), env})
  }

  async function requireMissing(): Promise<void> {
    const {code, stderr} = await flavor('pack', '--output', box.path('refused'))
    assert.equal(code, 1)
    assert.match(stderr, /zstd/)
    assert.match(stderr, /flavor plugins install zstd/)
    assert.ok(!(await readdir(box.directory)).includes('refused'))
  }

  it('is named by the error of whoever needs it', requireMissing)

  it('is installed from a registry by its short name, without any other package', async () => {
    const {code, stderr} = await flavor('plugins', 'install', 'zstd')
    assert.equal(code, 0, stderr)
    assert.deepEqual(new Set(registry.requests), new Set([plugin, `-/flavor-plugin-zstd-${await version()}.tgz`]))
    assert.deepEqual(
      (await readdir(box.path('data/flavor/node_modules'))).filter((name) => !name.startsWith('.')),
      ['@flavor'],
    )
  })

  it('is listed as the user’s, beside those that came with flavor', async () => {
    const {stdout} = await flavor('capabilities', '--json')
    const {capabilities}: {capabilities: readonly {from: string; id: string; kind: string}[]} = JSON.parse(stdout)
    const compressors = capabilities.filter(({kind}) => kind === 'compressors').map(({from, id}) => `${id} ${from}`)
    assert.deepEqual(compressors, ['brotli core', 'bzip2 core', 'gzip core', 'xz core', 'zstd user'])
  })

  it('compresses what is packed, byte for byte as when it comes with flavor', async () => {
    const args = ['pack', '--key-seed', 'e2e', '--manifest', box.path('project/flavor.yaml'), '--output']
    const {code, stderr} = await flavor(...args, box.path('packed'))
    assert.equal(code, 0, stderr)
    const usual = await box.run([...args, box.path('usual')])
    assert.equal(usual.code, 0, usual.stderr)
    assert.ok((await readFile(box.path('packed'))).equals(await readFile(box.path('usual'))))
    const ran = await execute(box.path('packed'), [], {cwd: box.directory, env: box.env})
    assert.deepEqual([ran.code, ran.stdout], [0, 'hello from a package\n'])
  })

  it('leaves nothing behind when it is uninstalled', async () => {
    const {code, stderr} = await flavor('plugins', 'uninstall', 'zstd')
    assert.equal(code, 0, stderr)
    const left = await readdir(box.path('data/flavor'), {recursive: true})
    assert.deepEqual(
      left.filter((path) => path.includes('plugin-zstd')),
      [],
    )
    await requireMissing()
  })
})

describe('a plugin that lies here', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  it('is never taken for one of that name in a registry or on GitHub', async () => {
    await writeTree(box.directory, {'plugins/x-1.0.0.tgz': 'not looked at'})
    const env = {...box.env, NPM_CONFIG_FETCH_RETRIES: '0', NPM_CONFIG_REGISTRY: 'http://127.0.0.1:1/'}
    for (const [directory, word] of [
      ['plugins', 'x-1.0.0.tgz'],
      ['plugins', './x-1.0.0.tgz'],
      ['.', 'plugins/x-1.0.0.tgz'],
    ] as const) {
      const {code, stderr} = await box.run(['plugins', 'install', word], {cwd: box.path(directory), env})
      const said = stderr.replaceAll(/\s+(?:›\s+)?/g, ' ')
      assert.ok(said.includes(`install ${word}: it lies here, and without file: it would be somebody else's of that name`), stderr)
      assert.ok(said.includes(`flavor plugins install file:${box.path('plugins/x-1.0.0.tgz')}`), stderr)
      assert.equal(code, 2)
    }
  })
})

async function version(): Promise<string> {
  return JSON.parse(await readFile(join(repository, 'plugins/zstd/package.json'), 'utf8')).version
}
