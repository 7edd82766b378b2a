/** Addons found by the real npm, in a registry on the loopback that has what each test needs. */
import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {AddonFailure, FoundAddon} from '@flavor/contract'
import {after, before, describe, it} from 'mocha'
import {create} from 'tar'
import {contextWith} from '../../../test/support/manager-context.ts'
import {type Registry, startRegistry} from '../../../test/support/registry.ts'
import {writeFiles} from '../../../test/support/tmp.ts'
import node from '../dist/node.js'

const document = 'spec: 0.1\nmeta: {name: lodash, version: "4"}\ninstall: {package: lodash@4.17.21}\n'

const packages = {
  '@acme/plain': {'deep/addon.flavour': 'x', 'index.js': ''},
  carrier: {'addon.flavour': document, 'deep/addon.flavour': 'x'},
  huge: {'addon.flavour': '#'.repeat(2_000_000)},
} as const

describe('addons of npm', function () {
  this.timeout(120_000)
  const variables = {...process.env}
  let place: string
  let registry: Registry

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'flavor-npm-'))
    registry = await startRegistry(Object.entries(packages).map(([name, files]) => tarball(name, files)))
    for (const name of Object.keys(process.env)) if (/^npm_/i.test(name)) delete process.env[name]
    mkdirSync(join(place, 'home'))
    process.env.HOME = join(place, 'home')
    configure(registry.url)
  })

  after(async () => {
    Object.assign(process.env, variables)
    await registry?.close()
    if (place) rmSync(place, {force: true, recursive: true})
  })

  /** As a user does, in a file of his home. */
  function configure(url: string): void {
    writeFileSync(join(place, 'home', '.npmrc'), `registry=${url}\nfetch-retries=0\nupdate-notifier=false\n`)
  }

  function tarball(name: string, files: Readonly<Record<string, string>>): string {
    const directory = join(place, name)
    writeFiles(join(directory, 'package'), {...files, 'package.json': JSON.stringify({name, version: '1.2.3'})})
    const file = join(place, `${name.replace('@', '').replace('/', '-')}-1.2.3.tgz`)
    create({cwd: directory, file, gzip: true, sync: true}, ['package'])
    return file
  }

  const context = contextWith(['npm'])

  async function find(name: string, version?: string, wishes = context): Promise<FoundAddon | undefined> {
    return await node.find?.({name, version}, mkdtempSync(join(place, 'scratch-')), wishes)
  }

  async function failure(name: string, version?: string, wishes = context): Promise<AddonFailure> {
    const error: AddonFailure = await find(name, version, wishes).then(
      (found) => assert.fail(`it was found: ${JSON.stringify(found)}`),
      (thrown) => thrown,
    )
    assert.ok(error.problem, error.stack)
    return error
  }

  it('are the document at the root of the package, which may install another one', async () => {
    const found = await find('carrier', '1.2.3')
    assert.deepEqual([String(found?.bytes), found?.origin, found?.package], [document, 'package', 'carrier@1.2.3'])
  })

  it('are derived, where the package has no document; of the newest version, where none is given', async () => {
    const found = await find('@acme/plain')
    assert.deepEqual([found?.origin, found?.package], ['derived', '@acme/plain@1.2.3'])
    const text = "spec: 0.1\nmeta:\n  name: npm/@acme/plain\n  version: 1.2.3\ninstall:\n  package: '@acme/plain@1.2.3'\n"
    assert.equal(String(found?.bytes), text)
  })

  it('are not there, where the package or its version is not', async () => {
    assert.deepEqual(await Promise.all([find('nowhere'), find('carrier', '9.9.9'), find('carrier', 'next')]), [
      undefined,
      undefined,
      undefined,
    ])
  })

  it('have a document of a size that somebody can have written', async () => {
    assert.equal(
      (await failure('huge')).message,
      'the package huge@1.2.3 cannot be read for an addon.flavour: its addon.flavour has 2000000 bytes',
    )
  })

  it('have names and versions that are no options, no paths and no other registry', async () => {
    const before = registry.requests.length
    for (const name of [
      '-g',
      '--registry=http://x',
      'a;b',
      'a b',
      'a\nb',
      '../a',
      './a',
      'a@1',
      'user/repo',
      'http://x/a.tgz',
      '',
      'a'.repeat(300),
    ])
      assert.match((await failure(name)).message, /is no name of an npm package$/, name)
    for (const version of ['', '-1', '1 2', '1\n2', '1;id', '^1', '>=1', '*', 'npm:b@1', 'file:../x'])
      assert.match((await failure('carrier', version)).message, /is no version of an npm package$/, version)
    assert.equal(registry.requests.length, before)
  })

  it('need npm, and say so', async () => {
    const {problem} = await failure('carrier', '1.2.3', contextWith([]))
    assert.deepEqual(problem, {
      hint: 'install npm; it comes with Node',
      message: 'addons of npm are found by npm, and there is none on PATH',
    })
  })

  it('are no longer looked for when that is called off, before or in the middle', async () => {
    await assert.rejects(find('carrier', '1.2.3', contextWith(['npm'], AbortSignal.abort())), {name: 'AbortError'})
    const calling = new AbortController()
    const silent = createServer(() => calling.abort())
    await listening(silent)
    try {
      configure(addressOf(silent))
      await assert.rejects(find('carrier', '1.2.3', contextWith(['npm'], calling.signal)), {name: 'AbortError'})
    } finally {
      silent.closeAllConnections()
      silent.close()
      configure(registry.url)
    }
  })

  it('cannot be found in a registry that does not answer, or answers nonsense', async () => {
    const broken = createServer((_, response) => response.writeHead(500).end('no'))
    await listening(broken)
    try {
      configure(addressOf(broken))
      const {message, problem} = await failure('carrier', '1.2.3')
      assert.match(message, /^npm pack carrier@1\.2\.3 failed: 500 Internal Server Error - GET http:/)
      assert.equal(problem.hint, 'npm pack carrier@1.2.3')
    } finally {
      broken.close()
    }
    const {message} = await failure('carrier', '1.2.3')
    assert.match(message, /^npm pack carrier@1\.2\.3 failed: .*ECONNREFUSED/)
  })
})

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
