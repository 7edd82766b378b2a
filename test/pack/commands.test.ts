/** Several commands: what of them a package says, and what is remarked about slots that no command gets to. */
import assert from 'node:assert/strict'
import {describe, it} from 'mocha'
import {openPackage} from '../../dist/format/examination.js'
import {openFileSource} from '../../dist/format/file-source.js'
import type {Metadata} from '../../dist/format/metadata.js'
import {checkSignature} from '../../dist/format/signature.js'
import {loadPlan} from '../../dist/project/load.js'
import {packPlan} from '../support/pack.ts'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'

interface Packed {
  readonly metadata: Metadata
  readonly warnings: readonly string[]
}

/** `lines` follow name and version; `app/index.js` and `docs/x` are there. */
async function packed(...lines: readonly string[]): Promise<Packed> {
  const manifest = ['name: hello', 'version: 1.0.0', ...lines, ''].join('\n')
  const cwd = writeFiles(temporaryDirectory(), {'app/index.js': '', 'docs/x': 'x', 'flavor.yaml': manifest})
  const {package: path, warnings} = await packPlan(await loadPlan({cwd}))
  const source = openFileSource(path)
  const {metadata} = openPackage(source, checkSignature)
  source.close()
  return {metadata, warnings}
}

const elsewhere = process.platform === 'win32' ? 'linux' : 'win32'
const slots = [
  'slots:',
  '  - {id: app, purpose: application-code, source: app}',
  '  - {id: docs, purpose: data-files, source: docs}',
  `  - {id: other, purpose: data-files, source: docs, platforms: [${elsewhere}]}`,
]

describe('a package with several commands', () => {
  it('names them with the slots of its system that each needs, and default in execution as well', async () => {
    const {metadata, warnings} = await packed(
      'commands:',
      '  serve: {command: [node, "{workenv}/app/index.js", a b], slots: [docs, other, app]}',
      '  default: node {workenv}/app/index.js',
      '  none: {command: node, slots: []}',
      ...slots,
    )
    assert.deepEqual(metadata.argv, ['node', '{workenv}/app/index.js'])
    assert.equal(metadata.command, 'node {workenv}/app/index.js')
    assert.deepEqual(metadata.commands, [
      {argv: ['node', '{workenv}/app/index.js', 'a b'], name: 'serve', slots: ['package-metadata', 'app', 'docs']},
      {argv: ['node', '{workenv}/app/index.js'], name: 'default'},
      {argv: ['node'], name: 'none', slots: ['package-metadata']},
    ])
    assert.deepEqual(warnings, [])
  })

  it('has no such key where it has one command', async () => {
    const {metadata} = await packed('command: node', ...slots)
    assert.equal(metadata.commands, undefined)
    assert.ok(!Object.hasOwn(metadata.json, 'commands'))
  })

  it('gets a warning for each path that no slot brings, with the name of the command', async () => {
    const {warnings} = await packed('commands: {default: "node {workenv}/app/index.js", worker: "node {workenv}/app/worker.js"}', ...slots)
    assert.deepEqual(warnings, ['the command worker names app/worker.js, which no slot brings'])
  })
})

describe('a lazy slot', () => {
  const lazy = ['slots:', '  - {id: docs, purpose: data-files, source: docs, lifecycle: lazy}']
  const warning = 'no command names the lazy slot docs: only an application that asks for it (slot path docs) gets it'
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['no command names', 'command: node', true],
    ['no command of several names or lists', 'commands: {default: node, a: {command: "cat {workenv}/docsx", slots: []}}', true],
    ['the command names', 'command: cat {workenv}/docs', false],
    ['the command names a path in', 'command: node --path={workenv}/docs/x:other', false],
    ['one command of several lists', 'commands: {default: node, a: {command: node, slots: [docs]}}', false],
    ['one command of several names', 'commands: {default: node, a: "cat {workenv}/docs/x"}', false],
  ]
  for (const [title, command, warned] of cases) {
    it(`that ${title} is ${warned ? '' : 'not '}warned of`, async () => {
      const {warnings} = await packed(command, ...lazy)
      assert.deepEqual(
        warnings.filter((line) => line.includes('lazy')),
        warned ? [warning] : [],
      )
    })
  }
})
