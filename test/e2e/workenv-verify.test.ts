/** `flavor workenv verify`: damage is found, said, and mended, and nothing else is called damage. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, existsSync, readFileSync, realpathSync, rmSync, truncateSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, afterEach, before, describe, it} from 'mocha'
import {packed} from '../support/project.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const application = (name: string, more = ''): Readonly<Record<string, string>> => ({
  'app/index.js': `import {readFileSync} from 'node:fs'
const read = () => readFileSync(process.env.FLAVOR_WORKENV + '/pages/page', 'utf8')
if (process.argv[2] === 'stay') process.stdin.on('data', () => console.log(read()))
console.log(read())
`,
  'app/package.json': '{"type": "module"}\n',
  'flavor.yaml': `name: ${name}
version: 1.0.0
command: node {workenv}/app/index.js
launcher: node
${more}slots:
  - {id: app, purpose: application-code, source: app}
  - {id: pages, purpose: static-resources, source: pages, target: pages}
`,
  'pages/page': 'hello',
})

describe('flavor workenv verify', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string
  let other: string
  const running: ChildProcess[] = []

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('hello'), application('hello'))
    await writeTree(
      box.path('other'),
      application('other', 'setup: ["sh -c \'echo howdy > {workenv}/app/greeting\'", "sh -c \'printf HELLO > {workenv}/app/note\'"]\n'),
    )
    await writeTree(box.path('other'), {'app/note': 'hello'})
    path = await packed(box, 'hello')
    other = await packed(box, 'other')
    await start()
  })

  afterEach(async () => {
    for (const child of running.splice(0)) {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    }
  })

  after(() => box.remove())

  const start = async (file = path) => {
    const {code, stderr, stdout} = await execute(file, [], {env: box.env})
    assert.equal(code, 0, stderr)
    assert.equal(stdout, 'hello\n')
  }
  const verify = async (expected: number, ...args: readonly string[]) => {
    const {code, stderr, stdout} = await box.run(['workenv', 'verify', ...args, '--json'])
    assert.equal(code, expected, stderr + stdout)
    return JSON.parse(stdout)
  }
  const only = async (...args: readonly string[]) => {
    const [one, ...more] = await verify(0, ...args)
    assert.equal(more.length, 0)
    return one
  }
  const page = async () => join(realpathSync((await only()).path), 'pages/page')
  const overwrite = (file: string, text: string) => {
    chmodSync(file, 0o644)
    writeFileSync(file, text)
  }

  it('says what it compared, and with what', async () => {
    const alone = await only()
    assert.equal(alone.whole, true)
    assert.ok(alone.files >= 4)
    const beside = await only('--package', path)
    assert.equal(beside.against, 'package')
    assert.equal(beside.contents, beside.files)
    assert.match((await box.run(['workenv', 'verify'])).stdout, /^whole +hello-[0-9a-f]{12} +\d+ files: sizes of all, contents of /)
  })

  it('finds a file that was cut, and one that is gone, and names them', async () => {
    const file = await page()
    truncateSync(file, 3)
    unlinkSync(join(file, '../../app/package.json'))
    const [{damage}] = await verify(3)
    assert.deepEqual(damage, [
      {path: 'app/package.json', problem: 'is missing'},
      {path: 'pages/page', problem: 'has 3 bytes instead of 5'},
    ])
    const {code, stderr, stdout} = await box.run(['workenv', 'verify'])
    assert.equal(code, 3)
    assert.match(stdout, /^DAMAGED/)
    assert.match(stderr, /flavor workenv verify --repair/)
  })

  it('with --repair has the next start build it anew, the slot that it shared included', async () => {
    const [{repair}] = await verify(0, '--repair')
    assert.equal(repair, 'removed')
    assert.deepEqual(await verify(0), [])
    await start()
    assert.equal((await only('--package', path)).whole, true)
  })

  it('finds another content of the same size beside the package, and builds it anew with it', async () => {
    const file = await page()
    overwrite(file, 'jello')
    const [{damage}] = await verify(3, '--package', path)
    assert.deepEqual(damage, [{path: 'pages/page', problem: 'has another content'}])
    const [{repair}] = await verify(0, '--package', path, '--repair')
    assert.equal(repair, 'rebuilt')
    assert.equal(readFileSync(await page(), 'utf8'), 'hello')
    await start()
  })

  it('gives up one that is in use, which goes on with all it has', async () => {
    const child = spawn(path, ['stay'], {env: box.env as NodeJS.ProcessEnv, stdio: ['pipe', 'pipe', 'inherit']})
    running.push(child)
    await once(child.stdout, 'data')
    const [{path: link}] = await verify(0)
    const generation = realpathSync(link)
    unlinkSync(join(generation, 'app/package.json'))
    const [{inUse, repair}] = await verify(0, '--repair')
    assert.equal(inUse, true)
    assert.equal(repair, 'unlinked')
    await start()
    assert.notEqual(realpathSync(link), generation)
    const answer = once(child.stdout, 'data')
    child.stdin.write('?')
    assert.equal(String(await answer), 'hello\n')
    assert.ok(existsSync(join(generation, 'pages/page')))
  })

  it('takes a lost stamp for damage, which a repair mends', async () => {
    const generation = realpathSync((await only()).path)
    unlinkSync(join(generation, '.flavor/stamp'))
    const [{damage}] = await verify(3)
    assert.deepEqual(damage, [{path: '.flavor/stamp', problem: 'is missing or cannot be read'}])
    await verify(0, '--repair')
    await start()
    assert.equal((await only()).whole, true)
  })

  it('does not call damage what setup commands have written and changed', async () => {
    await start(other)
    const [one] = await verify(0, '--package', other)
    assert.equal(one.whole, true)
    assert.deepEqual(one.changed, ['app/note'])
    await box.run(['workenv', 'remove', one.id, '--yes'])
  })

  it('finds a file of a slot that came late; what was dropped, and what was done to a cache, is no damage', async () => {
    const slots = ['lazy', 'cached'].map(
      (name) => `  - {id: ${name}, purpose: static-resources, source: pages, target: ${name}, lifecycle: ${name}}\n`,
    )
    const files = application('late')
    await writeTree(box.path('late'), {...files, 'flavor.yaml': files['flavor.yaml'] + slots.join('')})
    const late = await packed(box, 'late')
    const extra = async () => {
      const env = {...box.env, FLAVOR_LAUNCHER_CLI: '1'}
      const {code, stderr, stdout} = await execute(late, ['slot', 'path', 'lazy'], {env})
      assert.equal(code, 0, stderr)
      return stdout.trim()
    }
    await start(late)
    const before = await only('--package', late)
    truncateSync(join(await extra(), 'page'), 3)
    truncateSync(join(realpathSync(before.path), 'cached/page'), 0)
    const damage = [{path: 'lazy/page', problem: 'has 3 bytes instead of 5'}]
    assert.deepEqual((await verify(3, '--package', late))[0].damage, damage)
    const [{damage: found, files: counted, id}] = await verify(3, before.id)
    assert.deepEqual([found, counted], [damage, before.files + 1])
    rmSync(await extra(), {recursive: true})
    assert.equal((await only(id)).whole, true)
    await box.run(['workenv', 'remove', id, '--yes'])
  })

  it('refuses an id that is not there, the package of another, and what is no package', async () => {
    const {id} = await only()
    assert.equal((await verify(1, 'nobody-0123456789ab')).error.code, 'EFLAVOR_NO_WORKENV')
    assert.equal((await verify(1, '../..')).error.code, 'EFLAVOR_NO_WORKENV')
    assert.equal((await verify(2, id, '--package', other)).error.code, 'EFLAVOR_USAGE')
    assert.equal((await verify(1, '--package', other)).error.code, 'EFLAVOR_NO_WORKENV')
    assert.equal((await verify(3, '--package', box.path('hello/flavor.yaml'))).error.code, 'EFLAVOR_NOT_A_PACKAGE')
  })
})
