/** `flavour create`: what it writes is sound as it is, and is tried by what its author would type next. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {AddonManager} from '@flavor/contract'
import {after, before, describe, it} from 'mocha'
import {managerContext} from '../../contract/src/testkit/context.ts'
import gradle from '../../plugins/addons-gradle/dist/gradle.js'
import node from '../../plugins/addons-node/dist/node.js'
import php from '../../plugins/addons-php/dist/php.js'
import python from '../../plugins/addons-python/dist/python.js'
import bash from '../../plugins/addons-shell/dist/shell.js'
import {readAddon} from '../../src/addons/addon-flavour.ts'
import {isAddonName, type KnownStack, knownStacks, starterAddon} from '../../src/scaffold/addon.ts'
import {managerName} from '../../src/scaffold/manager-name.ts'
import {useEngine} from '../support/docker.ts'
import {registryEnvironment} from '../support/downloads.ts'
import {execute, type Finished, type Sandbox, sandbox, writeTree} from '../support/run.ts'

describe('flavour create', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  const flavour = (cwd: string, args: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    box.run(args.split(' '), {cwd, env, name: 'flavour'})

  function empty(name: string): string {
    mkdirSync(box.path(name))
    return box.path(name)
  }

  describe('addon', () => {
    it('is one for its stack', async () => {
      const here = empty('shop')
      const made = await flavour(here, 'create addon --stack php')
      assert.deepEqual([made.code, made.stderr], [0, ''])
      assert.equal(made.stdout, 'wrote addon.flavour for shop\nnext: flavour check --package addon.flavour --addonmanager php\n')
      const {code, stderr, stdout} = await flavour(here, 'check --package addon.flavour --addonmanager php')
      assert.deepEqual([code, stdout], [0, 'True   shop:0.1  addon.flavour\n'], stderr)
    })

    it('is accepted by the manager of each stack that it can be for', async () => {
      const codes: Readonly<Record<KnownStack, AddonManager>> = {bash, gradle, node, php, python}
      for (const stack of knownStacks) {
        const {addon, problems} = readAddon('addon.flavour', Buffer.from(starterAddon('acme/Some_Blog', stack)))
        assert.ok(addon, JSON.stringify(problems))
        assert.deepEqual(await codes[stack].check(addon.declaration, managerContext), [], stack)
      }
    })

    it('is one of no stack, and of any name', async () => {
      const here = empty('names')
      const {code, stdout} = await flavour(here, 'create addon @acme/Blog.x')
      assert.equal(code, 0)
      assert.match(stdout, /\nnext: flavour check --package addon\.flavour\n$/)
      assert.equal((await flavour(here, 'check -p addon.flavour')).stdout, 'True   @acme/Blog.x:0.1  addon.flavour\n')
      assert.match(readFileSync(join(here, 'addon.flavour'), 'utf8'), / ACME_BLOG_X_DEBUG\n/)
    })

    it('never takes the place of another, and can be looked at before', async () => {
      const here = empty('twice')
      const dry = JSON.parse((await flavour(here, 'create addon blog --dry-run --json')).stdout)
      assert.deepEqual([dry.written, readdirSync(here)], [false, []])
      assert.equal((await flavour(here, 'create addon blog --dry-run')).stdout, dry.text)
      await writeTree(here, {'addon.flavour': 'mine'})
      for (const args of ['create addon blog', 'create addon blog --dry-run']) {
        const {code, stderr} = await flavour(here, args)
        assert.equal(code, 1)
        assert.match(stderr, /^flavour: write addon\.flavour: it is there already, and nothing is written over\n/)
      }
      assert.equal(readFileSync(join(here, 'addon.flavour'), 'utf8'), 'mine')
    })

    it('is refused a name that it could not be called by', async () => {
      for (const name of ['a;b', '../x', '.hidden', 'a/-b', 'a:b', 'a/', '-x', 'a b', '']) assert.equal(isAddonName(name), false, name)
      const {code, stderr} = await flavour(box.directory, 'create addon a;b')
      assert.deepEqual([code, stderr], [2, 'flavour: create addon "a;b": that cannot be its name\n  flavour create addon acme/blog\n'])
      assert.equal((await flavour(box.directory, 'create addon x --stack cobol')).code, 2)
    })
  })

  describe('manager', () => {
    it('is a directory that was not there', async () => {
      const here = empty('managers')
      const dry = await flavour(here, 'create manager acme/fam-cobol --dry-run')
      assert.match(dry.stdout, /^would write fam-cobol\/Dockerfile\n/)
      const {code, stdout} = await flavour(here, 'create manager acme/fam-cobol --json')
      const {files, identifier, kind, next, written} = JSON.parse(stdout)
      assert.deepEqual([code, identifier, kind, written], [0, 'acme/fam-cobol:0.1', 'image', true])
      assert.deepEqual(next, ['docker build -t acme/fam-cobol fam-cobol', 'flavour conform acme/fam-cobol'])
      for (const {path, text} of files) assert.equal(readFileSync(join(here, 'fam-cobol', path), 'utf8'), text)
      assert.deepEqual(readdirSync(here), ['fam-cobol'])
      assert.equal(statSync(join(here, 'fam-cobol/bin/add')).mode & 0o111, 0o111)
      assert.equal(statSync(join(here, 'fam-cobol/Dockerfile')).mode & 0o111, 0)
      const again = await flavour(here, 'create manager fam-cobol --plugin')
      assert.deepEqual(
        [again.code, again.stderr.split('\n')[0]],
        [1, 'flavour: write fam-cobol: it is there already, and nothing is written over'],
      )
    })

    it('is refused a name that no image can have', async () => {
      for (const name of ['Acme/x', '../x', 'a/b/c', 'x;y', '9', '-x', 'a/fam-', '']) assert.equal(managerName(name), undefined, name)
      assert.equal((await flavour(box.directory, 'create manager Acme/x')).code, 2)
      assert.deepEqual(managerName('@acme/plugin-addons-c.x'), {
        directory: 'plugin-addons-c.x',
        identifier: 'acme/plugin-addons-c.x:0.1',
        scope: 'acme',
        stack: 'c-x',
        whole: 'acme/plugin-addons-c.x',
      })
    })

    it('keeps what others have written in app.flavour, by whatever shell its scripts are run', async () => {
      const here = empty('scripts')
      await flavour(here, 'create manager acme/fam-cobol')
      const others = "    'django:0.1': {manager: x, hash: 1cf0} # theirs\n    # about blog\n"
      const before = `spec: 0.1 # ours\naddons: # of the team\n${others}config:\n  debug: {label: Debug, type: scalar/boolean, default: no}\n`
      await writeTree(here, {'shop/app.flavour': before})
      const env = {...box.env, FAM_IDENTIFIER: 'acme/fam-cobol:0.1'}
      const run = async (word: string, input: string): Promise<void> => {
        const {code, stderr} = await execute('sh', [join(here, 'fam-cobol/bin', word)], {cwd: join(here, 'shop'), env, input})
        assert.equal(code, 0, stderr)
      }
      const app = (): string => readFileSync(join(here, 'shop/app.flavour'), 'utf8')
      const document = (version: string): string =>
        `spec: '0.1' # c\nmeta:\n  name: '@acme/x' # it\n  version: "${version}"\ninstall:\n  package: a,b{c}\n\n\n`
      for (const version of ['1.10', '1.2']) {
        await run('check', document(version))
        await run('add', document(version))
        const hash = createHash('sha256').update(document(version)).digest('hex')
        assert.deepEqual(readdirSync(join(here, 'shop/.flavour/addons')), [hash])
        const entry = `    '@acme/x:${version}':\n        manager: acme/fam-cobol:0.1\n        hash: ${hash}\n`
        assert.equal(app(), before.replace(others, entry + others))
      }
      await run('remove', document('1.2'))
      assert.equal(app(), before)
      assert.deepEqual(readdirSync(join(here, 'shop')), ['app.flavour'])
    })

    it('is a plugin that passes the test of the contract, with what is said to type next', async () => {
      const here = empty('plugins-here')
      const created = await flavour(here, 'create manager acme/plugin-addons-cobol --plugin')
      const [, next = ''] = /^next: (.+)$/m.exec(created.stdout) ?? []
      const directory = join(here, 'plugin-addons-cobol')
      const env = {...box.env, ...registryEnvironment(), PATH: `${dirname(process.execPath)}:${process.env.PATH}`}
      const {code, stderr, stdout} = await execute('sh', ['-c', next], {cwd: here, env})
      assert.equal(code, 0, stdout + stderr)
      assert.match(stdout, /has one version of an addon at a time/)
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
      const files = Object.fromEntries(['offer.js', 'manager.js'].map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
      await box.link({files, hooks: manifest.oclif.hooks, name: manifest.name})
      const conform = await flavour(here, 'conform cobol')
      assert.deepEqual([conform.code, conform.stdout.match(/^(not ok|warning)/m)], [0, null], conform.stdout)
    })
  })

  describe('manager as an image', function () {
    const engine = useEngine(this)

    it('keeps every rule of the protocol', async () => {
      const {stdout} = await flavour(box.directory, 'create manager acme/fam-begun --dry-run --json')
      const {files} = JSON.parse(stdout) as {files: readonly {path: string; text: string}[]}
      const texts = Object.fromEntries(files.map(({path, text}) => [path, text]))
      await engine().build('acme/fam-begun', {
        ...texts,
        Dockerfile: (texts.Dockerfile ?? '').replace('FROM busybox', 'FROM scratch\nCOPY tools /bin'),
      })
      const conform = await flavour(box.directory, 'conform acme/fam-begun', {DOCKER_HOST: engine().host})
      assert.equal(conform.code, 0, conform.stdout + conform.stderr)
      assert.doesNotMatch(conform.stdout, /^(not ok|warning)/m)
    }).timeout(120_000)
  })
})
