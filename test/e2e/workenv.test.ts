/** What packages leave on a machine, and how it is taken away again without harm. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, afterEach, before, describe, it} from 'mocha'
import {packedApplication} from '../support/project.ts'
import {execute, repository, type Sandbox, sandbox} from '../support/run.ts'

const application = {
  'app/index.js': `import {writeFileSync} from 'node:fs'
if (process.argv[2] === 'save') writeFileSync(process.env.FLAVOR_APP_DATA + '/saved.txt', 'kept')
if (process.argv[2] === 'stay') setInterval(() => {}, 1000)
console.log('started')
`,
  'app/package.json': '{"type": "module"}\n',
  'flavor.yaml': `name: hello
version: 1.0.0
command: node {workenv}/app/index.js
launcher: node
slots: [{id: app, purpose: application-code, source: app}]
`,
}

describe('flavor workenv', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string
  const running: ChildProcess[] = []

  before(async () => {
    box = await sandbox()
    path = await packedApplication(box, application)
  })

  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
  })

  after(() => box.remove())

  const start = (...args: readonly string[]) => execute(path, args, {env: box.env})
  const json = async (...args: readonly string[]) => JSON.parse((await box.run(['workenv', ...args, '--json'])).stdout)
  const only = async (): Promise<string> => {
    const [one, ...more] = await json('list')
    assert.equal(more.length, 0)
    return one.id
  }

  it('asks on a terminal before it removes, and takes Ctrl-D for a no', async function () {
    if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) this.skip()
    await start()
    const id = await only()
    const clean = (input: string) => {
      const command = `'${process.execPath}' '${repository}bin/flavor.js' workenv clean`
      return execute('/usr/bin/script', ['-qec', command, '/dev/null'], {env: {...box.env, SHELL: '/bin/sh', TERM: 'dumb'}, input})
    }
    const declined = await clean('\x04')
    assert.equal(declined.code, 0, declined.stdout)
    assert.match(declined.stdout, /\[y\/N\][\s\S]*removed nothing/)
    assert.doesNotMatch(declined.stdout, /would remove/)
    assert.equal(await only(), id)
    assert.match((await clean('y\r')).stdout, /removed hello-/)
    assert.deepEqual(await json('list'), [])
  })

  it('lists, describes and measures what a start left', async () => {
    assert.equal((await start()).stdout, 'started\n')
    const [one] = await json('list')
    assert.match(one.id, /^hello-[0-9a-f]{12}$/)
    assert.equal(one.version, '1.0.0')
    assert.equal(one.inUse, false)
    assert.ok(one.size > 0)
    const info = await json('info')
    assert.equal(info.count, 1)
    assert.equal(info.directory, join(box.path('cache'), 'flavor/workenvs'))
    const inspected = await json('inspect', one.id)
    assert.ok(existsSync(join(inspected.generation, 'app/index.js')))
    assert.match((await box.run(['workenv', 'list'])).stdout, /hello-[0-9a-f]{12} +hello +1\.0\.0/)
  })

  it('is the same to a start that finds it there', async () => {
    const id = await only()
    await start()
    assert.equal(await only(), id)
  })

  it('removes nothing that is in use, not by clean and not by remove', async () => {
    const child = spawn(path, ['stay'], {env: box.env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'inherit']})
    running.push(child)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    const [one] = await json('list')
    assert.equal(one.inUse, true)
    const cleaned = await json('clean', '--yes')
    assert.deepEqual(cleaned.removed, [])
    assert.equal(cleaned.inUse.length, 1)
    const removed = await box.run(['workenv', 'remove', one.id, '--yes'])
    assert.equal(removed.code, 1)
    assert.match(removed.stderr, /in use/)
    assert.ok(existsSync(join(one.path, 'app/index.js')))
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
    assert.equal((await json('list'))[0].inUse, false)
  })

  it('shows with --dry-run what clean would do, and does nothing', async () => {
    const planned = await json('clean', '--dry-run')
    assert.equal(planned.removed.length, 1)
    assert.ok(existsSync(planned.removed[0].path))
  })

  it('keeps what was used within --older-than days', async () => {
    assert.deepEqual((await json('clean', '--older-than', '1', '--yes')).removed, [])
    const {generation} = await json('inspect', await only())
    const old = Date.now() / 1000 - 3 * 24 * 3600
    utimesSync(join(generation, '.flavor/stamp'), old, old)
    assert.equal((await json('clean', '--older-than', '1', '--yes')).removed.length, 1)
    assert.deepEqual(await json('list'), [])
  })

  it('never touches the data of an application, and a later start builds the rest again', async () => {
    await start('save')
    const data = box.path('data/flavor/appdata/hello/saved.txt')
    assert.equal(readFileSync(data, 'utf8'), 'kept')
    await json('clean', '--yes')
    assert.equal(readFileSync(data, 'utf8'), 'kept')
    assert.equal((await start()).stdout, 'started\n')
    assert.equal((await json('remove', await only(), '--yes')).removed, true)
    assert.equal(readFileSync(data, 'utf8'), 'kept')
  })

  it('stays inside its own directory, whatever it is told or finds there', async () => {
    await start()
    writeFileSync(box.path('precious'), 'precious')
    const base = join(box.path('cache'), 'flavor/workenvs')
    symlinkSync(box.directory, join(base, 'evil-0123456789ab'))
    mkdirSync(join(base, 'foreign'))
    for (const id of ['../../precious', '..', '/', 'evil-0123456789ab', '.gen', '']) {
      const {code} = await box.run(['workenv', 'remove', id, '--yes'])
      assert.notEqual(code, 0, JSON.stringify(id))
    }
    await json('clean', '--yes')
    assert.equal(readFileSync(box.path('precious'), 'utf8'), 'precious')
    assert.ok(readdirSync(box.path('project')).length > 0)
  })

  it('asks before it removes, and without a terminal says what to add', async () => {
    await start()
    const {code, stderr} = await box.run(['workenv', 'remove', await only()])
    assert.equal(code, 2)
    assert.match(stderr, /--yes/)
  })

  it('takes away what a killed cold start left behind', async () => {
    await json('clean', '--yes')
    for (let round = 0; round < 6; round++) {
      const child = spawn(path, [], {env: box.env as NodeJS.ProcessEnv, stdio: 'ignore'})
      const closed = once(child, 'close')
      await new Promise((resolve) => setTimeout(resolve, 25 + 12 * round))
      child.kill('SIGKILL')
      await closed
    }
    assert.equal((await start()).stdout, 'started\n')
    // What has no name yet may be somebody's who begins just now: cleaning leaves it alone for a minute, which is over here.
    const generations = box.path('cache/flavor/workenvs/.gen')
    const longAgo = new Date(Date.now() - 3_600_000)
    for (const name of readdirSync(generations)) if (name.startsWith('new.')) utimesSync(join(generations, name), longAgo, longAgo)
    await json('clean', '--yes')
    const left = readdirSync(join(box.path('cache'), 'flavor'), {recursive: true}) as string[]
    assert.deepEqual(
      left.filter((name) => !/^(workenvs(\/\.gen(\/\.cleaned)?)?|slots|compiled.*)$/.test(name) && !name.startsWith('workenvs/foreign')),
      [],
    )
  })
})
