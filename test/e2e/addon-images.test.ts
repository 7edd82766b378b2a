/**
 * `flavour add` and `remove` with managers that are images, in a real engine: those that keep the protocol, and everything that others may do.
 * Whatever they do, the project is what it was, byte for byte, and no container is left.
 */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {after, afterEach, before, describe, it} from 'mocha'
import {readTree, type Tree} from '../changes/tree.ts'
import {useEngine} from '../support/docker.ts'
import {buildManager} from '../support/manager-image.ts'
import {ociRegistryMissing, ociUser, startOciRegistry} from '../support/oci-registry.ts'
import {needsOtherUser} from '../support/other-user.ts'
import {type Finished, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const document = (name: string, version = '1.0'): string =>
  `spec: 0.1\nmeta: {name: ${name}, version: ${version}}\ninstall: {package: ${name}==${version}}\n`
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What the odd manager does for an addon of that name. */
const oddities = {
  chatty: "yes 'a line of sixty-three characters, and as many more as are wanted.' | head -c 104857600; exit 3",
  deleter: 'rm -rf /app/* /app/.[!.]* 2>/dev/null || true',
  endless: 'echo changed >app.flavour; echo started; while :; do sleep 1; done',
  git: 'cat .git/HEAD; echo changed >.git/HEAD',
  half: "echo broken >app.flavour; rm README.md; echo new >new.txt; echo 'there is no such package.' >&2; exit 1",
  mover: 'mv a moved; ln -s ../../../theirs a; exit 1',
  outside: 'echo x >/etc/outside',
}
const odd = `. /lib/manager.sh\ncase $name in\n${Object.entries(oddities)
  .map(([name, script]) => `${name}) ${script} ;;`)
  .join('\n')}\nesac\n`

describe('flavour with managers that are images', function () {
  const engine = useEngine(this)
  let box: Sandbox
  let projects = 0

  before(async function () {
    this.timeout(120_000)
    box = await sandbox()
    await buildManager(engine(), 'acme/fam-sound:1', {identifier: 'acme/fam-sound:0.1'})
    await buildManager(engine(), 'acme/fam-odd:1', {identifier: 'acme/fam-odd:0.1', scripts: {add: odd}})
    await buildManager(engine(), 'acme/fam-looker:1', {identifier: 'acme/fam-looker:1', scripts: {check: 'grep -q flask requirements.txt'}})
    await buildManager(engine(), 'acme/fam-refuser:1', {
      identifier: 'acme/fam-refuser:1',
      scripts: {add: 'echo adding; while :; do sleep 1; done', check: 'sleep 1; echo no such thing; exit 1'},
    })
    await buildManager(engine(), 'flavour/fam-snake', {identifier: 'flavour/fam-python:0.1'})
    const documents = [...Object.keys(oddities), 'blog', 'shop'].map((name) => [`${name}.flavour`, document(name)])
    await writeTree(box.path('addons'), {...Object.fromEntries(documents), 'later.flavour': document('blog', '2.0')})
  })
  after(() => box?.remove())
  afterEach(async function () {
    if (this.currentTest?.state === 'passed') assert.deepEqual(await engine().containers(), [], 'a container is left')
  })

  async function project(): Promise<string> {
    const root = box.path('projects', `${++projects}`)
    await writeTree(root, {
      '.git/HEAD': 'ref: refs/heads/main\n',
      'app.flavour': 'spec: 0.1 # ours\n',
      'README.md': 'read me\n',
      'requirements.txt': 'flask==3.0\n',
      'src/run.sh': '#!/bin/sh\n',
    })
    chmodSync(join(root, 'src/run.sh'), 0o755)
    return root
  }

  const words = (line: string): readonly string[] =>
    line.replaceAll(/(\w+)\.flavour/g, (_, name) => box.path('addons', `${name}.flavour`)).split(' ')

  const flavour = (root: string, line: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    box.run(words(line), {cwd: root, env: {DOCKER_HOST: engine().host, ...env}, name: 'flavour'})

  describe('that keep the protocol', () => {
    it('shows what would be, adds, adds once, replaces, and removes to the byte', async () => {
      const root = await project()
      const start = readTree(root)
      const dry = await flavour(root, 'add -p blog.flavour --addonmanager acme/fam-sound:1 --dry-run')
      assert.equal(dry.code, 0, dry.stderr)
      assert.match(dry.stdout, /^\+ {4}manager: acme\/fam-sound:0\.1$/m)
      assert.match(dry.stdout, /^\+blog==1\.0$/m)
      assert.deepEqual(readTree(root), start)
      const added = await flavour(root, 'add -p blog.flavour --addonmanager acme/fam-sound:1')
      assert.deepEqual([added.code, added.stdout], [0, 'added  blog:1.0\n'])
      assert.match(
        added.stderr,
        /^flavour: note: asked image acme\/fam-sound:1, which is acme\/fam-sound:0\.1, run by plugin @flavor\/plugin-addons-docker$/m,
      )
      const entry = `addons:\n  blog:1.0:\n    manager: acme/fam-sound:0.1\n    hash: ${hashOf(document('blog'))}\n`
      assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), `spec: 0.1 # ours\n${entry}`)
      assert.equal((await flavour(root, 'add -p blog.flavour --addonmanager acme/fam-sound:1')).stdout, 'unchanged  blog:1.0\n')
      const later = await flavour(root, 'add -p later.flavour --addonmanager acme/fam-sound:1')
      assert.deepEqual([later.code, later.stdout], [0, 'replaced  blog:2.0, in place of 1.0\n'])
      assert.deepEqual(readdirSync(join(root, '.flavour/addons')), [hashOf(document('blog', '2.0'))])
      const removed = await flavour(root, 'remove blog --addonmanager acme/fam-sound:1')
      assert.deepEqual([removed.code, removed.stdout, readTree(root)], [0, 'removed  blog:2.0\n', start])
    })

    it('checks, and tells what the image says', async () => {
      const root = await project()
      await writeTree(root, {'bare.yaml': 'spec: 0.1\nmeta: {name: bare, version: 1}\n'})
      const {code, stderr, stdout} = await flavour(root, 'check -p blog.flavour -p bare.yaml --addonmanager acme/fam-sound:1')
      assert.deepEqual(
        [code, stdout.replaceAll(/ +/g, ' ').replaceAll(`${box.path('addons')}/`, '')],
        [1, 'True blog:1.0 blog.flavour\nFalse bare:1 bare.yaml\n'],
      )
      assert.match(stderr, /is refused by acme\/fam-sound:1: install\.package is missing$/m)
      const looked = await flavour(join(root, 'src'), 'check -p blog.flavour --addonmanager acme/fam-looker:1')
      assert.equal(looked.code, 0, looked.stderr)
      const refused = await flavour(box.path('addons'), 'check -p blog.flavour --addonmanager acme/fam-looker:1')
      assert.deepEqual([refused.code, refused.stdout.slice(0, 5)], [1, 'False'])
      assert.equal((await flavour(root, 'add -p blog.flavour --addonmanager acme/fam-looker:1')).code, 0)
    })

    it('serve the stack that no plugin serves', async () => {
      const root = await project()
      const {code, stderr} = await flavour(root, 'add -p blog.flavour --addonmanager snake')
      assert.equal(code, 0, stderr)
      assert.match(stderr, /note: asked image flavour\/fam-snake, which is flavour\/fam-python:0\.1, /)
    })

    it('leave the same tree as the plugin that does the same', async () => {
      const [by, beside] = [await project(), await project()]
      const image = await flavour(by, 'add -p blog.flavour -p shop.flavour --addonmanager snake')
      const plugin = await flavour(beside, 'add -p blog.flavour -p shop.flavour --addonmanager python')
      assert.deepEqual([image.code, plugin.code, plugin.stdout], [0, 0, image.stdout], image.stderr + plugin.stderr)
      assert.deepEqual(readTree(by), readTree(beside))
      assert.equal(readFileSync(join(by, 'requirements.txt'), 'utf8'), 'flask==3.0\nblog==1.0\nshop==1.0\n')
    })

    it('lose no entry when two of them are at work at once', async () => {
      const root = await project()
      const both = await Promise.all(
        ['blog', 'shop'].map((name) => flavour(root, `add -p ${name}.flavour --addonmanager acme/fam-sound:1`)),
      )
      assert.deepEqual(
        both.map(({code}) => code),
        [0, 0],
        both.map(({stderr}) => stderr).join(''),
      )
      const app = readFileSync(join(root, 'app.flavour'), 'utf8')
      assert.deepEqual([...app.matchAll(/^ {2}(\w+):1\.0:$/gm)].map(([, name]) => name).toSorted(), ['blog', 'shop'])
    })

    it('are pulled by who is signed in to their registry, as Docker keeps that', async function () {
      if (ociRegistryMissing() !== undefined) this.skip()
      const {password, username} = ociUser
      const {host, stop} = await startOciRegistry({locked: true})
      try {
        const [root, reference] = [await project(), `${host}/acme/fam-sound`]
        const sign = Buffer.from(JSON.stringify({password, serveraddress: host, username})).toString('base64')
        await engine().ask('POST', `/images/acme/fam-sound:1/tag?repo=${encodeURIComponent(reference)}&tag=1`)
        await engine().ask('POST', `/images/${reference}/push?tag=1`, undefined, {'x-registry-auth': sign})
        await engine().ask('DELETE', `/images/${reference}:1`)
        const line = `check -p blog.flavour --addonmanager ${reference}:1 --verbose`
        const stranger = await flavour(root, line)
        assert.equal(stranger.code, 1)
        assert.match(stranger.stderr, new RegExp(`pull ${reference}:1: .*\\n {2}.*docker login ${host}\\n$`))
        const auths = {[host]: {auth: Buffer.from(`${username}:${password}`).toString('base64')}}
        await writeTree(box.path('docker'), {'config.json': JSON.stringify({auths})})
        const known = await flavour(root, line, {DOCKER_CONFIG: box.path('docker')})
        assert.equal(known.code, 0, known.stderr)
        assert.match(known.stderr, /^Status: Downloaded newer image for /m)
        assert.doesNotMatch(known.stderr, new RegExp(password))
      } finally {
        await stop()
      }
    })

    it('write files of whoever called', async function () {
      needsOtherUser(this)
      const root = await project()
      for (const path of ['', ...readdirSync(root, {encoding: 'utf8', recursive: true})]) chownSync(join(root, path), 65534, 65534)
      chmodSync(box.directory, 0o755)
      chmodSync(join(engine().socket, '..'), 0o755)
      chmodSync(engine().socket, 0o666)
      const home = box.path('other')
      await writeTree(home, {'.keep': ''})
      chownSync(home, 65534, 65534)
      const env = {
        ...box.env,
        DOCKER_HOST: engine().host,
        HOME: home,
        TMPDIR: home,
        XDG_CACHE_HOME: home,
        XDG_CONFIG_HOME: home,
        XDG_DATA_HOME: home,
      }
      const child = started(root, 'add -p blog.flavour --addonmanager acme/fam-sound:1', {env, gid: 65534, uid: 65534})
      const [code] = await once(child, 'exit')
      assert.equal(code, 0)
      const paths = readdirSync(root, {encoding: 'utf8', recursive: true})
      assert.ok(paths.some((path) => path.startsWith('.flavour/')))
      assert.deepEqual(
        paths.filter((path) => lstatSync(join(root, path)).uid !== 65534),
        [],
      )
    })
  })

  describe('that do not', () => {
    /** It fails, and nothing else has happened. */
    async function fails(name: keyof typeof oddities, flags = ''): Promise<string> {
      const root = await project()
      const start = readTree(root)
      const {code, stderr, stdout} = await flavour(root, `add -p ${name}.flavour --no-check --addonmanager acme/fam-odd:1${flags}`)
      assert.deepEqual([code, stdout], [1, ''], stderr)
      assert.deepEqual(readTree(root), start)
      return stderr
    }

    it('fail halfway', async () => {
      assert.match(await fails('half'), /add of acme\/fam-odd:1 failed with exit status 1\n {2}there is no such package\.\n/)
    })

    it('refuse an addon that they are adding already', async () => {
      const root = await project()
      const start = readTree(root)
      const {code, stderr, stdout} = await flavour(root, 'add -p blog.flavour --addonmanager acme/fam-refuser:1 --verbose')
      assert.deepEqual([code, stdout], [1, ''], stderr)
      assert.match(stderr, /is refused by acme\/fam-refuser:1: no such thing$/m)
      assert.doesNotMatch(stderr, /adding/)
      assert.deepEqual(readTree(root), start)
    })

    it('write outside of the project', async () => {
      assert.match(await fails('outside'), /\/etc\/outside: Read-only file system/)
    })

    it('delete the project', async () => {
      assert.match(await fails('deleter'), /^flavour: .*app\.flavour/m)
    })

    it('print 100 MB', async () => {
      const stderr = await fails('chatty')
      assert.match(stderr, /failed with exit status 3/)
      assert.ok(stderr.length < 10_000, `${stderr.length} characters`)
    })

    it('write into a directory that is kept', async () => {
      const stderr = await fails('git')
      for (const line of [/^ *ref: refs\/heads\/main$/m, /\.git\/HEAD: Read-only file system$/m]) assert.match(stderr, line)
    })

    it('put a link in the place of what held a directory that is kept', async () => {
      const root = await project()
      await writeTree(root, {'.flavourrc': 'keep: [a/kept]\n', 'a/kept/x': ''})
      mkdirSync(join(root, 'theirs/kept'), {recursive: true})
      const {code, stderr} = await flavour(root, 'add -p mover.flavour --no-check --addonmanager acme/fam-odd:1')
      assert.deepEqual([code, existsSync(join(root, 'theirs/kept'))], [1, true], stderr)
    })

    it('never end', async () => {
      assert.match(
        await fails('endless', ' --timeout 1'),
        /acme\/fam-odd:0\.1: it has not finished within 1 second\n {2}--timeout SECONDS gives it longer/,
      )
    })

    it('are killed in the middle', async () => {
      const failing = fails('endless')
      await engine().ask('POST', `/containers/${await running()}/kill`)
      assert.match(await failing, /failed with exit status 137: it was killed/)
    })

    it('ruin the project where that was asked for', async () => {
      const root = await project()
      const {code} = await flavour(root, 'add -p half.flavour --no-check --addonmanager acme/fam-odd:1 --in-place')
      assert.deepEqual([code, readFileSync(join(root, 'app.flavour'), 'utf8')], [1, 'broken\n'])
    })

    it('write into what git runs, nevertheless not', async () => {
      const root = await project()
      const {code, stderr} = await flavour(root, 'add -p git.flavour --no-check --addonmanager acme/fam-odd:1 --in-place')
      assert.deepEqual([code, readFileSync(join(root, '.git/HEAD'), 'utf8')], [1, 'ref: refs/heads/main\n'])
      assert.match(stderr, /\.git\/HEAD: Read-only file system$/m)
    })
  })

  describe('that are interrupted', () => {
    async function interrupted(
      signal: NodeJS.Signals,
    ): Promise<{readonly root: string; readonly start: Tree; readonly code: number | null}> {
      const root = await project()
      const start = readTree(root)
      const child = started(root, 'add -p endless.flavour --addonmanager acme/fam-odd:1')
      await running()
      child.kill(signal)
      const [code] = await once(child, 'exit')
      return {code, root, start}
    }

    it('by Ctrl-C: the container is gone, and the project is what it was', async () => {
      const {code, root, start} = await interrupted('SIGINT')
      assert.deepEqual([code, readTree(root)], [130, start])
    })

    it('by kill -9: the next one takes away what is left of it', async () => {
      const {root, start} = await interrupted('SIGKILL')
      const {code, stderr} = await flavour(root, 'check -p blog.flavour --addonmanager acme/fam-sound:1')
      assert.equal(code, 0, stderr)
      assert.deepEqual(await engine().containers(), [])
      assert.equal((await flavour(root, 'list')).code, 0)
      assert.deepEqual(readTree(root), start)
    })
  })

  it('say in one sentence that no engine answers', async () => {
    const root = await project()
    const {code, stderr} = await flavour(root, 'add -p blog.flavour --addonmanager acme/fam-sound:1', {
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    })
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^flavour: .*the container engine at unix:\/\/\/nowhere\/docker\.sock does not answer \(ENOENT\): is Docker running\?\n {2}\S.*\n$/,
    )
  })

  interface Whose {
    readonly env?: Readonly<Record<string, string | undefined>>
    readonly gid?: number
    readonly uid?: number
  }

  function started(root: string, line: string, {env = {...box.env, DOCKER_HOST: engine().host}, ...who}: Whose = {}): ChildProcess {
    const program = [join(repository, 'bin/flavour.js'), ...words(line)]
    return spawn(process.execPath, program, {cwd: root, env: env as NodeJS.ProcessEnv, stdio: 'ignore', ...who})
  }

  /** The container that is at work in the middle of its work, once there is one. */
  async function running(): Promise<string> {
    for (;;) {
      const filters = encodeURIComponent(JSON.stringify({label: ['flavor.addon-manager'], status: ['running']}))
      const [found] = await engine().ask<readonly {readonly Command: string; readonly Id: string}[]>(
        'GET',
        `/containers/json?filters=${filters}`,
      )
      if (found?.Command === 'add') return found.Id
      await sleep(50)
    }
  }
})
