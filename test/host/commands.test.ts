/** A command id has one meaning, whichever plugin it comes from and whichever name was typed. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Config, settings} from '@oclif/core'
import {after, before, describe, it} from 'mocha'
import {repository, type Sandbox, sandbox} from '../support/run.ts'

/** Every id that may exist, and whose it is. A new command is a new word here. */
const agreed: Readonly<Record<string, readonly string[]>> = {
  '@flavor/cli': [
    'add',
    'capabilities',
    'check',
    'clean',
    'config:env',
    'config:set',
    'config:show',
    'config:unset',
    'conform',
    'create:addon',
    'create:manager',
    'extract',
    'extract-all',
    'helpers:build',
    'helpers:clean',
    'helpers:info',
    'helpers:list',
    'helpers:notices',
    'helpers:test',
    'init',
    'inspect',
    'keygen',
    'launchers:build',
    'launchers:clean',
    'launchers:info',
    'launchers:list',
    'launchers:notices',
    'launchers:test',
    'list',
    'outdated',
    'pack',
    'publish',
    'registry:serve',
    'remove',
    'run',
    'schema',
    'sign',
    'status',
    'trust:accept',
    'trust:add',
    'trust:list',
    'trust:remove',
    'trust:rotate',
    'verify',
    'workenv:clean',
    'workenv:info',
    'workenv:inspect',
    'workenv:list',
    'workenv:remove',
    'workenv:verify',
  ],
  '@oclif/plugin-autocomplete': ['autocomplete', 'autocomplete:create', 'autocomplete:script'],
  '@oclif/plugin-help': ['help'],
  '@oclif/plugin-plugins': [
    'plugins',
    'plugins:add',
    'plugins:inspect',
    'plugins:install',
    'plugins:link',
    'plugins:remove',
    'plugins:reset',
    'plugins:unlink',
    'plugins:uninstall',
    'plugins:update',
  ],
}

/** These belong to addons: no plugin may give them another meaning. */
const reserved = ['add', 'create', 'remove']

describe('commands', () => {
  let box: Sandbox
  let ids: readonly (readonly [plugin: string, id: string])[]

  before(async () => {
    box = await sandbox()
    settings.enableAutoTranspile = false
    const root = repository
    const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const {plugins} = await Config.load({pjson, root, userPlugins: false})
    ids = [...plugins.values()].flatMap(({commands, name}) =>
      commands.flatMap(({aliases, hiddenAliases, id}) =>
        [id, ...(aliases ?? []), ...(hiddenAliases ?? [])].map((word) => [name, word] as const),
      ),
    )
  })
  after(() => box.remove())

  it('are those agreed on', () => {
    assert.deepEqual(
      ids.filter(([plugin, id]) => !agreed[plugin]?.includes(id)).map(([plugin, id]) => `${plugin}: ${id}`),
      [],
    )
  })

  it('have one meaning each', () => {
    const words = ids.map(([, id]) => id)
    assert.deepEqual(
      words.filter((id, index) => words.indexOf(id) !== index),
      [],
    )
  })

  it('leave the words of addons to addons', () => {
    assert.deepEqual(
      ids.filter(([plugin, id]) => plugin !== '@flavor/cli' && reserved.includes(id)),
      [],
    )
  })

  it('that need nothing from plugins load no code of them', async () => {
    const mark = box.path('loaded')
    await box.link({
      files: {
        'offer.js': `import {writeFileSync} from 'node:fs'\nwriteFileSync(${JSON.stringify(mark)}, '')\nexport default async () => []`,
      },
      hooks: Object.fromEntries(
        ['addon-managers', 'compressors', 'launchers', 'purposes'].map((kind) => [`flavor:${kind}:v1`, './offer.js']),
      ),
      name: '@guest/leaves-a-mark',
    })
    for (const args of [
      ['--help'],
      ['help', 'capabilities'],
      ['keygen', '--out-dir', box.path('keys')],
      ['plugins'],
      ['capabilities', '--nonsense'],
    ]) {
      await box.run(args)
      assert.throws(() => readFileSync(mark), {code: 'ENOENT'}, args.join(' '))
    }
    await box.run(['capabilities'])
    assert.equal(readFileSync(mark, 'utf8'), '')
  })

  it('run leaves what stands behind the file to the application', async () => {
    for (const words of [['--help'], ['-h', '--json'], ['--version']]) {
      const {code, stderr, stdout} = await box.run(['run', box.path('missing'), ...words])
      assert.deepEqual([code, stdout], [1, ''], words.join(' '))
      assert.match(stderr, /no such file/)
    }
    assert.match((await box.run(['run', '--help', 'missing'])).stdout, /USAGE/)
    assert.match((await box.run(['run', '--help'])).stdout, /USAGE/)
  })

  for (const name of ['flavor', 'flavour'] as const) {
    it(`${name}: an unknown command ends with 127 and says where to look`, async () => {
      const {code, stderr, stdout} = await box.run(['pakc'], {name})
      assert.equal(code, 127)
      assert.equal(stdout, '')
      assert.match(stderr, new RegExp(`${name} help`))
    })
  }
})
