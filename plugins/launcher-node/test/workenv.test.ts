import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, it} from 'mocha'
import {cleanBase, listWorkEnvironments, removeWorkEnvironment} from '../../../dist/workenv/inventory.js'
import {keyOf, rotation, type TestPackage, type TestSlot, writeTestPackage} from './support/package.ts'
import {current, directory, older, outcomeOf, run, start, until} from './support/run.ts'

const report = `console.log(JSON.stringify({workenv: process.env.FLAVOR_WORKENV, data: process.env.FLAVOR_APP_DATA, env: process.env}))`
const wait = `console.log('ready'); setInterval(() => {}, 1000)`

function tree(content = report, more: TestSlot['members'] = []): TestSlot {
  return {id: 'app', members: [{path: 'app/'}, {content, path: 'app/index.js'}, ...more], target: 'app'}
}

function make(options: TestPackage = {}): Promise<string> {
  return writeTestPackage(join(directory(), 'app'), {argv: ['node', '{workenv}/app/index.js'], slots: [tree()], ...options})
}

const generations = (cache: string) => readdirSync(join(cache, 'workenvs/.gen')).filter((name) => !name.startsWith('.'))
const at = (cache: string) => ({env: {FLAVOR_CACHE: cache}})
const seen = (stdout: string) => JSON.parse(stdout) as {data: string; env: Record<string, string>; workenv: string}

describe('a work environment', () => {
  it('is built by the first start and used by the second', async () => {
    const [file, cache] = [await make(), directory()]
    const first = seen((await run(file, [], at(cache))).stdout)
    const second = seen((await run(file, [], at(cache))).stdout)
    assert.equal(first.workenv, second.workenv)
    assert.equal(generations(cache).length, 1)
    const [one] = listWorkEnvironments(cache)
    assert.equal(one?.name, 'sample')
    assert.equal(realpathSync(one?.path ?? ''), first.workenv)
    assert.equal(one?.inUse, false)
    assert.ok(existsSync(join(first.workenv, 'metadata.json')))
    assert.equal(readlinkSync(join(first.workenv, 'data')), first.data)
  })

  it('keeps symlinks, modes, empty directories, long paths, odd names and hard links', async () => {
    const long = `app/${'long directory name/'.repeat(14)}${'f'.repeat(120)}`
    const file = await make({
      slots: [
        tree(report, [
          {content: 'ü', path: 'app/naïve – 文件.txt'},
          {content: 'long', path: long},
          {mode: 0o700, path: 'app/empty/'},
          {content: '#!/bin/sh', mode: 0o6755, path: 'app/tool'},
          {content: 'secret', mode: 0o600, path: 'app/secret'},
          {link: '../app/index.js', path: 'app/link'},
          {link: 'empty', path: 'app/link to directory'},
          {link: 'nowhere', path: 'app/dangling'},
          {link: 'app/tool', path: 'app/hard', type: 'Link'},
          {mode: 0o555, path: 'app/closed/'},
          {content: 'inside', path: 'app/closed/file'},
        ]),
      ],
    })
    const {workenv} = seen((await run(file, [], at(directory()))).stdout)
    const mode = (path: string) => (lstatSync(join(workenv, path)).mode & 0o7777).toString(8)
    assert.equal(readFileSync(join(workenv, 'app/naïve – 文件.txt'), 'utf8'), 'ü')
    assert.equal(readFileSync(join(workenv, long), 'utf8'), 'long')
    assert.deepEqual(readdirSync(join(workenv, 'app/empty')), [])
    assert.deepEqual(
      ['empty', 'tool', 'secret', 'closed', 'index.js'].map((name) => mode(`app/${name}`)),
      ['700', '755', '600', '555', '644'],
    )
    assert.equal(readlinkSync(join(workenv, 'app/link')), '../app/index.js')
    assert.equal(readlinkSync(join(workenv, 'app/dangling')), 'nowhere')
    assert.equal(readlinkSync(join(workenv, 'app/link to directory')), 'empty')
    assert.equal(statSync(join(workenv, 'app/hard')).ino, statSync(join(workenv, 'app/tool')).ino)
    assert.equal(readFileSync(join(workenv, 'app/closed/file'), 'utf8'), 'inside')
  })

  it('exists once after sixteen first starts at the same time', async () => {
    const [file, cache] = [await make({slots: [tree(report, [{content: Buffer.alloc(3_000_000, 'x'), path: 'app/bulk'}])]}), directory()]
    const outcomes = await Promise.all(Array.from({length: 16}, () => run(file, [], at(cache))))
    for (const {status, stderr} of outcomes) assert.equal(status, 0, stderr)
    assert.equal(new Set(outcomes.map(({stdout}) => seen(stdout).workenv)).size, 1)
    assert.equal(generations(cache).length, 1)
    assert.deepEqual(
      readdirSync(join(cache, 'workenvs')).filter((name) => name.includes('.building')),
      [],
    )
  })

  it('survives a start that was killed while building, and nothing is left after cleaning', async () => {
    const [file, cache] = [await make({slots: [tree(report, [{content: Buffer.alloc(40_000_000, 'x'), path: 'app/bulk'}])]}), directory()]
    const child = start(file, [], at(cache))
    await until(
      () =>
        existsSync(join(cache, 'workenvs/.gen')) &&
        generations(cache).some((name) => existsSync(join(cache, 'workenvs/.gen', name, 'app'))),
    )
    child.kill('SIGKILL')
    await outcomeOf(child)
    const killed = generations(cache)
    assert.equal(killed.length, 1)
    assert.equal((await run(file, [], at(cache))).status, 0)
    assert.deepEqual(
      cleanBase(cache, {idle: 3_600_000}).leftovers.map((path) => basename(path)),
      killed,
    )
    assert.equal(generations(cache).length, 1)
    assert.equal(listWorkEnvironments(cache).length, 1)
  })

  it('is built again when a file of the command is gone, and the broken one is replaced', async () => {
    const [file, cache] = [await make(), directory()]
    const {workenv} = seen((await run(file, [], at(cache))).stdout)
    unlinkSync(join(workenv, 'app/index.js'))
    const again = await run(file, [], at(cache))
    assert.equal(again.status, 0, again.stderr)
    assert.notEqual(seen(again.stdout).workenv, workenv)
    assert.equal(cleanBase(cache, {idle: 3_600_000}).leftovers.length, 1)
  })

  it('is compared with its list after a reboot', async () => {
    const [file, cache] = [await make({slots: [tree(report, [{content: 'needed later', path: 'app/late.txt'}])]}), directory()]
    const {workenv} = seen((await run(file, [], at(cache))).stdout)
    const stamp = join(workenv, '.flavor/stamp')
    const reboot = () => writeFileSync(stamp, readFileSync(stamp, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'))
    reboot()
    assert.equal(seen((await run(file, [], at(cache))).stdout).workenv, workenv)
    assert.doesNotMatch(readFileSync(stamp, 'utf8'), /"another"/)
    truncateSync(join(workenv, 'app/late.txt'))
    assert.equal(seen((await run(file, [], at(cache))).stdout).workenv, workenv)
    reboot()
    assert.notEqual(seen((await run(file, [], at(cache))).stdout).workenv, workenv)
  })

  it('is another one for another build of the same name and version', async () => {
    const cache = directory()
    const one = seen((await run(await make(), [], at(cache))).stdout)
    const other = seen((await run(await make({slots: [tree(`${report}//`)]}), [], at(cache))).stdout)
    assert.notEqual(one.workenv, other.workenv)
    assert.equal(one.data, other.data)
    assert.equal(listWorkEnvironments(cache).length, 2)
  })

  it('has a harmless name whatever the package is called', async () => {
    const cache = directory()
    assert.equal((await run(await make({name: '../../@scope/ünï'}), [], at(cache))).status, 0)
    assert.match(listWorkEnvironments(cache)[0]?.id ?? '', /^[\w-][\w.-]*-[0-9a-f]{12}$/)
  })
})

describe('a work environment in use', () => {
  for (const [how, argv, node] of [
    ['by a program in the launcher’s process', ['node', '{workenv}/app/index.js'], current],
    ['by a program that replaced the launcher', ['/bin/sh', '-c', 'echo ready; exec sleep 60'], current],
    ['by a child of the launcher', ['/bin/sh', '-c', 'echo ready; exec sleep 60'], older],
  ] as const) {
    it(`${how} is left alone until the end`, async function () {
      if (!node) this.skip()
      const [file, cache] = [await make({argv, slots: [tree(wait)]}), directory()]
      const child = start(file, [], {...at(cache), node})
      await new Promise((resolve) => child.stdout.once('data', resolve))
      const id = listWorkEnvironments(cache)[0]?.id ?? ''
      assert.equal(removeWorkEnvironment(cache, id), 'in use')
      assert.deepEqual(
        cleanBase(cache).inUse.map((one) => one.id),
        [id],
      )
      child.kill(node === older ? 'SIGTERM' : 'SIGKILL')
      await outcomeOf(child)
      await until(() => removeWorkEnvironment(cache, id) !== 'in use')
      assert.deepEqual(listWorkEnvironments(cache), [])
      assert.deepEqual(generations(cache), [])
    })
  }
})

describe('removing', () => {
  it('never leaves the base directory', async () => {
    const cache = directory()
    await run(await make(), [], at(cache))
    for (const id of ['../../x', '..', '/etc', 'a/b-0123456789ab', '.gen'])
      assert.throws(() => removeWorkEnvironment(cache, id), {code: 'EFLAVOR_CONFINED'})
    assert.equal(removeWorkEnvironment(cache, 'absent-0123456789ab'), 'absent')
    assert.equal(listWorkEnvironments(cache).length, 1)
  })

  it('keeps the application’s data', async () => {
    const [file, cache, home] = [await make(), directory(), directory()]
    const {data} = seen((await run(file, [], {env: {FLAVOR_CACHE: cache, HOME: home}})).stdout)
    assert.equal(data, join(home, '.local/share/flavor/appdata/sample'))
    writeFileSync(join(data, 'mine'), 'kept')
    cleanBase(cache)
    assert.deepEqual(listWorkEnvironments(cache), [])
    assert.equal(readFileSync(join(data, 'mine'), 'utf8'), 'kept')
    const other = await make({seed: 'somebody else'})
    const elsewhere = {FLAVOR_CACHE: cache, HOME: home, XDG_CONFIG_HOME: directory()}
    assert.match(seen((await run(other, [], {env: elsewhere})).stdout).data, /sample-[0-9a-f]{8}$/)
  })

  it('hands the application’s data on to the key that its own named', async () => {
    const home = directory()
    const env = {FLAVOR_CACHE: directory(), HOME: home}
    const data = async (options: TestPackage) => seen((await run(await make(options), [], {env})).stdout).data
    assert.equal(await data({development: true, seed: 'at first'}), join(home, '.local/share/flavor/appdata/sample'))
    const own = await data({seed: 'old'})
    assert.equal(own, join(home, `.local/share/flavor/appdata/sample-${keyOf('old').slice(0, 8)}`))
    writeFileSync(join(own, 'mine'), 'kept')
    const next = await data({more: {rotations: [rotation('old', 'next')]}, seed: 'next'})
    assert.equal(next, join(home, `.local/share/flavor/appdata/sample-${keyOf('next').slice(0, 8)}`))
    assert.equal(readFileSync(join(next, 'mine'), 'utf8'), 'kept')
    assert.equal(existsSync(own), false)
    assert.equal(await data({seed: 'next', version: '2.0.0'}), next)
  })

  it('hands it on also where it lies in the first place', async () => {
    const home = directory()
    const env = {FLAVOR_CACHE: directory(), HOME: home}
    const data = async (options: TestPackage) => seen((await run(await make(options), [], {env})).stdout).data
    const own = await data({seed: 'old'})
    assert.equal(await data({more: {rotations: [rotation('middle', 'next'), rotation('old', 'middle')]}, seed: 'next'}), own)
    assert.equal(readFileSync(join(own, 'owner'), 'utf8'), `${keyOf('next')}\n`)
  })

  it('takes the least recently used old versions, down to the budget', async () => {
    const cache = directory()
    const bulk = (version: string) =>
      make({slots: [tree(report, [{content: Buffer.alloc(1_000_000, version), path: 'app/bulk'}])], version})
    for (const [age, version] of ['1', '2', '3'].entries()) {
      const {workenv} = seen((await run(await bulk(version), [], at(cache))).stdout)
      const when = Date.now() / 1000 - (10 - age) * 86_400
      utimesSync(join(workenv, '.flavor/stamp'), when, when)
    }
    const {removed} = cleanBase(cache, {budget: 2_500_000, idle: 86_400_000, keepNewest: true})
    assert.deepEqual(
      removed.map(({version}) => version),
      ['1'],
    )
    assert.deepEqual(
      cleanBase(cache, {budget: 0, idle: 86_400_000, keepNewest: true}).removed.map(({version}) => version),
      ['2'],
    )
    assert.deepEqual(
      cleanBase(cache, {dryRun: true}).removed.map(({version}) => version),
      ['3'],
    )
    assert.deepEqual(
      listWorkEnvironments(cache).map(({version}) => version),
      ['3'],
    )
  })
})

describe('the base directory', () => {
  const base = (workenv: string) => workenv.split('/workenvs/')[0]

  it('is the first of FLAVOR_CACHE, XDG_CACHE_HOME and the home directory', async () => {
    const [file, home, xdg, cache] = [await make(), directory(), directory(), directory()]
    const where = async (env: Record<string, string | undefined>) =>
      base(seen((await run(file, [], {env: {HOME: home, ...env}})).stdout).workenv)
    assert.equal(await where({}), join(home, '.cache/flavor'))
    assert.equal(await where({XDG_CACHE_HOME: xdg}), join(xdg, 'flavor'))
    assert.equal(await where({FLAVOR_CACHE: cache, XDG_CACHE_HOME: xdg}), cache)
  })

  it('is passed over when others may write to its work environments', async () => {
    const [file, cache, home] = [await make(), directory(), directory()]
    mkdirSync(join(cache, 'workenvs'))
    chmodSync(join(cache, 'workenvs'), 0o777)
    assert.equal(base(seen((await run(file, [], {env: {FLAVOR_CACHE: cache, HOME: home}})).stdout).workenv), join(home, '.cache/flavor'))
  })

  it('is found without a home, and a message names the variable when there is none at all', async function () {
    const [file, cache] = [await make(), directory()]
    writeFileSync(join(cache, 'file'), '')
    const blocked = join(cache, 'file/below')
    const {status, stderr} = await run(file, [], {
      env: {FLAVOR_CACHE: blocked, HOME: undefined, XDG_CACHE_HOME: directory(), XDG_CONFIG_HOME: directory()},
    })
    assert.equal(status, 0, stderr)
    if (process.getuid?.() !== 0) this.skip()
    // Root is refused nothing, except by a read-only file system.
    const script = `mount -t tmpfs -o ro none /var/tmp && mount -t tmpfs -o ro none /root && exec "$@"`
    const command = ['--mount', '/bin/sh', '-c', script, 'sh', file]
    if (spawnSync('unshare', ['--mount', 'true']).status !== 0) this.skip()
    const refused = await run('unshare', command, {env: {FLAVOR_CACHE: blocked, HOME: '/proc', TMPDIR: '/proc'}})
    const once = await run('unshare', command, {env: {FLAVOR_CACHE: blocked, HOME: '/proc', TMPDIR: cache}})
    assert.equal(base(seen(once.stdout || assert.fail(once.stderr)).workenv)?.startsWith(join(cache, 'flavor-')), true)
    await until(() => readdirSync(cache).join() === 'file')
    assert.equal(refused.status, 106, refused.stderr)
    assert.match(refused.stderr, /EFLAVOR_BASE_DIRECTORY[\s\S]*FLAVOR_CACHE/)
  })

  it('may be read-only once it is filled', async function () {
    if (process.getuid?.() !== 0 || spawnSync('unshare', ['--mount', 'true']).status !== 0) this.skip()
    const [file, cache] = [await make(), directory()]
    const prepared = await run(file, ['prepare'], {env: {FLAVOR_CACHE: cache, FLAVOR_LAUNCHER_CLI: '1'}})
    assert.equal(prepared.status, 0, prepared.stderr)
    const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    const {status, stderr, stdout} = await run('unshare', ['--mount', '/bin/sh', '-c', script, cache, file], at(cache))
    assert.equal(status, 0, stderr)
    assert.equal(seen(stdout).workenv, prepared.stdout.trim())
  })

  it('is not one mounted noexec when there is another', async function () {
    if (process.getuid?.() !== 0 || spawnSync('unshare', ['--mount', 'true']).status !== 0) this.skip()
    const [file, cache, home] = [await make(), directory(), directory()]
    const script = 'mount -t tmpfs -o noexec none "$0" && exec "$@"'
    const {stdout} = await run('unshare', ['--mount', '/bin/sh', '-c', script, cache, file], {env: {FLAVOR_CACHE: cache, HOME: home}})
    assert.equal(base(seen(stdout).workenv), join(home, '.cache/flavor'))
  })

  it('that is full costs one message and leaves nothing', async function () {
    if (process.getuid?.() !== 0 || spawnSync('unshare', ['--mount', 'true']).status !== 0) this.skip()
    const [file, cache] = [await make({slots: [tree(report, [{content: Buffer.alloc(9_000_000, 'x'), path: 'app/bulk'}])]}), directory()]
    const script = 'mount -t tmpfs -o size=4m none "$0" && "$@"; code=$?; find "$0" -type f >&2; exit $code'
    const {status, stderr} = await run('unshare', ['--mount', '/bin/sh', '-c', script, cache, file], at(cache))
    assert.equal(status, 106, stderr)
    assert.match(stderr, /EFLAVOR_DISK_FULL/)
    assert.doesNotMatch(stderr, /app\/bulk\n/)
    assert.doesNotMatch(stderr, /\.building/)
  })
})

describe('slots that may be shared', () => {
  const runtime = (shareable: boolean): TestSlot => ({
    id: 'runtime',
    members: [
      {path: 'runtime/'},
      {path: 'runtime/lib/'},
      {content: 'library', path: 'runtime/lib/a.txt'},
      {content: 'tool', mode: 0o755, path: 'runtime/tool'},
      {link: 'lib/a.txt', path: 'runtime/link'},
    ],
    shareable,
    target: 'runtime',
  })

  it('exist once for several packages, without write permission, in directories of their own', async () => {
    const cache = directory()
    const [one, other] = [await make({slots: [tree(), runtime(true)]}), await make({slots: [tree(), runtime(true)], version: '2.0.0'})]
    const [a, b] = [seen((await run(one, [], at(cache))).stdout).workenv, seen((await run(other, [], at(cache))).stdout).workenv]
    assert.equal(readdirSync(join(cache, 'slots')).length, 1)
    for (const workenv of [a, b]) {
      assert.equal(lstatSync(join(workenv, 'runtime/lib')).isDirectory(), true)
      assert.equal(readFileSync(join(workenv, 'runtime/link'), 'utf8'), 'library')
      assert.equal(statSync(join(workenv, 'runtime/tool')).mode & 0o777, 0o555)
    }
    assert.equal(realpathSync(join(a, 'runtime/link')), join(a, 'runtime/lib/a.txt'))
  })

  it('go with the last package that has them', async () => {
    const cache = directory()
    await run(await make({slots: [tree(), runtime(true)]}), [], at(cache))
    const [key] = readdirSync(join(cache, 'slots'))
    const old = Date.now() / 1000 - 7200
    utimesSync(join(cache, 'slots', key ?? ''), old, old)
    assert.deepEqual(cleanBase(cache, {idle: 3_600_000}).leftovers, [])
    assert.ok(cleanBase(cache).leftovers.some((path) => basename(path) === key))
    assert.deepEqual(readdirSync(join(cache, 'slots')), [])
  })
})

describe('lifecycles', () => {
  const slot = (lifecycle: TestSlot['lifecycle'], target: string, members = true): TestSlot => ({
    id: `${lifecycle} one`,
    ...(lifecycle ? {lifecycle} : {}),
    ...(members ? {members: [{path: `${target}/`}, {content: String(lifecycle), path: `${target}/file`}]} : {content: String(lifecycle)}),
    target,
  })

  it('volatile: there for the setup commands, gone before the application', async () => {
    const setup_commands = [{command: '/bin/cp {workenv}/once/file {workenv}/copied', type: 'execute' as const}]
    const {stderr, stdout} = await run(await make({more: {setup_commands}, slots: [tree(), slot('volatile', 'once')]}), [], at(directory()))
    const {workenv} = seen(stdout || assert.fail(stderr))
    assert.equal(readFileSync(join(workenv, 'copied'), 'utf8'), 'volatile')
    assert.equal(existsSync(join(workenv, 'once')), false)
  })

  it('cached: comes back when it was dropped', async () => {
    const [file, cache] = [await make({slots: [tree(), slot('cached', 'warm/cache')]}), directory()]
    const {workenv} = seen((await run(file, [], at(cache))).stdout)
    assert.equal(readFileSync(join(workenv, 'warm/cache/file'), 'utf8'), 'cached')
    rmSync(join(workenv, 'warm'), {recursive: true})
    rmSync(join(workenv, '.flavor/late-1'))
    await run(file, [], at(cache))
    assert.equal(readFileSync(join(workenv, 'warm/cache/file'), 'utf8'), 'cached')
  })

  it('lazy: comes when the application asks, or when the command names it', async () => {
    const [file, cache] = [await make({slots: [tree(), slot('lazy', 'extra')]}), directory()]
    const {workenv} = seen((await run(file, [], at(cache))).stdout)
    assert.equal(existsSync(join(workenv, 'extra')), false)
    const {stdout} = await run(file, ['slot', 'path', 'lazy one'], {env: {FLAVOR_CACHE: cache, FLAVOR_LAUNCHER_CLI: '1'}})
    assert.equal(stdout.trim(), join(workenv, 'extra'))
    assert.equal(readFileSync(join(workenv, 'extra/file'), 'utf8'), 'lazy')
    const named = await make({argv: ['/bin/cat', '{workenv}/extra/file'], slots: [slot('lazy', 'extra')]})
    assert.equal((await run(named, [], at(directory()))).stdout, 'lazy')
  })

  it('temporary: of one run, in FLAVOR_SLOT_…, deleted at its end', async () => {
    const show = `console.log(process.env.FLAVOR_SLOT_TEMPORARY_ONE); console.log(require('fs').readFileSync(process.env.FLAVOR_SLOT_TEMPORARY_ONE + '/file', 'utf8'))`
    const cache = directory()
    for (const argv of [
      ['node', '{workenv}/app/index.js'],
      ['/bin/sh', '-c', 'echo "$FLAVOR_SLOT_TEMPORARY_ONE"; cat "$FLAVOR_SLOT_TEMPORARY_ONE/file"'],
    ]) {
      const {stdout, stderr} = await run(await make({argv, slots: [tree(show), slot('temporary', 'session')]}), [], at(cache))
      const [path = '', content] = stdout.trim().split('\n')
      assert.equal(content, 'temporary', stderr)
      await until(() => !existsSync(path))
    }
  })

  it('temporary: deleted at its end by a helper that comes late as well', async () => {
    const [cache, programs] = [directory(), directory()]
    writeFileSync(join(programs, 'nice'), '#!/bin/sh\nsleep 1\nshift 2\nexec "$@"\n', {mode: 0o755})
    const file = await make({
      argv: ['/bin/sh', '-c', 'echo "$FLAVOR_SLOT_TEMPORARY_ONE"'],
      slots: [tree(report), slot('temporary', 'session')],
    })
    const {stdout} = await run(file, [], {env: {FLAVOR_CACHE: cache, PATH: `${programs}:${process.env.PATH}`}})
    assert.match(stdout, /session\./)
    await until(() => !existsSync(stdout.trim()))
  })
})

describe('setup commands', () => {
  it('run once, where the work environment stays, before anything is used', async () => {
    const setup_commands = [
      {command: `/bin/sh -c 'echo "$FLAVOR_WORKENV" "{package_name}" > "$FLAVOR_WORKENV/where"'`, type: 'execute' as const},
      {content: '{package_name}-{version}', path: '{workenv}/deep/er/note', type: 'write_file' as const},
      {mode: '700', path: '{workenv}/app/*.js', type: 'chmod' as const},
      {
        command: `/bin/sh -c 'echo x >> "$FLAVOR_WORKENV/each"'`,
        enumerate: {path: '{workenv}/app', pattern: '*'},
        type: 'enumerate_and_execute' as const,
      },
    ]
    const [file, cache] = [await make({more: {setup_commands}, slots: [tree(report, [{path: 'app/other.txt'}])]}), directory()]
    for (const _ of ['cold', 'warm']) await run(file, [], at(cache))
    const {workenv} = seen((await run(file, [], at(cache))).stdout)
    assert.equal(readFileSync(join(workenv, 'where'), 'utf8'), `${workenv} sample\n`)
    assert.equal(readFileSync(join(workenv, 'deep/er/note'), 'utf8'), 'sample-1.0.0')
    assert.equal(statSync(join(workenv, 'app/index.js')).mode & 0o777, 0o700)
    assert.equal(readFileSync(join(workenv, 'each'), 'utf8'), 'x\nx\n')
  })

  it('stop the start when one fails, and leave nothing', async () => {
    const setup_commands = [{command: `/bin/sh -c 'echo because >&2; exit 3'`, type: 'execute' as const}]
    const cache = directory()
    const {status, stderr} = await run(await make({more: {setup_commands}}), [], at(cache))
    assert.equal(status, 103)
    assert.match(stderr, /exit code 3\nbecause \(EFLAVOR_SETUP\)/)
    assert.deepEqual(generations(cache), [])
  })

  it('cannot write outside of the work environment', async () => {
    const setup_commands = [{content: 'x', path: '{workenv}/../../escaped', type: 'write_file' as const}]
    const cache = directory()
    const {status, stderr} = await run(await make({more: {setup_commands}}), [], at(cache))
    assert.equal(status, 103)
    assert.match(stderr, /EFLAVOR_CONFINED/)
  })
})

describe('cleaning', () => {
  it('disturbs nobody who is building', async () => {
    const [cache, packages] = [directory(), await Promise.all(Array.from({length: 6}, (_, index) => make({version: `${index}`})))]
    let done = false
    const cleaner = (async () => {
      for (; !done; await new Promise((resolve) => setTimeout(resolve, 1))) cleanBase(cache, {idle: 3_600_000})
    })()
    const outcomes = await Promise.all(packages.map((file) => run(file, [], at(cache))))
    done = true
    await cleaner
    for (const {status, stderr} of outcomes) assert.equal(status, 0, stderr)
    assert.equal(listWorkEnvironments(cache).length, 6)
  })
})

describe('cleaning after a cold start', () => {
  it('is done by a helper that removes what killed starts left', async () => {
    const [file, cache] = [await make(), directory()]
    mkdirSync(join(cache, 'workenvs/.gen/trash.sample-0123456789ab.abcdef'), {recursive: true})
    chmodSync(join(cache, 'workenvs'), 0o700)
    await run(file, [], at(cache))
    await until(() => generations(cache).length === 1)
    assert.equal(execFileSync('find', [cache, '-name', 'trash.*'], {encoding: 'utf8'}), '')
  })
})
