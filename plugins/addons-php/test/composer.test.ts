/** The real Composer, with repositories in directories of this test alone: the lock file after each change, and addons found. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdtemp, readdir, readFile, rm, symlink} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {AddonFailure, FoundAddon, ManagerContext} from '@flavor/contract'
import {after, before, describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {memoryProject} from '../../../contract/src/testkit/project.ts'
import {contextWith} from '../../../test/support/manager-context.ts'
import {execute, sandbox, writeTree} from '../../../test/support/run.ts'
import php from '../dist/php.js'

const missing = spawnSync('composer', ['--version'], {stdio: 'ignore'}).status === 0 ? '' : ' (skipped: needs composer on the PATH)'
const document = 'spec: 0.1\nmeta: {name: one, version: 1.2.0}\ninstall: {package: "acme/one:1.2.0"}\n'
const context = contextWith(['composer'])

describe(`Composer${missing}`, () => {
  let directory = ''
  const kept = {...process.env}

  before(async function () {
    if (missing) this.skip()
    directory = await mkdtemp(join(tmpdir(), 'flavor-composer-'))
    const packages = join(directory, 'packages')
    const repositories = [{'packagist.org': false}, {type: 'path', url: `${packages}/*`}]
    await writeTree(directory, {
      'home/config.json': JSON.stringify({repositories}),
      'packages/one-1/composer.json': '{"name": "acme/one", "version": "1.1.0"}',
      'packages/one-2/addon.flavour': document,
      'packages/one-2/composer.json': '{"name": "acme/one", "version": "1.2.0", "require": {"acme/two": "^1.0", "php": ">=99"}}',
      'packages/two/composer.json': '{"name": "acme/two", "version": "1.0.3", "scripts": {"post-create-project-cmd": "touch ran"}}',
    })
    await symlink('/dev/zero', join(packages, 'two/addon.flavour'))
    Object.assign(process.env, {COMPOSER_HOME: join(directory, 'home'), FLAVOR_PRIVATE_KEY: 'secret', HOME: join(directory, 'home')})
  })
  after(async () => {
    process.env = kept
    if (directory) await rm(directory, {force: true, recursive: true})
  })

  async function found(name: string, version?: string, wishes: ManagerContext = context): Promise<FoundAddon | undefined> {
    const scratch = await mkdtemp(join(directory, 'scratch-'))
    return await php.find?.({name, version}, scratch, wishes)
  }

  it('finds the document that a package brings, of the version that is meant', async () => {
    for (const version of ['1.2', '^1.1', undefined])
      assert.deepEqual(
        await found('acme/one', version),
        {bytes: Buffer.from(document), origin: 'package', package: 'acme/one:1.2.0'},
        version,
      )
  })

  it('finds packages that bring none, or a link in its place, and runs nothing of theirs', async () => {
    const addon = await found('acme/two')
    assert.equal(
      Buffer.from(addon?.bytes ?? []).toString(),
      'spec: 0.1\nmeta:\n  name: composer/acme/two\n  version: 1.0.3\ninstall:\n  package: acme/two:1.0.3\n',
    )
    assert.deepEqual([addon?.origin, addon?.package], ['derived', 'acme/two:1.0.3'])
    assert.deepEqual((await readdir(join(directory, 'packages/two'))).toSorted(), ['addon.flavour', 'composer.json'])
    assert.match(Buffer.from((await found('acme/one', '1.1.0'))?.bytes ?? []).toString(), /version: 1\.1\.0\n/)
  })

  it('finds nothing where there is nothing', async () => {
    assert.equal(await found('acme/none'), undefined)
    assert.equal(await found('acme/none', '1.0'), undefined)
    assert.equal(await found('acme/one', '7.0'), undefined)
  })

  it('says what Composer says where it cannot look', async () => {
    const broken = {'packagist.org': false, repositories: [{type: 'composer', url: 'http://127.0.0.1:9'}]}
    await writeTree(directory, {
      'broken/config.json': JSON.stringify({
        config: {'secure-http': false},
        repositories: [{'packagist.org': false}, ...broken.repositories],
      }),
    })
    const home = process.env.COMPOSER_HOME
    process.env.COMPOSER_HOME = join(directory, 'broken')
    try {
      await assert.rejects(found('acme/one', '1.2.0'), (error: AddonFailure) => {
        assert.deepEqual(error.problem, {hint: 'composer diagnose', message: 'composer could not get acme/one'})
        assert.match(error.output?.join('\n') ?? '', /127\.0\.0\.1/)
        return true
      })
    } finally {
      process.env.COMPOSER_HOME = home
    }
  })

  it('where it is not there, nothing is looked at, and that is said', async () => {
    const notes: string[] = []
    const without = {...managerContext, note: (message: string) => notes.push(message)}
    assert.deepEqual((await found('acme/none', '1.0', without))?.package, 'acme/none:1.0')
    assert.match(notes.join(), /^there is no composer on this machine: whether there is a package acme\/none:1\.0/)
    await assert.rejects(found('acme/none', undefined, without), /the newest version of acme\/none cannot be found/)
  })

  it('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await assert.rejects(found('acme/one', '1.2.0', contextWith(['composer'], signal)), /enough/)
  })

  it('writes the lock file, and what goes leaves it as it was', async () => {
    const project = join(directory, 'project')
    await writeTree(project, {'composer.json': '{\n    "name": "acme/shop",\n    "require": {\n        "acme/two": "1.0.3"\n    }\n}\n'})
    const composer = async (command: readonly string[]): Promise<void> => {
      const [program = '', ...args] = command
      const {code, stderr} = await execute(program, args, {cwd: project, env: process.env})
      assert.equal(code, 0, stderr)
    }
    await composer(['composer', 'update', '--no-install', '--no-interaction'])
    const read = (name: string): Promise<string> => readFile(join(project, name), 'utf8')
    const before = [await read('composer.json'), await read('composer.lock')]
    const memory = memoryProject({'composer.json': before[0] ?? '', 'composer.lock': before[1] ?? ''}, 'flavour/fam-php:0.1')
    const addon = {bytes: Buffer.from(''), install: {package: 'acme/one:1.1.0'}, name: 'one', version: '1'}
    for (const change of ['add', 'remove'] as const) {
      const steps = await php.plan(change, addon, memory, context)
      await memory.apply([...steps, {hash: 'x', kind: 'add-entry', name: 'one', version: '1'}])
      for (const step of steps) {
        if (step.kind === 'write') await writeTree(project, {[step.path]: step.bytes})
        if (step.kind === 'run') await composer(step.command)
      }
      assert.equal((await read('composer.lock')).includes('"acme/one"'), change === 'add')
    }
    assert.deepEqual([await read('composer.json'), await read('composer.lock')], before)
    assert.deepEqual((await readdir(project)).toSorted(), ['composer.json', 'composer.lock'])
  })

  it('serves flavour: an addon comes by its name in Composer, goes again, and a bad one leaves nothing', async () => {
    const box = await sandbox()
    try {
      const files = {'app.flavour': 'spec: 0.1\n', 'composer.json': '{\n  "name": "acme/shop"\n}\n'}
      await writeTree(box.path('shop'), files)
      const [cwd, env] = [box.path('shop'), {COMPOSER_HOME: join(directory, 'home')}]
      const locked = await execute('composer', ['update', '--no-install', '--no-interaction'], {cwd, env: {...box.env, ...env}})
      assert.equal(locked.code, 0, locked.stderr)
      const sight = async () =>
        Promise.all(['app.flavour', 'composer.json', 'composer.lock'].map((name) => readFile(join(cwd, name), 'utf8')))
      const before = await sight()
      const flavour = (args: string) => box.run(args.split(' '), {cwd, env, name: 'flavour'})

      const added = await flavour('add composer/acme/two:1.0.3')
      assert.equal(added.code, 0, added.stderr)
      assert.match(added.stderr, /now type: composer install\n/)
      const [app, json, lock] = await sight()
      assert.match(app ?? '', / {2}composer\/acme\/two:1\.0\.3:\n {4}manager: flavour\/fam-php:0\.1\n/)
      assert.equal(json, '{\n  "name": "acme/shop",\n  "require": {\n    "acme/two": "1.0.3"\n  }\n}\n')
      assert.match(lock ?? '', /"name": "acme\/two"/)

      const clash = await flavour('add composer/acme/one:1.2.0')
      assert.equal(clash.code, 1, 'it needs a PHP that nobody has')
      assert.deepEqual(await sight(), [app, json, lock])
      assert.match(clash.stderr, /php >=99/)

      const removed = await flavour('remove composer/acme/two')
      assert.equal(removed.code, 0, removed.stderr)
      assert.deepEqual(await sight(), before)
    } finally {
      await box.remove()
    }
  })
})
