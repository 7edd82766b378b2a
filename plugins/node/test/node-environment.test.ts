/** With the npm and the registry that this machine is set up with. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {PrepareContext} from '@flavor/contract'
import {contextIn} from '@flavor/contract/testkit'
import {after, before, describe, it} from 'mocha'
import type {Failure} from '../dist/failure.js'
import purpose from '../dist/node-environment.js'

const here = `${process.platform}-${process.arch}`
const addon = '@node-rs/crc32'

describe('node-environment', function () {
  this.timeout(120_000)
  let root: string
  /** An application with a native addon, and a dependency for development. */
  let sample: string
  let context: PrepareContext
  let builds = 0

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'flavor-node-'))
    const {cache, ...others} = contextIn(join(root, 'cache'))
    const entry: typeof cache.entry = (key, build) =>
      cache.entry(key, (directory) => {
        builds += 1
        return build(directory)
      })
    context = {...others, cache: {entry}}
    const packages = {dependencies: {[addon]: '1.10.6'}, devDependencies: {ms: '2.1.3'}}
    sample = project('sample', {'.npmrc': 'save-exact=true\n', 'lib/index.js': 'console.log(1)\n', 'package.json': manifest(packages)})
    lock(sample)
  })

  after(() => rmSync(root, {recursive: true}))

  function project(name: string, files: Readonly<Record<string, string>>): string {
    const directory = join(root, name)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), {recursive: true})
      writeFileSync(join(directory, path), text)
    }
    return directory
  }

  /** Without addresses, whatever this machine's npm is told: what lies in npm's cache would be found by them alone. */
  function lock(directory: string): void {
    const flags = ['--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved', '--loglevel=error']
    execFileSync('npm', ['install', ...flags], {cwd: directory})
  }

  function copyOfSample(name: string): string {
    cpSync(sample, join(root, name), {recursive: true})
    return join(root, name)
  }

  const slot = (source: string | undefined, platform = here, options = {}) => ({
    id: 'app',
    options,
    package: {description: '', name: 'hello', version: '1.0.0'},
    platform,
    project: root,
    source,
    target: 'app',
  })

  async function prepare(source: string, platform = here, options = {}): Promise<string> {
    const content = await purpose.prepare(slot(source, platform, options), mkdtempSync(join(root, 'scratch-')), context)
    assert.equal(content.kind, 'directory')
    return content.kind === 'directory' ? content.path : ''
  }

  async function problem(source: string | undefined, options = {}): Promise<string> {
    return (await purpose.check(slot(source, here, options))).map(({hint, message}) => `${message} [${hint}]`).join('\n')
  }

  async function failure(source: string, platform = here, options = {}): Promise<Failure> {
    assert.deepEqual(await purpose.check(slot(source, platform, options)), [])
    return prepare(source, platform, options).then(
      () => assert.fail('it was prepared'),
      (error) => error,
    )
  }

  it('gives the own files with what the lock names for production', async () => {
    const path = await prepare(sample)
    assert.equal(readFileSync(join(path, 'lib/index.js'), 'utf8'), 'console.log(1)\n')
    assert.deepEqual(readdirSync(path).sort(), ['lib', 'node_modules', 'package-lock.json', 'package.json'])
    assert.equal(
      execFileSync(process.execPath, ['-p', `require('${addon}').crc32('flavor')`], {cwd: path, encoding: 'utf8'}),
      '3156554836\n',
    )
    assert.ok(!existsSync(join(path, 'node_modules/ms')))
  })

  it('gives the same wherever the application lies, without asking npm again where only own files differ', async () => {
    const first = treeOf(await prepare(sample))
    const before = builds
    const elsewhere = copyOfSample('else/where')
    assert.deepEqual(treeOf(await prepare(elsewhere)), first)
    writeFileSync(join(elsewhere, 'lib/index.js'), 'console.log(2)\n')
    assert.equal(treeOf(await prepare(elsewhere)).get('lib/index.js'), 'console.log(2)\n')
    assert.equal(builds, before)
    const anew = contextIn(join(root, 'anew'))
    const content = await purpose.prepare(slot(sample), mkdtempSync(join(root, 'scratch-')), anew)
    assert.deepEqual(treeOf(content.kind === 'directory' ? content.path : ''), first)
  })

  it('holds no path of this machine', async () => {
    for (const [path, text] of treeOf(await prepare(sample))) assert.ok(!text.includes(root), path)
  })

  for (const [platform, name] of Object.entries({
    'darwin-arm64': 'darwin-arm64',
    'linux-arm64': 'linux-arm64-gnu',
    'linux-x64': 'linux-x64-gnu',
    'win32-x64': 'win32-x64-msvc',
  })) {
    it(`takes the native addon for ${platform}`, async () => {
      const path = await prepare(sample, platform)
      assert.deepEqual(readdirSync(join(path, 'node_modules/@node-rs')), ['crc32', `crc32-${name}`])
    })
  }

  it('takes along for Windows no links to programs', async () => {
    const directory = project('programs', {'package.json': manifest({dependencies: {semver: '7.7.2'}})})
    lock(directory)
    assert.ok(existsSync(join(await prepare(directory, 'linux-arm64'), 'node_modules/.bin/semver')))
    if (process.platform !== 'win32') assert.ok(!existsSync(join(await prepare(directory, 'win32-x64'), 'node_modules/.bin')))
  })

  it('runs install scripts as npm does, among the own files, unless they are turned off', async () => {
    const scripts = {postinstall: 'node generate.js'}
    const generate = "require('fs').copyFileSync('input.txt', 'output.txt')\n"
    const directory = project('scripts', {'generate.js': generate, 'input.txt': 'one', 'package.json': manifest({scripts})})
    lock(directory)
    assert.equal(readFileSync(join(await prepare(directory), 'output.txt'), 'utf8'), 'one')
    writeFileSync(join(directory, 'input.txt'), 'two')
    assert.equal(readFileSync(join(await prepare(directory), 'output.txt'), 'utf8'), 'two')
    assert.ok(!existsSync(join(await prepare(directory, here, {scripts: false}), 'output.txt')))
    assert.ok(!existsSync(join(directory, 'output.txt')) && !existsSync(join(directory, 'node_modules')))
  })

  it('takes workspaces along', async () => {
    const directory = project('workspaces', {
      'package.json': manifest({dependencies: {part: '*'}, workspaces: ['parts/*']}),
      'parts/one/index.js': 'module.exports = 1\n',
      'parts/one/package.json': JSON.stringify({name: 'part', version: '1.0.0'}),
    })
    lock(directory)
    const path = await prepare(directory)
    assert.equal(execFileSync(process.execPath, ['-p', "require('part')"], {cwd: path, encoding: 'utf8'}), '1\n')
  })

  it('says what an application lacks', async () => {
    assert.match(await problem(undefined), /^it has no source \[add `source:`/)
    assert.match(await problem(join(sample, 'package.json')), /is no directory/)
    assert.match(await problem(join(root, 'missing')), /is no directory/)
    assert.match(await problem(join(sample, 'lib')), /has no package\.json \[npm init --yes\]/)
    const bare = project('bare', {'package.json': manifest({})})
    assert.match(await problem(bare), /has no package-lock\.json \[.*npm install --package-lock-only\]/)
    for (const other of ['yarn.lock', 'pnpm-lock.yaml']) {
      const directory = project(other, {[other]: '', 'package.json': manifest({})})
      assert.match(await problem(directory), new RegExp(`has ${other}, and npm needs .*--package-lock-only\\]`))
    }
    const broken = project('broken', {'package-lock.json': '<<<<<<< HEAD\n', 'package.json': manifest({})})
    assert.match(await problem(broken), /package-lock\.json is no JSON: /)
    assert.match(await problem(project('list', {'package-lock.json': '[]', 'package.json': manifest({})})), /holds no JSON object/)
    assert.match(await problem(sample, {scripts: 'no'}), /`scripts` must be true or false/)
    assert.match(await problem(sample, {omit: 'dev'}), /`omit` means nothing here/)
  })

  it('says that package.json and the lock are not in sync', async () => {
    const directory = copyOfSample('out-of-sync')
    writeFileSync(join(directory, 'package.json'), manifest({dependencies: {[addon]: '1.10.6', semver: '7.7.2'}}))
    const {message, problem} = await failure(directory)
    assert.match(message, /package\.json and its lock file are not in sync/)
    assert.equal(problem.hint, 'npm install --package-lock-only')
  })

  it('says what a script that fails said last', async () => {
    const directory = project('failing', {'package.json': manifest({scripts: {install: 'echo no luck >&2; exit 3'}})})
    lock(directory)
    const {message, output, problem} = await failure(directory)
    assert.equal(message, 'the install script `sh -c echo no luck >&2; exit 3` failed (3)')
    assert.deepEqual(output, ['no luck'])
    assert.match(problem.hint ?? '', /scripts: false/)
  })

  it('says the same of a script of a dependency', async () => {
    const part = {'part/package.json': manifest({name: 'part', scripts: {install: 'echo no luck >&2; exit 3'}})}
    const directory = project('failing-part', {...part, 'package.json': manifest({dependencies: {part: 'file:./part'}})})
    lock(directory)
    const {message, output} = await failure(directory)
    assert.match(message, /^the install script `sh -c echo no luck >&2; exit 3` failed/)
    assert.ok(output.includes('no luck'), output.join('\n'))
  })

  it('says that a version is not to be had', async () => {
    const directory = copyOfSample('no-version')
    for (const name of ['package.json', 'package-lock.json'])
      writeFileSync(join(directory, name), readFileSync(join(directory, name), 'utf8').replaceAll('1.10.6', '1.99.99'))
    assert.match((await failure(directory)).message, /^npm ci failed: .*1\.99\.99.*\(E/)
  })

  it('refuses content that is not what the lock has the hash of', async () => {
    const directory = copyOfSample('other-content')
    const file = join(directory, 'package-lock.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replaceAll(/sha512-[^"]+/g, `sha512-${Buffer.alloc(64).toString('base64')}`))
    assert.match((await failure(directory)).message, /^npm ci failed: .*\(EINTEGRITY\)/)
  })

  it('refuses a native addon for another system than the one that is packed', async () => {
    const directory = copyOfSample('compiled')
    mkdirSync(join(directory, 'build/Release'), {recursive: true})
    const library = `node_modules/@node-rs/crc32-linux-x64-gnu/crc32.linux-x64-gnu.node`
    copyFileSync(join(await prepare(sample, 'linux-x64'), library), join(directory, 'build/Release/own.node'))
    assert.ok(existsSync(join(await prepare(directory, 'linux-x64'), 'build/Release/own.node')))
    for (const platform of ['linux-arm64', 'win32-x64', 'darwin-arm64']) {
      const {message} = await failure(directory, platform)
      assert.equal(message, `build/Release/own.node is a native addon for linux-x64, and ${platform} is packed`)
    }
  })

  it('takes a package that brings an addon for each of several systems', async () => {
    const directory = copyOfSample('each')
    for (const [platform, name] of [
      ['linux-x64', 'linux-x64-gnu'],
      ['win32-x64', 'win32-x64-msvc'],
    ] as const) {
      mkdirSync(join(directory, 'prebuilds', platform), {recursive: true})
      const library = `node_modules/@node-rs/crc32-${name}/crc32.${name}.node`
      copyFileSync(join(await prepare(sample, platform), library), join(directory, 'prebuilds', platform, 'own.node'))
    }
    assert.ok(existsSync(join(await prepare(directory, 'win32-x64'), 'prebuilds/linux-x64/own.node')))
    assert.match((await failure(directory, 'darwin-arm64')).message, /own\.node is a native addon for linux-x64/)
  })

  it('says that there is no npm', async () => {
    const path = process.env.PATH
    process.env.PATH = join(root, 'nowhere')
    try {
      assert.equal((await failure(sample)).message, 'there is no npm on PATH')
    } finally {
      process.env.PATH = path
    }
  })
})

function manifest(more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({name: 'sample', version: '1.0.0', ...more})
}

/** Content by path. */
function treeOf(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile())
  const paths = files.map(({name, parentPath}) => join(parentPath, name)).sort()
  return new Map(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, 'latin1')]))
}
