/** `flavour add` and `remove`, as somebody types them, with managers that behave and managers that do not: all of a change, or nothing of it. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'
import {after, before, describe, it} from 'mocha'
import {readTree} from '../changes/tree.ts'
import {fixture} from '../support/project.ts'
import {execute, type Finished, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const app = 'spec: 0.1 # ours\nmeta: {name: shop}\n'
const addon = (name: string, version = '1', rest = ''): string => `spec: 0.1\nmeta: {name: ${name}, version: ${version}}\n${rest}`
const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')
const stored = (content: string): string => `.flavour/addons/${hashOf(content)}`

describe('flavour add and remove', () => {
  let box: Sandbox
  let projects = 0

  before(async () => {
    box = await sandbox()
    await box.link({
      files: {'offer.js': readFileSync(fixture('addon-managers.js'), 'utf8')},
      hooks: {'flavor:addon-managers:v1': './offer.js'},
      name: '@acme/managers',
    })
    const documents = {
      'a1.flavour': addon('a'),
      'a2.flavour': addon('a', '2'),
      'b1.flavour': addon('b'),
      'bad.flavour': addon('c', '1', 'install: {bad: x}\n'),
    }
    await writeTree(box.path('addons'), documents)
  })
  after(() => box.remove())

  async function project(files: Readonly<Record<string, string>> = {'app.flavour': app}): Promise<string> {
    const root = box.path('projects', `${++projects}`)
    await writeTree(root, {'kept.txt': 'kept\n', 'README.md': 'read me\n', ...files})
    return root
  }

  const flavour = (cwd: string, args: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    box.run(args.split(' '), {cwd, env, name: 'flavour'})

  /** `--package` for documents of the tests. */
  const packages = (...names: readonly string[]): string => names.map((name) => `-p ${box.path('addons', `${name}.flavour`)}`).join(' ')

  it('adds once, replaces another version, and removes again to the byte', async () => {
    const root = await project()
    const start = readTree(root)
    const first = await flavour(root, `add ${packages('a1')} --addonmanager demo`)
    assert.deepEqual([first.code, first.stdout], [0, 'added  a:1\n'])
    assert.equal(
      first.stderr,
      `flavour: note: asked acme/fam-demo:1, of plugin @acme/managers\n  created  ${stored(addon('a'))}\n  created  .flavour/sources.yaml\n  created  a.txt\n  changed  app.flavour\nnow type: demo install a\n`,
    )
    assert.equal(
      readFileSync(join(root, 'app.flavour'), 'utf8'),
      `${app}addons:\n  a:1:\n    manager: acme/fam-demo:1\n    hash: ${hashOf(addon('a'))}\n`,
    )
    const added = readTree(root)
    const again = await flavour(root, `add ${packages('a1')}`)
    assert.deepEqual([again.code, again.stdout, readTree(root)], [0, 'unchanged  a:1\n', added])
    const other = await flavour(root, `add ${packages('a2')}`)
    assert.deepEqual([other.code, other.stdout], [0, 'replaced  a:2, in place of 1\n'])
    assert.deepEqual(readdirSync(join(root, '.flavour/addons')), [hashOf(addon('a', '2'))])
    const removed = await flavour(root, 'remove a')
    assert.deepEqual([removed.code, removed.stdout, readTree(root)], [0, 'removed  a:2\n', start])
  })

  it('goes on when one fails, makes app.flavour where there is none, and says all of it in JSON', async () => {
    const root = await project({})
    const {code, stdout} = await flavour(root, `add ${packages('a1', 'bad', 'nowhere')} --addonmanager demo --json`)
    assert.equal(code, 1)
    const {addons, ...rest} = JSON.parse(stdout)
    assert.deepEqual(rest, {
      diff: null,
      done: true,
      dryRun: false,
      files: [stored(addon('a')), '.flavour/sources.yaml', 'a.txt', 'app.flavour'].map((path) => ({change: 'created', path})),
      project: root,
      suggestions: ['demo install a'],
    })
    const who = {image: null, manager: 'acme/fam-demo:1', plugin: '@acme/managers'}
    assert.deepEqual(addons[0], {...who, addon: 'a:1', asked: box.path('addons/a1.flavour'), error: null, replaced: null, state: 'added'})
    assert.deepEqual([addons[1].state, addons[1].addon, addons[1].error.code], ['failed', 'c:1', 'EFLAVOR_ADDON_INVALID'])
    assert.deepEqual([addons[2].state, addons[2].addon, addons[2].error.code], ['failed', null, 'EFLAVOR_ADDON_SOURCE'])
    assert.match(readFileSync(join(root, 'app.flavour'), 'utf8'), /^spec: 0\.1\naddons:\n/)
  })

  it('shows with --dry-run what exactly would change, and changes nothing', async () => {
    const root = await project()
    const start = readTree(root)
    const {code, stderr, stdout} = await flavour(root, `add ${packages('a1')} --addonmanager loner --dry-run`)
    assert.equal(code, 0)
    assert.equal(
      stdout,
      'diff --git a/README.md b/README.md\ndeleted file mode 100644\n--- a/README.md\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-read me\ndiff --git a/kept.txt b/kept.txt\n--- a/kept.txt\n+++ b/kept.txt\n@@ -1,1 +1,1 @@\n-kept\n+new\n',
    )
    assert.match(stderr, /^would be added {2}a:1$/m)
    assert.match(stderr, /note: acme\/fam-loner:1 has not put a:1 into app\.flavour$/m)
    assert.deepEqual(readTree(root), start)
  })

  const mountable = spawnSync('unshare', ['-r', '-m', 'true']).status === 0

  it(`shows it where nothing can be written, too${mountable ? '' : ' (skipped: needs unshare)'}`, async function () {
    if (!mountable) this.skip()
    const root = await project({'app.flavour': `${app}addons: {a:0: {manager: acme/fam-demo:1, hash: ${'0'.repeat(64)}}}\n`})
    const [mount, flavour] = [
      'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"',
      join(repository, 'bin/flavour.js'),
    ]
    const words = (...args: readonly string[]) => ['-r', '-m', 'sh', '-c', mount, 'sh', process.execPath, flavour, ...args]
    const read = (...args: readonly string[]) =>
      execute('unshare', words(...args), {cwd: root, env: {...box.env, FLAVOR_DISABLE_PLUGINS: 'addons-docker'}})
    const file = box.path('addons/a1.flavour')
    const shown = await read('add', '--package', file, '--addonmanager', 'halfway', '--dry-run')
    assert.match(shown.stderr, /^flavour: ask acme\/fam-halfway:1: the tool gave up$/m)
    const {code, stderr, stdout} = await read('add', '--package', file, '--addonmanager', 'ruby', '--dry-run', '--no-check')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^\+\{"fresh":false,"network":false,"reference":"flavour\/fam-ruby"\}$/m)
    assert.deepEqual(readdirSync(box.path('tmp')), [])
    assert.match((await read('add', '--package', file, '--addonmanager', 'demo')).stderr, /^flavour: lock the project .*read-only/m)
  })

  it('leaves the project as it was when a manager misbehaves, and says whose fault it is', async () => {
    const root = await project()
    const start = readTree(root)
    const cases = {
      eater:
        /^flavour: look at what was changed: the copy of the project is gone, which the manager was to change\n {2}flavour capabilities /m,
      exiter: /^flavour: ask acme\/fam-exiter:1: the addon manager failed: it tried to end the process with exit code 0$/m,
      halfway: /^flavour: ask acme\/fam-halfway:1: the tool gave up\n {2}half of it\n {2}and no more\n {2}acme fix$/m,
      nonsense: /^flavour: ask acme\/fam-nonsense:1: the addon manager failed: its plan has a step that nobody knows$/m,
      outside: /^flavour: look at "\.\.\/out\.txt": /m,
      rogue: /^flavour: run sh -c .*: it changed elsewhere, but may only change half$/m,
      shouter: /^flavour: run sh -c .*: it failed with exit code 3\n {2}line 19\n(?: {2}line .*\n){18} {2}line 38$/m,
      thrower: /^flavour: ask acme\/fam-thrower:1: the addon manager failed: .*there/m,
      whole: /^flavour: change app\.flavour: an addon manager adds and removes entries of it/m,
    }
    for (const [manager, expected] of Object.entries(cases)) {
      const {code, stderr, stdout} = await flavour(root, `add ${packages('a1')} --addonmanager ${manager}`)
      assert.deepEqual([code, stdout, readTree(root)], [1, '', start], `${manager}: ${stderr}`)
      assert.match(stderr, expected)
      assert.ok(!existsSync(box.path('projects/out.txt')))
    }
  })

  it('ends one that never ends, with --timeout', async () => {
    const root = await project()
    const start = readTree(root)
    for (const [manager, time] of [
      ['sleeper', '0.5 seconds'],
      ['stuck', '1 second'],
    ] as const) {
      const {code, stderr} = await flavour(root, `add ${packages('a1')} --addonmanager ${manager} --timeout ${parseFloat(time)}`)
      assert.deepEqual([code, readTree(root)], [1, start], stderr)
      assert.match(
        stderr,
        new RegExp(`^flavour: wait for acme/fam-${manager}:1: it has not finished within ${time}\n {2}--timeout SECONDS`, 'm'),
      )
    }
  })

  it('runs what an addon brings only when that was allowed by name, whatever --yes says', async () => {
    const root = await project()
    const start = readTree(root)
    const refused = await flavour(root, `add ${packages('a1')} --addonmanager bringer --yes`)
    assert.deepEqual([refused.code, readTree(root)], [1, start])
    assert.match(refused.stderr, /note: a:1 brings a command: sh -c 'echo ran > ran\.txt'\n/)
    assert.match(refused.stderr, /this comes from the addon, and was not allowed\n {2}--allow-run /)
    const {code} = await flavour(root, `add ${packages('a1')} --addonmanager bringer --allow-run`)
    assert.deepEqual([code, readFileSync(join(root, 'ran.txt'), 'utf8')], [0, 'ran\n'])
  })

  /** On a terminal. */
  const typed = (cwd: string, args: string, input = ''): Promise<Finished> =>
    execute('/usr/bin/script', ['-qec', `'${process.execPath}' '${repository}bin/flavour.js' ${args}`, '/dev/null'], {
      cwd,
      env: {...box.env, SHELL: '/bin/sh', TERM: 'dumb'},
      input,
    })

  it('says on a terminal, and nowhere else, what is at work', async function () {
    if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) this.skip()
    const [one, other] = [await project(), await project()]
    const args = `add ${packages('a1')} --addonmanager sleeper --timeout 2`
    const [terminal, script] = await Promise.all([typed(one, args), flavour(other, args)])
    assert.ok(terminal.stdout.includes('\nflavour: at work: work (1 s)\r'), terminal.stdout)
    assert.ok(
      terminal.stdout.includes('\r\x1b[Kflavour: wait for acme/fam-sleeper:1: it has not finished within 2 seconds\r\n'),
      terminal.stdout,
    )
    assert.doesNotMatch(script.stderr, /at work|\r/)
  })

  it('asks on a terminal, and takes no for an answer', async function () {
    if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) this.skip()
    const root = await project()
    const start = readTree(root)
    const type = (input: string): Promise<Finished> => typed(root, `add ${packages('a1')} --addonmanager demo`, input)
    const no = await type('n\r')
    assert.match(no.stdout, /created {2}a\.txt[\s\S]*change 4 files\? \[y\/N\][\s\S]*note: nothing was changed/)
    assert.deepEqual([no.code, readTree(root)], [1, start])
    const yes = await type('y\r')
    assert.deepEqual([yes.code, readFileSync(join(root, 'a.txt'), 'utf8')], [0, '1\n'], yes.stdout)
  })

  describe('that is interrupted', () => {
    let marks = 0

    interface Running {
      readonly child: ChildProcess
      readonly stderr: Promise<string>
    }

    /** Has begun with what never ends. */
    async function running(root: string, manager = 'sleeper'): Promise<Running> {
      const mark = box.path(`mark-${++marks}`)
      const args = `add ${packages('a1', 'b1')} --addonmanager ${manager}`.split(' ')
      const child = spawn(process.execPath, [join(repository, 'bin/flavour.js'), ...args], {
        cwd: root,
        env: {...box.env, FLAVOR_TEST_MARK: mark} as NodeJS.ProcessEnv,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const stderr = text(child.stderr as NodeJS.ReadableStream & AsyncIterable<Uint8Array>)
      while (!existsSync(mark)) {
        assert.equal(child.exitCode, null, 'it ended before it began')
        await sleep(20)
      }
      return {child, stderr}
    }

    for (const [signal, exit] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const)
      it(`by ${signal} undoes all, and ends with ${exit}`, async () => {
        const root = await project()
        const start = readTree(root)
        const {child, stderr} = await running(root)
        const ended = once(child, 'close')
        child.kill(signal)
        assert.deepEqual(await ended, [exit, null])
        assert.match(await stderr, new RegExp(`^flavour: interrupted by ${signal}$`, 'm'))
        assert.deepEqual(readTree(root), start)
      })

    it('by kill -9 is undone by the next command', async () => {
      const root = await project({})
      const start = readTree(root)
      const {child} = await running(root)
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
      assert.ok(existsSync(join(root, '.flavour-transaction')))
      const {code, stderr} = await flavour(root, 'list')
      assert.equal(code, 1)
      assert.match(
        stderr,
        /note: removed what a flavour that was killed has left here; it had changed nothing\nflavour: .*there is no app\.flavour/,
      )
      assert.deepEqual(readTree(root), start)
    })

    it('ends one that waits for another, and leaves that alone', async () => {
      const root = await project()
      const {child} = await running(root)
      const waiting = spawn(
        process.execPath,
        [join(repository, 'bin/flavour.js'), ...`add ${packages('b1')} --addonmanager demo`.split(' ')],
        {
          cwd: root,
          env: box.env as NodeJS.ProcessEnv,
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      )
      let said = ''
      for await (const part of waiting.stderr.setEncoding('utf8')) {
        said += part
        if (said.includes('waiting for another flavour')) waiting.kill('SIGTERM')
      }
      assert.match(said, /^flavour: interrupted by SIGTERM$/m)
      assert.equal(child.exitCode, null)
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      assert.ok(!existsSync(join(root, '.flavour-transaction')))
    })

    it('or waits for another, and loses nothing', async () => {
      const root = await project()
      const {child} = await running(root)
      const second = flavour(root, `add ${packages('a1')} --addonmanager demo`)
      const third = flavour(root, `add ${packages('b1')} --addonmanager demo`)
      child.kill('SIGTERM')
      for (const {code, stderr} of await Promise.all([second, third])) assert.equal(code, 0, stderr)
      const names = JSON.parse((await flavour(root, 'list --json')).stdout).map(({name}: {name: string}) => name)
      assert.deepEqual(names.sort(), ['a', 'b'])
      assert.ok(existsSync(join(root, 'a.txt')) && existsSync(join(root, 'b.txt')))
    })
  })

  describe('remove', () => {
    it('needs the project alone, and names what is not there', async () => {
      const root = await project()
      await flavour(root, `add ${packages('a1', 'b1')} --addonmanager demo`)
      const {code, stderr, stdout} = await flavour(root, 'remove a:2 bb b:1 --registry http://127.0.0.1:1')
      assert.deepEqual([code, stdout], [1, 'removed  b:1\n'])
      assert.match(
        stderr,
        /^flavour: remove a:2: app\.flavour does not list it\n {2}did you mean a:1\?\nflavour: remove bb: .*\n {2}did you mean b\?$/m,
      )
    })

    it('of what was changed by hand says how', async () => {
      const root = await project()
      await flavour(root, `add ${packages('a1')} --addonmanager demo`)
      const document = join(root, stored(addon('a')))
      for (const [spoil, how] of [
        [() => writeFileSync(document, 'x'), 'is not what was installed'],
        [() => rmSync(document), 'is missing'],
      ] as const) {
        spoil()
        const {code, stderr} = await flavour(root, 'remove a')
        assert.equal(code, 1)
        assert.match(
          stderr,
          new RegExp(`^flavour: remove a:1: ${stored(addon('a'))} ${how}\n {2}flavour status\n {2}flavour remove --package FILE`, 'm'),
        )
      }
      const {code, stdout} = await flavour(root, `remove ${packages('a1')}`)
      assert.deepEqual([code, stdout], [0, 'removed  a:1\n'])
      assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), app)
    })
  })

  it('says what to give', async () => {
    const root = await project()
    const say = async (args: string): Promise<string> => {
      const {code, stderr} = await flavour(root, args)
      assert.notEqual(code, 0)
      return `${code} ${stderr}`
    }
    assert.match(await say('add'), /^2 flavour: add: no addon is named\n {2}flavour add NAMESPACE\/NAME:VERSION\n/)
    assert.match(await say('remove'), /^2 flavour: remove: no addon is named\n/)
    assert.match(
      await say(`add ${packages('a1')}`),
      /^1 flavour: choose an addon manager for a: nothing says which stack it is for\n {2}--addonmanager STACK.*available: .*demo/,
    )
    assert.match(await say('add a/b --registry nowhere --addonmanager demo'), /^1 flavour: /)
    assert.match(await say(`add ${packages('a1')} --addonmanager demo --in-place`), /it is no image, and never touches the project itself/)
    assert.deepEqual(readdirSync(root).sort(), ['README.md', 'app.flavour', 'kept.txt'])
  })

  it('takes an image where no plugin serves the stack, and says so', async () => {
    const root = await project()
    const add = `add ${packages('a1')} --addonmanager ruby`
    const ours = await flavour(root, `${add} --no-cache --network`, {FLAVOR_DISABLE_PLUGINS: 'addons-docker'})
    assert.equal(ours.code, 0)
    assert.match(ours.stderr, /note: no plugin serves ruby, which leaves the image flavour\/fam-ruby\n/)
    const mistyped = await flavour(root, `add ${packages('a2')} --addonmanager pyhton`, {
      FLAVOR_DISABLE_PLUGINS: '@acme/managers',
      DOCKER_HOST: 'unix:///none',
    })
    assert.match(mistyped.stderr, /note: no plugin serves pyhton, which leaves the image flavour\/fam-pyhton; did you mean python\?\n/)
    assert.match(ours.stderr, /note: asked image flavour\/fam-ruby, which is flavour\/fam-ruby:0\.1, run by plugin @acme\/managers\n/)
    assert.deepEqual(JSON.parse(readFileSync(join(root, 'image.txt'), 'utf8')), {fresh: true, network: true, reference: 'flavour/fam-ruby'})
    const nobody = await flavour(root, add, {FLAVOR_DISABLE_PLUGINS: 'addons-docker,@acme/managers'})
    assert.equal(nobody.code, 1)
    assert.match(
      nobody.stderr,
      /^flavour: find addon manager ruby: no plugin offers it, and none that runs images is installed\n {2}flavour plugins install addons-docker, to run it as an image\n/,
    )
    const two = await flavour(root, add)
    assert.equal(two.code, 1)
    assert.match(two.stderr, /^flavour: run ruby as an image: .* are in conflict\n {2}leave one out: FLAVOR_DISABLE_PLUGINS=@/)
  })

  describe('configuration of flavour', () => {
    it('says where addons come from, what they are called, and who manages them', async () => {
      const root = await project({
        '.flavourrc': 'sources: [ecosystems, file:shelf]\naliases: {blog: acme/a}\nmanagers: {php: acme/fam-demo}\n',
        'app.flavour': app,
        'deep/er/x': '',
        'shelf/acme/a/1.flavour': addon('acme/a'),
        'shelf/acme/a/1.10.flavour': addon('acme/a', '1.10'),
      })
      const first = await flavour(join(root, 'deep/er'), 'add blog:1 --addonmanager php')
      assert.deepEqual([first.code, first.stdout], [0, 'added  acme/a:1\n'], first.stderr)
      const old = await flavour(root, 'outdated')
      assert.equal(old.code, 1)
      assert.match(old.stdout, /^ADDON +CURRENT +NEWEST +FROM\nacme\/a +1 +1\.10 +/)
      const [row] = JSON.parse((await flavour(root, 'outdated --json')).stdout)
      assert.deepEqual({...row, from: ''}, {current: '1', error: null, from: '', name: 'acme/a', newest: '1.10', outdated: true})
      assert.equal((await flavour(root, 'add blog')).stdout, 'replaced  acme/a:1.10, in place of 1\n')
      await flavour(root, `add ${packages('b1')} --addonmanager demo`)
      const {code, stderr, stdout} = await flavour(root, 'outdated')
      assert.deepEqual([code, stdout], [0, ''])
      assert.match(
        stderr,
        /^flavour: note: nobody knows b: find b: it came from a file outside of the project, so nobody is asked for it$/m,
      )
      const down = await flavour(root, 'outdated --registry http://127.0.0.1:1')
      assert.deepEqual([down.code, down.stdout], [1, ''])
      assert.doesNotMatch(down.stderr, /nobody knows/)
    })

    it('of a stack decides, also on what an ecosystem finds', async () => {
      const root = await project()
      const add = async (word: string) => (await flavour(root, `add ${word}`)).stderr
      assert.match(await add('shop/one'), /note: asked acme\/fam-demo:1, of plugin @acme\/managers$/m)
      writeFileSync(join(root, '.flavourrc'), 'managers: {demo: acme/fam-bringer}\n')
      assert.match(await add('shop/two:2'), /note: asked acme\/fam-bringer:1, of plugin @acme\/managers$/m)
      assert.match(await add('shop/none'), /^flavour: find shop\/none: there is no such addon; looked in\n/m)
      assert.match(await add('shop/nonsense'), /^flavour: ask acme\/fam-demo:1: the addon manager failed: what it found has no bytes$/m)
      assert.match(
        await add('twice/x'),
        /^flavour: find addons of twice: @acme\/managers:eater and @acme\/managers:exiter are in conflict\n/m,
      )
      assert.deepEqual(readdirSync(box.path('tmp')), [])
      const names = JSON.parse((await flavour(root, 'list --json')).stdout).map(({name, version}: Record<string, string>) => [
        name,
        version,
      ])
      assert.deepEqual(names, [['shop/one', '9']])
    })

    it('of the project is told once where it decides who is asked and run, and its user has not said the same', async () => {
      const rc = 'registry: https://addons.example/\nnetwork: true\nmanagers: {php: demo}\nsources: [ecosystems, registry]\ntimeout: 9\n'
      const root = await project({'.flavourrc': rc, 'app.flavour': app})
      const said = async (flag = '--dry-run') =>
        (await flavour(root, `add ${packages('a1', 'b1')} --addonmanager demo --dry-run ${flag}`)).stderr
      const note = (what: string) => `flavour: note: this project chooses ${what}, in ${join(root, '.flavourrc')}\n`
      assert.ok((await said()).startsWith(`${note('managers, network and registry')}flavour: note: asked `))
      await writeTree(box.path('config/flavour'), {'config.yaml': 'managers: {php: demo}\nregistry: https://addons.example/\n'})
      assert.ok((await said()).startsWith(`${note('network')}flavour: note: asked `))
      assert.doesNotMatch(await said('--no-network'), /this project chooses/)
      rmSync(box.path('config/flavour'), {recursive: true})
    })

    it('of the user counts where the project says nothing', async () => {
      await writeTree(box.path('config/flavour'), {'config.yaml': 'managers: {php: demo, ruby: demo}\n'})
      const root = await project({'app.flavour': app, 'package.json': '{"name": "x", "flavour": {"timeout": 5}}'})
      assert.equal((await flavour(root, `add ${packages('a1')} --addonmanager ruby`)).code, 0)
      rmSync(box.path('config/flavour'), {recursive: true})
    })

    it('that is wrong is told with line and column, all at once', async () => {
      const root = await project({
        '.flavourrc.yaml': 'registri: x\ntimeout: soon\nsources: [nowhere]\nkeep: [media/, a/../..]\n',
        'app.flavour': app,
      })
      const {code, stderr} = await flavour(root, `add ${packages('a1')}`)
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^flavour: read the configuration of flavour: 4 problems\n\.flavourrc\.yaml:1:1 registri is not a known key\n {4}did you mean registry\?\n/,
      )
      assert.match(stderr, /\.flavourrc\.yaml:2:10 timeout must be a number, not a text\n/)
      assert.match(stderr, /\.flavourrc\.yaml:4:16 keep\[1\] must be a directory of the project, by its plain path, not /)
      assert.match(stderr, /\.flavourrc\.yaml:3:11 sources\[0\] must be ecosystems, registry, /)
    })

    const importing: readonly (readonly [file: string, text: string, place: string])[] = [
      ['.flavourrc', 'timeout: 5\n$import: ./code.mjs\n', '2:1'],
      ['package.json', '{"flavour": {"$import": ["./code.cjs"]}}', '1:14'],
    ]
    for (const [file, text, place] of importing)
      it(`runs no code that ${file} would import: flavour is typed in directories of strangers, too`, async () => {
        const code = (write: string) => `${write}.writeFileSync(${JSON.stringify(box.path('ran'))}, '')\n`
        const files = {'code.cjs': code("require('node:fs')"), 'code.mjs': code("process.getBuiltinModule('node:fs')")}
        const root = await project({...files, 'app.flavour': app, [file]: text})
        const {code: status, stderr} = await flavour(root, 'outdated')
        assert.equal(existsSync(box.path('ran')), false)
        assert.equal(status, 1)
        assert.ok(stderr.includes(`\n${file}:${place} $import is not a known key\n`), stderr)
      })
  })
})
