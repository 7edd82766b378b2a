/** One file with several commands, and configuration that outlives versions: packed with the real program and started as a user would. */
import assert from 'node:assert/strict'
import {copyFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {packed} from '../support/project.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const application = `const {existsSync, readFileSync} = require('node:fs')
const {join} = require('node:path')
const at = (path) => join(process.env.FLAVOR_WORKENV, path)
const there = ['api', 'web', 'jobs'].filter((slot) => existsSync(at(slot)))
console.log([...process.argv.slice(2), 'has', ...there, readFileSync(at('etc/app.conf'), 'utf8').trim(), process.env.FLAVOR_COMMAND ?? ''].join(' ').trim())
`
const manifest = (version: string) => `name: many
version: ${version}
launcher: node
commands:
  default: node {workenv}/app/index.js default
  serve: {command: [node, "{workenv}/app/index.js", serve it], slots: [app, api, web]}
  worker: {command: "node {workenv}/app/index.js worker", slots: [app, jobs]}
slots:
  - {id: app, purpose: application-code, source: app}
  - {id: api, purpose: data-files, source: api}
  - {id: web, purpose: static-resources, source: web}
  - {id: jobs, purpose: data-files, source: jobs, lifecycle: lazy}
  - {id: etc, purpose: configuration, source: etc, target: etc}
`
const files = (version: string) => ({
  'api/x': 'x',
  'app/index.js': application,
  'etc/app.conf': `from ${version}\n`,
  'flavor.yaml': manifest(version),
  'jobs/x': 'x',
  'web/x': 'x',
})

describe('a package with several commands', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string
  let link: string

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), files('1.0.0'))
    path = await packed(box, 'project')
    link = box.path('worker')
    symlinkSync(path, link)
  })

  after(() => box.remove())

  async function said(program: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const {code, stderr, stdout} = await execute(program, args, {env: {...box.env, ...env}})
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
    return stdout.trim()
  }

  it('starts each, by the name of a link, by the first argument and by a variable, with its own slots only', async () => {
    assert.equal(await said(link, ['a']), 'worker a has jobs from 1.0.0')
    assert.equal(await said(path, ['--flavor-command=serve', 'b']), 'serve it b has api web jobs from 1.0.0')
    assert.equal(await said(link, ['--flavor-command', 'serve']), 'serve it has api web jobs from 1.0.0')
    assert.equal(await said(path, [], {FLAVOR_COMMAND: 'worker'}), 'worker has api web jobs from 1.0.0')
    assert.equal(await said(path), 'default has api web jobs from 1.0.0')
    const generations = readdirSync(box.path('cache/flavor/workenvs/.gen')).filter((name) => name.startsWith('many-'))
    assert.equal(generations.length, 1)
  })

  it('lists them to whoever names another, and makes nothing', async () => {
    const env = {...box.env, XDG_CACHE_HOME: box.path('empty')}
    const {code, stderr, stdout} = await execute(path, ['--flavor-command', 'work'], {env})
    assert.deepEqual({code, stdout}, {code: 104, stdout: ''})
    assert.match(stderr, /no command "work"; it has default, serve, worker \(EFLAVOR_COMMAND\)/)
    assert.equal(existsSync(box.path('empty')), false)
  })

  it('is started from outside as by itself', async () => {
    const run = async (file: string, args: readonly string[], env = {}) => {
      const {code, stderr, stdout} = await box.run(['run', file, ...args], {env})
      return {code, stderr, stdout: stdout.trim()}
    }
    const serve = {code: 0, stderr: '', stdout: 'serve it a has api web jobs from 1.0.0'}
    assert.deepEqual(await run(path, ['--flavor-command', 'serve', 'a']), serve)
    assert.deepEqual(await run(path, ['a'], {FLAVOR_COMMAND: 'serve'}), serve)
    copyFileSync(path, box.path('serve'))
    assert.deepEqual(await run(box.path('serve'), ['a']), serve)
    assert.equal((await run(path, ['--flavor-command=work'])).code, 104)
  })

  it('tells people and tools what it can do', async () => {
    const {stdout} = await box.run(['inspect', path])
    assert.match(stdout, /command {3}default: node \{workenv\}\/app\/index\.js default\n/)
    assert.match(stdout, /command {3}serve: node \{workenv\}\/app\/index\.js 'serve it' \(slots package-metadata, app, api, web\)\n/)
    const {commands} = JSON.parse((await box.run(['inspect', '--json', path])).stdout)
    assert.deepEqual(Object.keys(commands), ['default', 'serve', 'worker'])
    const info = await execute(path, [], {env: {...box.env, FLAVOR_LAUNCHER_CLI: '1'}})
    assert.match(info.stdout, /^commands\n {2}serve .*\n {2}worker /m)
  })

  it('is whole beside its package, whatever of it is there and whatever the user has changed', async () => {
    const cache = box.path('verified')
    await said(link, [], {XDG_CACHE_HOME: cache})
    const {code, stderr, stdout} = await box.run(['workenv', 'verify', '--package', path], {env: {XDG_CACHE_HOME: cache}})
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''}, stdout)
    assert.match(stdout, /^whole .*contents of 3, beside the package/)
  })

  it('leaves the user what they changed in its configuration, whatever version comes', async () => {
    const copy = box.path('data/flavor/appdata/many/config/etc/app.conf')
    assert.equal(readFileSync(copy, 'utf8'), 'from 1.0.0\n')
    await writeTree(box.path('two'), files('2.0.0'))
    const two = await packed(box, 'two')
    assert.equal(await said(two), 'default has api web from 2.0.0')
    writeFileSync(copy, 'mine\n')
    await writeTree(box.path('three'), files('3.0.0'))
    assert.equal(await said(await packed(box, 'three')), 'default has api web mine')
    assert.equal(await said(two), 'default has api web mine')
  })
})
