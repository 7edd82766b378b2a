/** What a manifest means: the exact plan, with everything filled in and nothing left to change. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {loadPlan} from '../../dist/project/load.js'
import type {Plan} from '../../dist/project/plan.js'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {goodManifests, surroundings} from './manifests.ts'

async function planned(manifest: string, files: Files = {}): Promise<Plan> {
  return await loadPlan({cwd: writeFiles(temporaryDirectory(), {...surroundings, ...files, 'flavor.yaml': manifest})})
}

const head = 'name: hello\nversion: 1.0.0\ncommand: node\n'
const slot = (...lines: readonly string[]) => `${head}slots:\n  - id: app\n    purpose: p\n${lines.map((line) => `    ${line}\n`).join('')}`

describe('a plan', () => {
  it('has everything that the manifest leaves to it', async () => {
    const plan = await planned(slot('source: app'))
    const {position, project, ...facts} = plan
    assert.deepEqual(position(['slots', 0]), {column: 5, file: join(project, 'flavor.yaml'), line: 5})
    assert.deepEqual(facts, {
      command: {text: 'node', words: ['node']},
      commands: [],
      compat: undefined,
      description: '',
      directories: [],
      env: {map: {}, pass: [], set: {}, unset: []},
      launcher: 'auto',
      manifest: join(project, 'flavor.yaml'),
      name: 'hello',
      output: join(project, 'dist', 'hello'),
      prefer: {'addon-managers': {}, compressors: {}, launchers: {}, purposes: {}},
      rotations: [],
      setup: [],
      slots: [
        {
          compression: {key: undefined, level: undefined, operations: undefined},
          exclude: [],
          id: 'app',
          index: 0,
          keepModes: false,
          lifecycle: undefined,
          mode: undefined,
          options: {},
          platforms: [],
          purpose: 'p',
          source: {kind: 'directory', path: join(project, 'app'), relative: 'app'},
          target: undefined,
          unpack: false,
        },
      ],
      version: '1.0.0',
    })
  })

  it('cannot be changed, down to the last option', async () => {
    const plan = await planned(slot('options: {deep: [{er: 1}]}'))
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    assert.ok(frozen(plan))
  })

  for (const {manifest, title} of goodManifests) it(`accepts ${title}`, async () => void (await planned(manifest)))

  it('takes name, version and description from package.json, without the scope', async () => {
    const json = '{"name": "@acme/tool", "version": "2.0.0", "description": "Two\\nlines"}'
    const {description, name, version} = await planned('command: node\n', {'package.json': json})
    assert.deepEqual({description, name, version}, {description: 'Two lines', name: 'tool', version: '2.0.0'})
  })

  it('lets the manifest win over package.json', async () => {
    const {name, version} = await planned(head, {'package.json': '{"name": "@acme/tool", "version": "2.0.0"}'})
    assert.deepEqual({name, version}, {name: 'hello', version: '1.0.0'})
  })

  it('keeps numbers and booleans as they were written', async () => {
    const plan = await planned('name: x\nversion: 1.10\ncommand: [node, 0x1F, 1.0]\nenv: {set: {A: 1.0, B: 007, C: True, D: 1e3}}\n')
    assert.equal(plan.version, '1.10')
    assert.deepEqual(plan.command.words, ['node', '0x1F', '1.0'])
    assert.deepEqual(plan.env.set, {A: '1.0', B: '007', C: 'True', D: '1e3'})
  })

  it('follows anchors and merge keys', async () => {
    const plan = await planned(
      `${head}slots:\n  - &one {id: one, purpose: p, level: 3}\n  - {<<: *one, id: two}\nenv: {set: {A: &a 1.0, B: *a}}\n`,
    )
    assert.deepEqual(
      plan.slots.map(({compression, id}) => [id, compression.level]),
      [
        ['one', 3],
        ['two', 3],
      ],
    )
    assert.deepEqual(plan.env.set, {A: '1.0', B: '1.0'})
  })

  it('cannot be talked into a prototype', async () => {
    const {env} = await planned(`${head}env: {set: {__proto__: x, constructor: y}}\n`)
    assert.deepEqual(Object.entries(env.set), [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })
})

describe('the command of a plan', () => {
  const cases: readonly (readonly [string, readonly string[], string?])[] = [
    ['node {workenv}/app/index.js', ['node', '{workenv}/app/index.js']],
    [`node 'a b' "c d"e f\\ g`, ['node', 'a b', 'c de', 'f g']],
    [`sh -c 'a | b && c'`, ['sh', '-c', 'a | b && c']],
    [`expr 1 '>' 2 ''`, ['expr', '1', '>', '2', '']],
    [`jq '{"a": 1}'`, ['jq', '{"a": 1}']],
  ]
  for (const [text, words] of cases) {
    it(`${text} is ${words.length} words`, async () => {
      const {command} = await planned(`name: x\nversion: "1"\ncommand: >-\n  ${text}\n`)
      assert.deepEqual(command, {text, words})
    })
  }

  it('of a list has a text that splits into the same words', async () => {
    const words = ['node', '{workenv}/a b', "it's", '', '$HOME', '"']
    const listed = await planned(`name: x\nversion: "1"\ncommand: ${JSON.stringify(words)}\n`)
    assert.deepEqual(listed.command.words, words)
    const again = await planned(`name: x\nversion: "1"\ncommand: ${JSON.stringify(listed.command.text)}\n`)
    assert.deepEqual(again.command.words, words)
  })
})

describe('several commands of a plan', () => {
  it('are words, text and slots, and default is what a package with one would start', async () => {
    const {command, commands} = await planned(
      'name: x\nversion: "1"\ncommands:\n  serve: {command: [node, 1.0, a b], slots: [two, app]}\n  default: node {workenv}/app/x\n  all: {command: node}\n' +
        'slots:\n  - {id: app, purpose: p}\n  - {id: two, purpose: p, platforms: [win32]}\n',
    )
    assert.deepEqual(command, {text: 'node {workenv}/app/x', words: ['node', '{workenv}/app/x']})
    assert.deepEqual(commands, [
      {name: 'serve', slots: ['two', 'app'], text: "node 1.0 'a b'", words: ['node', '1.0', 'a b']},
      {name: 'default', slots: undefined, text: 'node {workenv}/app/x', words: ['node', '{workenv}/app/x']},
      {name: 'all', slots: undefined, text: 'node', words: ['node']},
    ])
  })
})

describe('a slot of a plan', () => {
  const compressions: readonly (readonly [string, string, readonly string[] | undefined])[] = [
    ['app', 'level: 3', undefined],
    ['app', 'compression: zstd', ['tar', 'zstd']],
    ['file.txt', 'compression: zstd', ['zstd']],
    ['app', 'compression: none', ['tar']],
    ['file.txt', 'compression: none', []],
    ['app', 'compression: gz', ['tar', 'gzip']],
    ['app', 'compression: "@acme/plugin-x:snappy"', ['tar', '@acme/plugin-x:snappy']],
    ['app', 'operations: [tar, br]', ['tar', 'brotli']],
    ['file.txt', 'operations: []', []],
  ]
  for (const [source, line, operations] of compressions) {
    it(`${source} with ${line} goes through ${operations?.join(', ') ?? 'what its purpose says'}`, async () => {
      const {slots} = await planned(slot(`source: ${source}`, line))
      assert.deepEqual(slots[0]?.compression.operations, operations)
    })
  }

  it('understands the lifecycles of other builders', async () => {
    const words = ['persistent', 'runtime', 'temp', 'init', 'cache', 'lazy']
    const manifest = `${head}slots:\n${words.map((word, index) => `  - {id: s${index}, purpose: p, lifecycle: ${word}}\n`).join('')}`
    const {slots} = await planned(manifest)
    assert.deepEqual(
      slots.map(({lifecycle}) => lifecycle),
      ['persistent', 'persistent', 'temporary', 'volatile', 'cached', 'lazy'],
    )
  })

  it('reads modes as octal digits', async () => {
    for (const mode of ['"0755"', '"755"', '"0o755"']) {
      assert.equal((await planned(slot('source: file.txt', `mode: ${mode}`))).slots[0]?.mode, 0o755)
    }
  })

  it('has a plain target however it was written', async () => {
    for (const [written, target] of [
      ['app/', 'app'],
      ['./app', 'app'],
      ['"{workenv}/app"', 'app'],
      ['"{workenv}"', ''],
      ['.', ''],
      ['""', ''],
      ['a/b', 'a/b'],
      ['tmpfiles', 'tmpfiles'],
    ]) {
      assert.equal((await planned(slot(`target: ${written}`))).slots[0]?.target, target)
    }
  })

  it('may lie outside the project when that is said', async () => {
    const files = {'flavor.yaml': slot('source: ../shared', 'allow: outside')}
    const root = writeFiles(temporaryDirectory(), {'shared/x': ''})
    const {slots} = await loadPlan({cwd: writeFiles(join(root, 'project'), files)})
    assert.deepEqual(slots[0]?.source, {kind: 'directory', path: join(root, 'shared'), relative: '../shared'})
    assert.equal(slots[0]?.source?.relative, '../shared')
  })

  it('may share the root and contain each other', async () => {
    const targets = ['.', '"{workenv}"', 'app', 'app/lib']
    const manifest = `${head}slots:\n${targets.map((target, index) => `  - {id: s${index}, purpose: p, source: app, target: ${target}}\n`).join('')}`
    assert.equal((await planned(manifest)).slots.length, 4)
  })
})

describe('finding a manifest', () => {
  const yaml = (name: string) => `name: ${name}\nversion: "1"\ncommand: node\n`
  const json = (name: string) => JSON.stringify({command: 'node', name, version: '1'})
  const places: Files = {
    '.flavorrc': yaml('rc'),
    '.flavorrc.json': json('rc-json'),
    '.flavorrc.yaml': yaml('rc-yaml'),
    'flavor.config.cjs': `module.exports = ${json('config-cjs')}\n`,
    'flavor.config.js': `module.exports = ${json('config-js')}\n`,
    'flavor.config.mjs': `export default async () => (${json('config-mjs')})\n`,
    'flavor.config.ts': `const manifest: {name: string} = ${json('config-ts')}\nexport default manifest\n`,
    'flavor.json': json('json'),
    'flavor.yaml': yaml('yaml'),
    'flavor.yml': yaml('yml'),
    'package.json': JSON.stringify({flavor: {command: 'node', name: 'package', version: '1'}}),
  }

  for (const [file, text] of Object.entries(places)) {
    it(`as ${file}`, async () => {
      const cwd = writeFiles(temporaryDirectory(), {[file]: text})
      assert.equal((await loadPlan({cwd})).manifest, join(cwd, file))
      assert.equal((await loadPlan({cwd: '/', manifest: join(cwd, file)})).manifest, join(cwd, file))
      assert.equal((await loadPlan({cwd, manifest: '.'})).manifest, join(cwd, file))
    })
  }

  it('takes flavor.yaml before all others', async () => {
    assert.equal((await loadPlan({cwd: writeFiles(temporaryDirectory(), places)})).name, 'yaml')
  })

  it('climbs from a directory to the root of the project', async () => {
    const root = writeFiles(temporaryDirectory(), {'.git/HEAD': '', 'flavor.yaml': yaml('top'), 'src/deep/x.js': ''})
    assert.equal((await loadPlan({cwd: join(root, 'src', 'deep')})).project, root)
  })

  for (const mark of ['package.json', 'pyproject.toml', 'Cargo.toml', 'go.mod', '.git']) {
    it(`does not climb past ${mark}`, async () => {
      const root = writeFiles(temporaryDirectory(), {'.git/HEAD': '', 'flavor.yaml': yaml('top'), [`inner/${mark}`]: '{}'})
      await assert.rejects(loadPlan({cwd: join(root, 'inner')}), {code: 'EFLAVOR_MANIFEST_NOT_FOUND'})
    })
  }

  it('does not climb out of a directory that belongs to no project', async () => {
    const root = writeFiles(temporaryDirectory(), {'flavor.yaml': yaml('stray'), 'inner/x': ''})
    await assert.rejects(loadPlan({cwd: join(root, 'inner')}), {code: 'EFLAVOR_MANIFEST_NOT_FOUND'})
  })

  it('reads a file of any other name as YAML', async () => {
    const cwd = writeFiles(temporaryDirectory(), {'release.manifest': yaml('other')})
    assert.equal((await loadPlan({cwd, manifest: 'release.manifest'})).name, 'other')
  })

  it('merges what is imported, and what is written here wins', async () => {
    const cwd = writeFiles(temporaryDirectory(), {
      'base.yml': 'command: node base\nenv: {set: {A: 1.0, B: base}}\nsetup: [one, two]\n',
      'flavor.yaml': '$import: base.yml\nname: x\nversion: "1"\nenv: {set: {B: here}}\nsetup: [three]\n',
    })
    const {command, env, setup} = await loadPlan({cwd})
    assert.deepEqual([command.text, env.set, setup], ['node base', {A: '1.0', B: 'here'}, ['three']])
  })
})
