/** What SECURITY.md says of trust, and the ways of publishers and users through it, with the real programs. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {after, before, beforeEach, describe, it} from 'mocha'
import {application, manifest} from '../support/project.ts'
import {execute, type Finished, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const app = "require('node:fs').appendFileSync(process.env.RAN, 'ran\\n'); console.log('data', process.env.FLAVOR_APP_DATA)\n"
const names = ['a', 'b', 'c'] as const

describe('trust', function () {
  this.timeout(120_000)
  let box: Sandbox
  /** A home for each test: what is pinned in one is not known in the next. */
  let home = 0
  let env: Record<string, string>
  const keys: Record<string, string> = {}

  const privateKey = (name: string) => box.path(name, 'flavor-private.key')
  const publicKey = (name: string) => box.path(name, 'flavor-public.key')
  const file = (name: string) => box.path(`${name}.package`)
  const pins = () => (existsSync(`${env.XDG_CONFIG_HOME}/flavor/pins`) ? readdirSync(`${env.XDG_CONFIG_HOME}/flavor/pins`) : [])
  const run = (...args: readonly string[]): Promise<Finished> => box.run(args, {env})
  const start = (name: string): Promise<Finished> => execute(file(name), [], {env: {...box.env, ...env}})
  const decision = ({stdout}: Finished) => JSON.parse(stdout).trust?.result
  const errorOf = ({stdout}: Finished) => JSON.parse(stdout).error

  async function ok(result: Promise<Finished>): Promise<string> {
    const {code, stderr, stdout} = await result
    assert.equal(code, 0, stderr + stdout)
    return stdout
  }

  async function refused(result: Promise<Finished>, code: number, says: RegExp): Promise<void> {
    const ran = readFileSync(env.RAN as string, 'utf8')
    const finished = await result
    assert.equal(finished.code, code, finished.stderr + finished.stdout)
    assert.match(finished.stderr + finished.stdout, says)
    assert.equal(readFileSync(env.RAN as string, 'utf8'), ran, 'the application ran')
  }

  /** Packs the project as a file of that name; gives nothing. */
  async function pack(name: string, signing: readonly string[], rotations: readonly string[] = []): Promise<void> {
    const list = rotations.length > 0 ? `rotations: [${rotations.join(', ')}]\n` : ''
    await writeTree(box.path('project'), {...application, 'app/index.js': app, 'flavor.yaml': `${list}${manifest}`})
    await ok(box.run(['pack', '--quiet', '--output', file(name), ...signing], {cwd: box.path('project')}))
  }

  before(async () => {
    box = await sandbox()
    for (const name of names) keys[name] = JSON.parse(await ok(box.run(['keygen', '--json', '--out-dir', box.path(name)]))).key
    const rotate = (from: string, to: string) =>
      box.run([
        'trust',
        'rotate',
        '--name',
        'hello',
        '--private-key',
        privateKey(from),
        '--to',
        publicKey(to),
        '-o',
        `project/${from}${to}.json`,
      ])
    await ok(rotate('a', 'b'))
    await ok(rotate('b', 'c'))
    for (const name of names) await pack(name, ['--private-key', privateKey(name)])
    await pack('a2b', ['--private-key', privateKey('b')], ['ab.json'])
    await pack('a2c', ['--private-key', privateKey('c')], ['ab.json', 'bc.json'])
    for (const seed of ['x', 'y']) await pack(seed, ['--key-seed', seed])
  })

  after(() => box.remove())

  beforeEach(() => {
    const directory = box.path(`home ${++home}`)
    mkdirSync(directory)
    writeFileSync(`${directory}/ran`, '')
    env = {HOME: directory, RAN: `${directory}/ran`, XDG_CONFIG_HOME: `${directory}/config`, XDG_DATA_HOME: `${directory}/data`}
  })

  it('begins with the first start, and refuses a package that was signed again by somebody else', async () => {
    assert.equal(decision(await run('verify', '--json', file('a'))), 'first-use')
    assert.deepEqual(pins(), [], 'verify pins nothing')
    await ok(start('a'))
    assert.equal(pins().length, 1)
    assert.equal(decision(await run('verify', '--json', file('a'))), 'pinned')
    copyFileSync(file('a'), file('re-signed'))
    await ok(run('sign', '--private-key', privateKey('b'), file('re-signed')))
    await refused(start('re-signed'), 107, /EFLAVOR_KEY_MISMATCH/)
    await refused(run('run', file('re-signed')), 3, /flavor trust accept/)
    await refused(run('verify', file('re-signed')), 3, /FAILED +publisher key/)
    await ok(start('a'))
  })

  it('begins with `flavor run` as well, and what either pinned holds for both', async () => {
    await ok(run('run', file('a')))
    await refused(start('b'), 107, /EFLAVOR_KEY_MISMATCH/)
    await ok(run('run', file('a')))
  })

  it('cannot be won by a replaced launcher where somebody else looks; the file alone cannot tell', async () => {
    const bytes = readFileSync(file('a'))
    const evil = Buffer.from(`#!/bin/sh\n: > '${env.HOME}/evil'; exit 0\n`)
    const size = JSON.parse(await ok(run('inspect', '--json', file('a')))).launcher_size
    writeFileSync(file('evil'), Buffer.concat([evil, Buffer.alloc(size - evil.length, '#'), bytes.subarray(size)]), {mode: 0o755})
    await refused(run('verify', file('evil')), 3, /FAILED +launcher/)
    await refused(run('run', file('evil')), 3, /launcher was altered/)
    await refused(run('trust', 'accept', file('evil')), 3, /launcher was altered/)
    assert.equal(existsSync(`${env.HOME}/evil`), false)
    await execute(file('evil'), [], {env})
    assert.equal(existsSync(`${env.HOME}/evil`), true, 'this is what SECURITY.md warns of')
  })

  it('is not given to development packages, which pass until there is something to lose', async () => {
    await ok(start('x'))
    await ok(start('y'))
    await ok(run('run', file('x')))
    assert.deepEqual(pins(), [])
    await ok(start('a'))
    await refused(start('x'), 107, /flavor trust remove hello/)
    await refused(run('run', file('x')), 3, /development package/)
    await refused(run('trust', 'accept', file('x')), 1, /development package/)
    await ok(run('trust', 'remove', 'hello'))
    await ok(start('x'))
  })

  it('follows a publisher from key to key, with the application’s data, and not back', async () => {
    const data = await ok(start('a'))
    assert.equal(await ok(start('a2b')), data)
    await refused(start('a'), 107, /EFLAVOR_KEY_MISMATCH/)
    assert.equal(decision(await run('verify', '--json', file('a2c'))), 'rotated')
    assert.equal(await ok(start('a2c')), data)
    for (const older of ['a', 'b', 'a2b']) await refused(start(older), 107, /EFLAVOR_KEY_MISMATCH/)
  })

  it('follows over a version that was skipped, and through `flavor run`', async () => {
    const data = await ok(run('run', file('a')))
    assert.equal(await ok(run('run', file('a2c'))), data)
    await refused(start('a2b'), 107, /EFLAVOR_KEY_MISMATCH/)
  })

  it('follows from a listed key too', async () => {
    await ok(run('trust', 'add', 'hell*', publicKey('a')))
    assert.equal(decision(await run('verify', '--json', file('a2c'))), 'rotated')
    await ok(start('a2c'))
    await refused(start('c'), 107, /trusted_keys/)
    assert.deepEqual(pins(), [])
  })

  it('goes to a new key when the user says so, data included', async () => {
    const data = await ok(start('a'))
    await refused(start('b'), 107, /flavor trust accept/)
    const accepted = JSON.parse(await ok(run('trust', 'accept', '--json', file('b'))))
    assert.deepEqual([accepted.replaced, accepted.key, accepted.name], [keys.a, keys.b, 'hello'])
    assert.equal(`data ${accepted.data}\n`, data)
    assert.equal(await ok(start('b')), data)
    await refused(start('a'), 107, /EFLAVOR_KEY_MISMATCH/)
    assert.match(await ok(run('trust', 'accept', file('a'))), new RegExp(`old key +${keys.b}\nnew key +${keys.a}`))
    assert.equal(JSON.parse(await ok(run('trust', 'accept', '--json', file('a')))).replaced, null)
  })

  it('with a list is the list’s business, and accept says so', async () => {
    await ok(run('trust', 'add', 'hello', keys.a as string))
    await refused(run('trust', 'accept', file('b')), 3, new RegExp(`flavor trust add hello ${keys.b}`))
    await ok(run('trust', 'add', 'hello', Buffer.from(keys.b as string, 'hex').toString('base64'), '--comment', 'by telephone'))
    assert.match(await ok(run('trust', 'accept', file('b'))), /trusted_keys/)
    await ok(start('b'))
    assert.deepEqual(pins(), [])
    const {keys: listed} = JSON.parse(await ok(run('trust', 'list', '--json')))
    assert.deepEqual(
      listed.map(({comment, key, line, pattern}: Record<string, unknown>) => [line, pattern, key, comment]),
      [
        [1, 'hello', keys.a, ''],
        [2, 'hello', keys.b, 'by telephone'],
      ],
    )
    await ok(run('trust', 'remove', 'hello', '--key', publicKey('a')))
    await refused(start('a'), 107, /trusted_keys/)
  })

  it('may be restricted to known keys', async () => {
    await writeTree(`${env.XDG_CONFIG_HOME}/flavor`, {'launcher.conf': 'trust = known\n'})
    await refused(start('a'), 107, /EFLAVOR_UNKNOWN_KEY/)
    await refused(run('run', file('a')), 3, /demands a known key/)
    assert.equal(errorOf(await run('run', '--json', file('a'))).code, 'EFLAVOR_UNKNOWN_KEY')
    assert.match(await ok(run('trust', 'list')), /set +trust +known +.*launcher\.conf:1/)
    await ok(run('trust', 'accept', file('a')))
    await ok(start('a'))
  })

  it('with --key asks for that key alone, and pins nothing', async () => {
    await ok(run('run', '--key', publicKey('a'), file('a')))
    assert.deepEqual(pins(), [])
    await ok(start('b'))
    await ok(run('run', '--key', publicKey('a'), file('a')))
    assert.equal(decision(await run('verify', '--json', '--key', publicKey('a'), file('a'))), 'demanded')
    await refused(run('run', '--key', publicKey('b'), file('a')), 3, /not by the key demanded/)
    await ok(start('b'))
  })

  it('of the system holds for all, with --key too', async function () {
    if (process.getuid?.() !== 0 || spawnSync('unshare', ['--mount', 'true']).status !== 0) this.skip()
    const etc = box.path('etc')
    mkdirSync(etc)
    // All of /etc but for the directory of the policy, which lasts from one of these to the next.
    const script = `mount -t tmpfs none /mnt && mkdir /mnt/etc /mnt/real && mount --bind /etc /mnt/real && ln -s /mnt/real/* /mnt/etc &&
      rm -f /mnt/etc/flavor && mkdir /mnt/etc/flavor && mount --bind /mnt/etc /etc && mount --bind "$0" /etc/flavor && exec "$@"`
    const under = (...words: readonly string[]) =>
      execute('unshare', ['--mount', '/bin/sh', '-c', script, etc, ...words], {cwd: box.directory, env: {...box.env, ...env}})
    const flavor = (...args: readonly string[]) =>
      under(process.execPath, new URL('../../bin/flavor.js', import.meta.url).pathname, ...args)
    await ok(flavor('trust', 'add', '--system', 'hello', publicKey('a')))
    await ok(flavor('trust', 'add', 'hello', publicKey('b')))
    await ok(under(file('a')))
    await refused(under(file('b')), 107, /\/etc\/flavor\/trusted_keys/)
    await refused(flavor('verify', '--key', publicKey('b'), file('b')), 3, /\/etc\/flavor\/trusted_keys/)
    await refused(flavor('run', '--key', publicKey('b'), file('b')), 3, /flavor trust add --system hello/)
    await refused(flavor('trust', 'accept', file('b')), 3, /--system/)
    await refused(flavor('trust', 'remove', '--system', 'other'), 1, /no such line in \/etc\/flavor\/trusted_keys/)
    await ok(flavor('trust', 'remove', '--system', 'hello'))
    await ok(under(file('b')))
    assert.equal(existsSync('/etc/flavor/trusted_keys'), false)
  })

  it('in the home of somebody else leaves nothing there', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const theirs = box.path('theirs')
    mkdirSync(theirs)
    chownSync(theirs, 65534, 65534)
    env = {...env, HOME: theirs, XDG_CONFIG_HOME: `${theirs}/.config`}
    for (const name of ['a', 'b']) await ok(start(name))
    await ok(run('run', file('a')))
    assert.deepEqual(readdirSync(theirs), [])
  })

  it('that cannot be understood refuses each start, and trust list says what to mend', async () => {
    const list = `${env.XDG_CONFIG_HOME}/flavor/trusted_keys`
    await writeTree(`${env.XDG_CONFIG_HOME}/flavor`, {trusted_keys: '# mine\nhello\n'})
    for (const result of [run('verify', file('a')), run('run', file('a'))]) await refused(result, 3, /trusted_keys:2 cannot be relied on/)
    await refused(start('a'), 107, /trusted_keys:2 .*EFLAVOR_POLICY/)
    await refused(run('trust', 'list'), 1, /trusted_keys:2/)
    await refused(run('trust', 'add', 'x', publicKey('a')), 1, /trusted_keys:2/)
    assert.equal(readFileSync(list, 'utf8'), '# mine\nhello\n')
  })
})

describe('flavor trust', function () {
  this.timeout(60_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    for (const name of ['a', 'b']) assert.equal((await box.run(['keygen', '--out-dir', box.path(name)])).code, 0)
  })

  after(() => box.remove())

  it('says in one line what is wrong, and what to type', async () => {
    const key = box.path('a', 'flavor-public.key')
    const rotate = ['trust', 'rotate', '--name', 'x', '--private-key', box.path('a', 'flavor-private.key')]
    await writeTree(box.directory, {'taken.json': ''})
    for (const [args, code, says] of [
      [['trust', 'add', 'a b', key], 2, /a pattern is one word/],
      [['trust', 'add', 'x', 'nonsense'], 1, /neither a key in base64 or hex nor a file/],
      [['trust', 'add', 'x', box.path('a')], 1, /it is a directory/],
      [['trust', 'add', 'x'], 2, /key/],
      [['trust', 'remove', 'x'], 1, /no such line .*\n.*flavor trust list/],
      [['trust', 'accept', 'nothing'], 1, /no such file/],
      [['trust', 'accept', key], 3, /not a package/],
      [['trust', 'rotate', '--name', 'x', '--to', key], 1, /no key that anybody could know\n.*--private-key/],
      [[...rotate, '--to', key], 2, /the new key is the old one/],
      [[...rotate, '--to', box.path('b', 'flavor-public.key'), '--output', 'taken.json'], 1, /the file exists/],
    ] as const) {
      const finished = await box.run(args)
      assert.equal(finished.code, code, `${args.join(' ')}\n${finished.stderr}`)
      assert.match(finished.stderr, says)
    }
    const {code, stdout} = await box.run(['trust', 'list', '--json'])
    assert.deepEqual([code, JSON.parse(stdout)], [0, {keys: [], pins: [], problems: [], settings: []}])
  })

  it('keeps the key pair that a new one replaces, so that it can hand over', async () => {
    const first = JSON.parse((await box.run(['keygen', '--default', '--json'])).stdout)
    const {kept, key, privateKey, publicKey} = JSON.parse((await box.run(['keygen', '--default', '--force', '--json'])).stdout)
    assert.notEqual(key, first.key)
    assert.deepEqual(
      kept.map((path: string) => path.includes(`-${first.key.slice(0, 8)}.key`)),
      [true, true],
    )
    const {stdout} = await box.run(['trust', 'rotate', '--name', 'x', '--private-key', kept[0], '--to', publicKey])
    const {from, name, to} = JSON.parse(stdout)
    assert.deepEqual([from, to, name], [first.key, key, 'x'])
    assert.ok(existsSync(privateKey))
  })
})
