/** What people are told about a manifest that cannot be used: everything at once, each with its file, line and column. */
import assert from 'node:assert/strict'
import {describe, it} from 'mocha'
import {loadPlan} from '../../dist/project/load.js'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {badManifests, surroundings} from './manifests.ts'

async function refused(files: Files, manifest?: string): Promise<{code: string; exit: number; hints: readonly string[]; lines: string[]}> {
  const cwd = writeFiles(temporaryDirectory(), files)
  try {
    await loadPlan({cwd, manifest})
  } catch (error) {
    const {code, exit, hints, message} = error as {code: string; exit: number; hints: readonly string[]; message: string}
    return {code, exit, hints, lines: message.replaceAll(`${cwd}/`, '').split('\n')}
  }
  throw new Error('the manifest was accepted')
}

describe('a manifest with a problem', () => {
  for (const {files, manifest, said, title} of badManifests) {
    it(title, async () => {
      const {code, exit, lines} = await refused({...surroundings, ...files, 'flavor.yaml': manifest})
      assert.deepEqual(lines.slice(1), said)
      assert.deepEqual({code, exit}, {code: 'EFLAVOR_MANIFEST', exit: 1})
    })
  }

  it('says everything at once, from top to bottom, and how much it is', async () => {
    const manifest = 'name: a/b\ncommnd: x\nslots:\n  - id: A\n    purpose: x\n    source: nothing\n'
    const {lines} = await refused({'flavor.yaml': manifest})
    assert.equal(lines[0], 'read the manifest flavor.yaml: 6 problems')
    assert.deepEqual(
      lines.filter((line) => line.startsWith('flavor.yaml:')).map((line) => line.split(' ').slice(0, 2).join(' ')),
      [
        'flavor.yaml:1:1 command',
        'flavor.yaml:1:1 version',
        'flavor.yaml:1:7 name',
        'flavor.yaml:2:1 commnd',
        'flavor.yaml:4:9 slots[0].id',
        'flavor.yaml:6:13 slots[0].source',
      ],
    )
  })
})

describe('a manifest that is not YAML', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a command that begins with a brace',
      'name: x\ncommand: {workenv}/bin/x\n',
      ['flavor.yaml:2:19 not YAML: unexpected scalar at node end', '    { begins a map in YAML; put the text in quotes: "{workenv}/…"'],
    ],
    ['tabs', 'slots:\n\t- id: x\n', ['flavor.yaml:2:1 not YAML: tabs are not allowed as indentation', '    indent with spaces']],
    ['a quote without an end', 'name: "x\n', ['flavor.yaml:2:1 not YAML: missing closing "quote']],
    ['two documents', 'name: x\n---\nname: y\n', ['flavor.yaml:2:1 a manifest is one document; a second one begins here']],
    ['an alias of nothing', 'name: *x\n', ['flavor.yaml:1:7 *x has no anchor &x before it']],
    ['a tag', 'name: !secret x\n', ['flavor.yaml:1:7 not YAML: unresolved tag: !secret']],
    ['nothing', '', ['flavor.yaml is empty', '    flavor init --force']],
    ['comments only', '# soon\n', ['flavor.yaml is empty', '    flavor init --force']],
  ]
  for (const [title, text, said] of cases) {
    it(title, async () => assert.deepEqual((await refused({'flavor.yaml': text})).lines.slice(1), said))
  }

  it('names the key that stands twice, and goes on', async () => {
    const {lines} = await refused({'flavor.yaml': 'name: a\nversion: 1.0.0\nname: b\ncommand: ""\n'})
    assert.deepEqual(lines.slice(1), [
      'flavor.yaml:3:1 name stands here a second time',
      '    remove one of the two',
      'flavor.yaml:4:10 command is empty',
    ])
  })
})

describe('a problem in another kind of manifest', () => {
  it('flavor.json has lines and columns, and JSON only', async () => {
    const wrong = await refused({'flavor.json': '{\n\t"name": "a",\n\t"version": "1",\n\t"command": 1\n}\n'})
    assert.deepEqual(wrong.lines.slice(1), ['flavor.json:4:13 command must be a text or a list, not the number 1', '    put it in quotes'])
    const comma = await refused({'flavor.json': '{\n  "name": "a",\n}\n'})
    assert.match(comma.lines[1] ?? '', /^flavor\.json:3:1 not JSON: expected double-quoted property name/)
    const bare = await refused({'flavor.json': '{"name": hello}'})
    assert.match(bare.lines[1] ?? '', /^flavor\.json:1:10 not JSON: /)
  })

  it('package.json#flavor too, and nothing else in the file matters', async () => {
    const text =
      '{\n  "name": "a", "version": "1.0.0",\n  "scripts": {"x": 1, "x": 2},\n  "flavor": {\n    "command": "node",\n    "slot": []\n  }\n}\n'
    const {lines} = await refused({'package.json': text})
    assert.deepEqual(lines.slice(1), ['package.json:6:5 flavor.slot is not a known key'.replace('flavor.', ''), '    did you mean slots?'])
  })

  it('JavaScript has no lines, but places', async () => {
    const {lines} = await refused({'flavor.config.mjs': 'export default {command: "node", name: "a", slots: [{id: "a"}], version: "1"}\n'})
    assert.deepEqual(lines.slice(1), ['flavor.config.mjs slots[0].purpose is missing', '    for example purpose: application-code'])
  })

  it('JavaScript that throws says what it threw, even an error that looks like a missing file', async () => {
    const thrown = await refused({'flavor.config.mjs': 'throw new Error("no luck")\n'})
    assert.deepEqual(thrown.lines.slice(1), ['flavor.config.mjs stopped while it ran: no luck'])
    const missing = await refused({'flavor.config.mjs': 'import {readFileSync} from "node:fs"\nreadFileSync("nowhere.txt")\n'})
    assert.match(missing.lines[1] ?? '', /^flavor\.config\.mjs stopped while it ran: ENOENT.*nowhere\.txt/)
  })

  it('options of a JavaScript manifest are plain data', async () => {
    const text = 'export default {command: "x", name: "a", slots: [{id: "a", options: {f() {}}, purpose: "p"}], version: "1"}\n'
    const {lines} = await refused({'flavor.config.js': text, 'package.json': '{"type": "module"}'})
    assert.deepEqual(lines.slice(1), ['flavor.config.js slots[0].options must hold plain data only, no functions'])
  })

  it('what is imported has its own file and lines', async () => {
    const {lines} = await refused({
      'base.yml': 'command: node\nenv:\n  pss: []\n',
      'flavor.yaml': '$import: base.yml\nname: a\nversion: "1"\nenv: {unset: 1}\n',
    })
    assert.deepEqual(lines.slice(1), [
      'flavor.yaml:4:14 env.unset must be a list, not the number 1',
      'base.yml:3:3 env.pss is not a known key',
      '    did you mean pass?',
    ])
  })

  it('an import of nothing is not passed over', async () => {
    const {lines} = await refused({'flavor.yaml': '$import: nothing.yml\nname: a\n'})
    assert.deepEqual(lines.slice(1), ['flavor.yaml imports a file that does not exist'])
  })

  it('a manifest that is a link to nowhere is not passed over', async () => {
    const {code, lines} = await refused({'flavor.yaml': {link: 'nowhere'}})
    assert.deepEqual([code, lines.length], ['EFLAVOR_MANIFEST', 2])
  })

  it('a manifest that may not be read is not passed over', async function () {
    if (process.getuid?.() === 0) this.skip()
    const {lines} = await refused({'flavor.yaml': {mode: 0, text: 'name: a\n'}})
    assert.deepEqual(lines.slice(1), ['flavor.yaml may not be read: permission denied'])
  })
})

describe('name and version', () => {
  it('must come from somewhere', async () => {
    const {lines} = await refused({'flavor.yaml': 'command: node\n'})
    assert.deepEqual(lines.slice(1), [
      'flavor.yaml:1:1 name is missing, and there is no package.json beside the manifest to take it from',
      '    add it: name: hello',
      'flavor.yaml:1:1 version is missing, and there is no package.json beside the manifest to take it from',
      '    add it: version: 1.0.0',
    ])
  })

  it('must be usable where package.json has them', async () => {
    const {lines} = await refused({'flavor.yaml': 'command: node\n', 'package.json': '{\n  "name": "a:b"\n}\n'})
    assert.deepEqual(lines.slice(1), [
      'flavor.yaml:1:1 version is missing, and package.json has none either',
      '    add it: version: 1.0.0',
      'package.json:2:11 name must be fit for a file name: none of / \\ : * ? " < > |, no . - or space in front, no . or space at the end, not "a:b"',
    ])
  })

  it('a broken package.json matters only where it is needed', async () => {
    const {lines} = await refused({'flavor.yaml': 'command: node\nname: x\n', 'package.json': '{"version": 1,}'})
    assert.match(lines[1] ?? '', /^package\.json:1:15 not JSON/)
    const cwd = writeFiles(temporaryDirectory(), {
      'flavor.yaml': 'command: node\nname: x\nversion: "1"\n',
      'package.json': '{"version": 1,}',
    })
    assert.equal((await loadPlan({cwd})).description, '')
  })
})

describe('no manifest', () => {
  it('has an error of its own that says how to begin', async () => {
    const {code, exit, hints} = await refused({})
    assert.deepEqual([code, exit], ['EFLAVOR_MANIFEST_NOT_FOUND', 1])
    assert.match(hints.join('\n'), /flavor init/)
  })

  for (const [manifest, place] of [
    ['nowhere.yaml', 'at nowhere.yaml'],
    ['empty', 'at empty'],
    ['package.json', 'in package.json, which says nothing about flavor'],
  ] as const) {
    it(`none ${place}`, async () => {
      const {code, lines} = await refused({empty: null, 'package.json': '{"name": "a"}'}, manifest)
      assert.deepEqual([code, lines], ['EFLAVOR_MANIFEST_NOT_FOUND', [`find a manifest: there is none ${place}`]])
    })
  }
})
