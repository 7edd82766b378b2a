/** `flavor clean` and `flavor workenv verify`: room given back, damage found and mended, and nobody disturbed. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, afterEach, before, describe, it} from 'mocha'
import {packed} from '../support/project.ts'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const manifest = (version: string): string => `name: hello
version: ${version}
command: node {workenv}/app/index.js {workenv}/warm/page
launcher: node
slots:
  - {id: app, purpose: application-code, source: app}
  - {id: warm, purpose: data-files, source: warm, target: warm, lifecycle: cached, compression: none}
  - {id: pages, purpose: static-resources, source: pages}
`

const files = (version: string): Readonly<Record<string, string>> => ({
  'app/index.js': `import {readFileSync, writeFileSync} from 'node:fs'
if (process.argv[3] === 'save') writeFileSync(process.env.FLAVOR_APP_DATA + '/saved.txt', 'kept')
if (process.argv[3] === 'stay') setInterval(() => {}, 1000)
console.log(readFileSync(process.argv[2], 'utf8').length)
`,
  'app/package.json': '{"type": "module"}\n',
  'flavor.yaml': manifest(version),
  'pages/page': 'page'.repeat(100),
  'warm/page': 'warm\n'.repeat(1000),
})

describe('flavor clean', function () {
  this.timeout(60_000)
  let box: Sandbox
  let [old, current] = ['', '']
  const running: ChildProcess[] = []

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('old'), files('1.0.0'))
    await writeTree(box.path('current'), files('2.0.0'))
    old = await packed(box, 'old')
    current = await packed(box, 'current')
  })

  afterEach(async () => {
    for (const child of running.splice(0)) {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    }
  })

  after(() => box.remove())

  const start = async (path: string, ...args: readonly string[]) => {
    const {code, stderr, stdout} = await execute(path, args, {env: box.env})
    assert.equal(code, 0, stderr)
    return stdout.trim()
  }
  const clean = async (...args: readonly string[]) => {
    const {code, stderr, stdout} = await box.run(['clean', ...args, '--json'])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  const kinds = ({freed}: {freed: readonly {kind: string}[]}) => freed.map(({kind}) => kind).sort()
  const list = async () => JSON.parse((await box.run(['workenv', 'list', '--json'])).stdout)
  const stay = async (path: string) => {
    const child = spawn(path, ['stay'], {env: box.env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'inherit']})
    running.push(child)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
  }
  const age = (generation: string, days: number) => {
    const time = Date.now() / 1000 - days * 24 * 3600
    utimesSync(join(generation, '.flavor/stamp'), time, time)
  }

  it('drops cached slots, says how many bytes that frees, and leaves what was started today', async () => {
    assert.equal(await start(current, 'save'), '5000')
    const planned = await clean('--dry-run')
    assert.deepEqual(kinds(planned), ['cached slot'])
    assert.equal(planned.size, 5000)
    const [{generation, id}] = (await list()).map(({id, path}: {id: string; path: string}) => ({generation: path, id}))
    assert.ok(existsSync(join(generation, 'warm/page')), 'a dry run removes nothing')
    const done = await clean('-y')
    assert.deepEqual(done.freed, planned.freed)
    assert.ok(!existsSync(join(generation, 'warm')))
    assert.deepEqual(
      (await list()).map((one: {id: string}) => one.id),
      [id],
    )
    assert.deepEqual(kinds(await clean('-y')), [])
    assert.equal(await start(current), '5000')
    assert.ok(existsSync(join(generation, 'warm/page')))
  })

  it('takes what nobody started for a day, but not the last of its package', async () => {
    await start(old)
    for (const {path} of await list()) age(path, 3)
    const [newest] = await list()
    age(newest.path, 2)
    const {freed} = await clean('-y')
    assert.equal(freed.filter(({kind}: {kind: string}) => kind === 'work environment').length, 1)
    assert.deepEqual(
      (await list()).map(({id}: {id: string}) => id),
      [newest.id],
    )
  })

  it('takes the days from launcher.conf: with 0 what was started a moment ago', async () => {
    await start(old)
    await start(current)
    assert.deepEqual(kinds(await clean('--dry-run')).includes('work environment'), false)
    await writeTree(box.path('config/flavor'), {'launcher.conf': 'cache_idle_days = 0\ncache_idle_days = soon\n'})
    chmodSync(box.path('config/flavor/launcher.conf'), 0o600)
    assert.deepEqual(kinds(await clean('--dry-run')).includes('work environment'), true)
    rmSync(box.path('config/flavor/launcher.conf'))
  })

  it('keeps its hands off what is in use, cached slots of it included', async () => {
    await stay(current)
    const done = await clean('--all', '-y')
    assert.equal(done.inUse.length, 1)
    const [one] = (await list()).filter(({inUse}: {inUse: boolean}) => inUse)
    assert.ok(existsSync(join(one.path, 'warm/page')))
    assert.deepEqual((await list()).length, 1)
  })

  it('with --all leaves of packages and builds nothing but data', async () => {
    await start(old)
    await start(current)
    const base = join(box.path('cache'), 'flavor')
    mkdirSync(join(base, 'builds/some-purpose', 'a'.repeat(64), 'content'), {recursive: true})
    writeFileSync(join(base, 'builds/some-purpose', 'a'.repeat(64), 'content/file'), 'x'.repeat(100))
    const longAgo = new Date(Date.now() - 3_600_000)
    utimesSync(join(base, 'builds/some-purpose', 'a'.repeat(64)), longAgo, longAgo)
    const {freed, size} = await clean('--all', '-y')
    assert.deepEqual(
      kinds({freed}).filter((kind) => kind !== 'leftover'),
      ['build', 'work environment', 'work environment'],
    )
    assert.ok(size > 10_100, String(size))
    assert.deepEqual(
      readdirSync(join(base, 'workenvs/.gen')).filter((name) => name !== '.cleaned'),
      [],
    )
    assert.equal(readFileSync(box.path('data/flavor/appdata/hello/saved.txt'), 'utf8'), 'kept')
    assert.equal(await start(current), '5000')
  })

  it('leaves a shared slot for its first hour, and says so', async () => {
    await clean('--all', '-y')
    const {freed, young} = await clean('--dry-run')
    assert.deepEqual([freed, young.map(({size}: {size: number}) => size > 400)], [[], [true]])
    const longAgo = new Date(Date.now() - 2 * 3_600_000)
    utimesSync(young[0].path, longAgo, longAgo)
    const later = await clean('-y')
    assert.deepEqual([kinds(later), later.young], [['shared slot'], []])
    assert.ok(!existsSync(young[0].path))
    assert.equal(await start(current), '5000')
  })

  it('asks before it removes, and without a terminal says what to add', async () => {
    await start(current)
    const {code, stderr} = await box.run(['clean'])
    assert.equal(code, 2)
    assert.match(stderr, /--yes/)
    assert.equal((await list()).length, 1)
  })

  it('shows on a terminal what would go, and takes Ctrl-D for a no', async function () {
    if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) this.skip()
    const command = `'${process.execPath}' '${repository}bin/flavor.js' clean`
    const {code, stdout} = await execute('/usr/bin/script', ['-qec', command, '/dev/null'], {
      env: {...box.env, SHELL: '/bin/sh', TERM: 'dumb'},
      input: '\x04',
    })
    assert.equal(code, 0, stdout)
    assert.match(stdout, /cached slot +hello-[0-9a-f]{12}\/warm +5\.0 kB[\s\S]*\[y\/N\][\s\S]*freed 0 bytes/)
  })
})
