/** A plugin is a guest: whatever it does while it is asked costs one line of warning and nothing else. */
import assert from 'node:assert/strict'
import {after, before, describe, it} from 'mocha'
import {type Finished, type Sandbox, sandbox} from '../support/run.ts'

const good = `{id: 'good', operation: 0xd7, extension: '.good', levels: {min: 1, max: 1, default: 1}, summary: 'Works', load: async () => ({})}`

/** What each misbehaving plugin does, and a part of what the warning says. */
const guests: Readonly<Record<string, {readonly offer: string; readonly says: RegExp}>> = {
  'answers-nonsense': {offer: `export default async () => 'gzip'`, says: /its answer is not a list of descriptors/},
  'awaits-forever-at-the-top': {offer: `await new Promise(() => {})\nexport default async () => []`, says: /did not answer within/},
  'calls-error-with-an-exit-code': {
    offer: `export default async function () { this.error('out of paper', {exit: 7}) }`,
    says: /out of paper/,
  },
  'calls-exit-of-its-context': {
    offer: `export default async function () { this.exit(3) }`,
    says: /tried to end the process with exit code 3/,
  },
  'calls-process-exit': {offer: `export default async () => process.exit(9)`, says: /tried to end the process with exit code 9/},
  'calls-process-exit-later': {
    offer: `export default () => new Promise(() => setTimeout(() => process.exit(9), 20))`,
    says: /tried to end the process with exit code 9/,
  },
  'calls-process-exit-when-loaded': {
    offer: `process.exit(0)\nexport default async () => []`,
    says: /tried to end the process with exit code 0/,
  },
  'claims-the-byte-of-tar': {
    offer: `export default async () => [{...${good}, id: 'tarry', operation: 1}]`,
    says: /its offer tarry has an operation byte that is not its to use/,
  },
  'exports-no-function': {offer: `export const offer = {}`, says: /exports no function/},
  'forgets-load': {
    offer: `export default async () => [{...${good}, id: 'no-load', load: undefined}]`,
    says: /its offer no-load has no function load/,
  },
  'holds-the-event-loop': {offer: `export default () => new Promise(() => setInterval(() => {}, 1000))`, says: /did not answer within/},
  'imports-what-is-not-there': {offer: `import 'nowhere'\nexport default async () => []`, says: /Cannot find package 'nowhere'/},
  'never-settles': {offer: `export default () => new Promise(() => {})`, says: /did not answer within/},
  'rejects-behind-its-back': {
    offer: `export default () => new Promise(() => void Promise.reject(new Error('nobody waits for this')))`,
    says: /nobody waits for this/,
  },
  'speaks-a-later-version': {offer: '', says: /it speaks v2 of the contract and this flavor v1/},
  'throws-an-error': {offer: `export default async () => { throw new Error('boom\\nand more') }`, says: /boom$/},
  'throws-from-a-timer': {
    offer: `export default () => new Promise(() => setTimeout(() => { throw new Error('tick') }, 20))`,
    says: /tick$/,
  },
  'throws-null': {offer: `export default async () => { throw null }`, says: /null$/},
  'throws-when-loaded': {offer: `throw new Error('at once')`, says: /at once/},
  'uses-a-bad-id': {offer: `export default async () => [{...${good}, id: 'Bad Id'}]`, says: /its offer 1 has a malformed id/},
  'writes-bad-syntax': {offer: 'export default async () => [', says: /Unexpected end of input/},
}

const warnings = ({stderr}: Finished): readonly string[] => stderr.split('\n').filter((line) => line !== '')

async function withGuests(box: Sandbox, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const hook = name === 'speaks-a-later-version' ? 'flavor:compressors:v2' : 'flavor:compressors:v1'
    await box.link({files: {'offer.js': guests[name]?.offer ?? ''}, hooks: {[hook]: './offer.js'}, name: `@guest/${name}`})
  }
  await box.link({
    files: {'offer.js': `export default async () => [${good}]`},
    hooks: {'flavor:compressors:v1': './offer.js'},
    name: '@guest/behaves',
  })
}

describe('a plugin that misbehaves when it is asked', () => {
  let box: Sandbox
  let listed: Finished

  before(async () => {
    box = await sandbox()
    await withGuests(box, Object.keys(guests))
    listed = await box.run(['capabilities', '--json'], {env: {FLAVOR_PLUGIN_DEADLINE: '2000'}})
  })
  after(() => box.remove())

  for (const [name, {says}] of Object.entries(guests)) {
    it(`${name.replaceAll('-', ' ')}: one warning`, () => {
      const own = warnings(listed).filter((line) => line.includes(`@guest/${name} `))
      assert.equal(own.length, 1, listed.stderr)
      assert.match(own[0] ?? '', says)
      assert.match(own[0] ?? '', /^flavor: warning: plugin /)
    })
  }

  it('costs no other line on stderr', () => {
    assert.equal(warnings(listed).length, Object.keys(guests).length, listed.stderr)
  })

  it('leaves the exit code and the offers of the others alone', () => {
    const ids = JSON.parse(listed.stdout).capabilities.map(({id}: {id: string}) => id)
    assert.equal(listed.code, 0)
    assert.ok(ids.includes('good') && ids.includes('gzip') && ids.includes('application-code'), ids.join())
  })

  it('is listed among the failures', () => {
    const failed = JSON.parse(listed.stdout).failures.map(({plugin}: {plugin: string}) => plugin)
    assert.deepEqual(
      [...new Set(failed)].sort(),
      Object.keys(guests).map((name) => `@guest/${name}`),
    )
  })
})

describe('a plugin that misbehaves alone', () => {
  for (const name of ['calls-process-exit', 'awaits-forever-at-the-top', 'holds-the-event-loop', 'throws-from-a-timer']) {
    it(`${name.replaceAll('-', ' ')}: the others are still listed, exit 0`, async () => {
      const box = await sandbox()
      await withGuests(box, [name])
      const {code, stderr, stdout} = await box.run(['capabilities'], {env: {FLAVOR_PLUGIN_DEADLINE: '1500'}})
      await box.remove()
      assert.equal(code, 0, stderr)
      assert.match(stdout, /^compressors +good /m)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    })
  }

  it('can be left out by name, and then costs nothing', async () => {
    const box = await sandbox()
    await withGuests(box, ['throws-an-error'])
    const {stderr, stdout} = await box.run(['capabilities'], {env: {FLAVOR_DISABLE_PLUGINS: '@guest/throws-an-error, zstd'}})
    await box.remove()
    assert.equal(stderr, '')
    assert.doesNotMatch(stdout, /zstd/)
    assert.match(stdout, /gzip/)
  })

  it('cannot set the exit code', async () => {
    const box = await sandbox()
    await box.link({
      files: {'offer.js': 'export default async () => { process.exitCode = 5; return [] }'},
      hooks: {'flavor:compressors:v1': './offer.js'},
      name: '@guest/sets-the-exit-code',
    })
    const {code} = await box.run(['capabilities'])
    await box.remove()
    assert.equal(code, 0)
  })
})
