/** `flavour conform`: managers that keep the protocol, and those that do not, as somebody who writes one would try them. */
import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {useEngine} from '../support/docker.ts'
import {buildManager} from '../support/manager-image.ts'
import {type Finished, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const rulesOf = (stdout: string, word: string): readonly string[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length).trim()] : []))

describe('flavour conform', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  const conform = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    box.run(['conform', ...args], {env, name: 'flavour'})

  describe('with a plugin', () => {
    it('says of each rule that it holds, and leaves nothing behind', async () => {
      const {code, stdout} = await conform(['flavour'])
      assert.equal(code, 0, stdout)
      assert.ok(rulesOf(stdout, 'ok').includes('add keeps the document, byte for byte'), stdout)
      assert.equal(rulesOf(stdout, 'ok').length, stdout.trim().split('\n').length)
      assert.deepEqual(readdirSync(box.path('tmp')), [])
    })

    it('has nothing against those that come with flavor', async () => {
      const results = await Promise.all(['gradle', 'node', 'php', 'python', 'shell'].map((word) => conform([word])))
      for (const {code, stderr, stdout} of results) assert.deepEqual([code, rulesOf(stdout, 'warning')], [0, []], stdout + stderr)
    })

    it('runs what an addon brings only when that is allowed', async () => {
      const document = 'spec: 0.1\nmeta: {name: a, version: 1}\ninstall: {command: echo >a.txt, remove: rm a.txt}\n'
      await writeTree(box.directory, {'command.flavour': document})
      const [refused, allowed] = await Promise.all(
        ['', '--allow-run'].map((flag) => conform(['shell', '-p', 'command.flavour', ...(flag === '' ? [] : [flag])])),
      )
      assert.match(rulesOf(refused?.stdout ?? '', 'not ok')[0] ?? '', /^add succeeds: .*this comes from the addon, and was not allowed$/)
      assert.deepEqual([refused?.code, allowed?.code], [1, 0], allowed?.stdout)
    })

    it('names the rules that a plugin of a third party breaks', async () => {
      const step =
        "{kind: 'write', path: 'log.txt', bytes: Buffer.concat([(await project.read('log.txt')) ?? Buffer.alloc(0), Buffer.from('again')])}"
      const guest = await sandbox()
      try {
        await guest.link({
          files: {
            'offer.js': `export default async () => [{id: 'x', identifier: 'acme/fam-x:1', stack: 'x', summary: 'X', load: async () => ({default: {check: async () => [], plan: async (change, addon, project) => change === 'add' ? [${step}] : [{kind: 'remove', path: 'README.md'}]}})}]`,
          },
          hooks: {'flavor:addon-managers:v1': './offer.js'},
          name: '@acme/managers',
        })
        const {code, stdout} = await guest.run(['conform', 'x'], {name: 'flavour'})
        assert.equal(code, 1)
        const [kept, twice] = rulesOf(stdout, 'not ok')
        assert.match(
          kept ?? '',
          /^add keeps the document, byte for byte: \.flavour\/addons\/[0-9a-f]{64} is not there, or has other bytes$/,
        )
        assert.equal(twice, 'adding what is there changes nothing: changed: log.txt')
        assert.deepEqual(rulesOf(stdout, 'warning'), [
          'add notes the addon in app.flavour: app.flavour has no entry sample:1.0',
          'another version takes the place of the one that is there: there is no sample:1.0.1',
          'add and remove give back what was there: changed: log.txt',
        ])
      } finally {
        await guest.remove()
      }
    })

    it('wants two versions of one addon', async () => {
      const document = (name: string): string => `spec: 0.1\nmeta: {name: ${name}, version: 1}\n`
      await writeTree(box.directory, {'a.flavour': document('a'), 'b.flavour': document('b')})
      const {code, stderr} = await conform(['flavour', '-p', 'a.flavour', '-p', 'b.flavour'])
      assert.equal(code, 2)
      assert.match(stderr, /^flavour: try the manager with two versions of an addon: these are not\n {2}give both: --package /m)
      const one = await conform(['flavour', '-p', 'a.flavour', '--json'])
      assert.deepEqual([one.code, JSON.parse(one.stdout).addon], [0, 'a:1'])
    })
  })

  describe('with an image', function () {
    const engine = useEngine(this)

    before(async function () {
      this.timeout(120_000)
      const own = {
        add: '. /lib/manager.sh\necho "addons: {\'$name:$version\': {manager: me, hash: $(echo $hash | tr 0-9 8)}}" >>app.flavour',
        check: 'exit 0',
        remove: 'exit 1',
      }
      await buildManager(engine(), 'acme/fam-sound:1', {identifier: 'acme/fam-sound:0.1'})
      await buildManager(engine(), 'acme/fam-sloppy:1', {scripts: own})
    })

    const tried = (args: readonly string[]): Promise<Finished> => conform(args, {DOCKER_HOST: engine().host})

    it('says of each rule that it holds', async () => {
      const {code, stderr, stdout} = await tried(['acme/fam-sound:1'])
      assert.equal(code, 0, stdout + stderr)
      assert.equal(rulesOf(stdout, 'ok').length, stdout.trim().split('\n').length, stdout)
      for (const rule of ['states FAM_IDENTIFIER', 'remove fails for what is no addon.flavour'])
        assert.ok(rulesOf(stdout, 'ok').includes(rule), rule)
      assert.deepEqual(await engine().containers(), [])
    })

    it('names the rules that it breaks, and why', async () => {
      const {code, stdout} = await tried(['acme/fam-sloppy:1'])
      assert.equal(code, 1)
      const broken = rulesOf(stdout, 'not ok').map((line) => line.replace(/: .*/, ''))
      assert.deepEqual(broken, [
        'its entry has the SHA-256 of the document, in hex',
        'add keeps the document, byte for byte',
        'adding what is there changes nothing',
        'remove takes the entry away',
        'check fails for what is no addon.flavour',
      ])
      assert.match(stdout, /^warning {2}states FAM_IDENTIFIER: it has none, so its name stands for it$/m)
      assert.match(stdout, /^not ok {3}remove takes the entry away: .*remove of acme\/fam-sloppy:1 failed with exit status 1$/m)
      assert.deepEqual(await engine().containers(), [])
    })
  })
})
