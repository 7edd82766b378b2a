/** Plans of the base manager for a project on disk, and what they would make of its files. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {tmpdir} from 'node:os'
import type {Step} from '@flavor/contract'
import {describe, it} from 'mocha'
import {managerContext} from '../../contract/src/testkit/context.ts'
import {readAddon} from '../../dist/addons/addon-flavour.js'
import {applySteps} from '../../dist/changes/apply-steps.js'
import {type Draft, draft} from '../../dist/changes/draft.js'
import base from '../../plugins/addons-base/dist/base.js'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

const app = "# ours\nspec: '0.1'   # for now\nmeta: {name: shop}\n"
const manager = 'flavour/fam-flavour:0.1'
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const textOf = (name: string, version: string): string => `spec: 0.1\nmeta: {name: ${name}, version: ${version}}\n`

function addon(name: string, version: string) {
  const {addon} = readAddon('/x', Buffer.from(textOf(name, version)))
  assert.ok(addon)
  return addon.declaration
}

function draftOf(files: Files): Draft {
  return draft(writeFiles(temporaryDirectory(), files))
}

const {signal} = new AbortController()
const context = {...managerContext, signal}

async function applied(before: Draft, steps: readonly Step[]): Promise<Draft> {
  return (await applySteps(before, steps, {allow: async () => false, context, directory: '', kept: [], manager})).draft
}

type Planned = readonly ['add' | 'remove', ReturnType<typeof addon>]

/** The files afterwards. All plans are made from the same sight of the project. */
async function filesAfter(
  files: Readonly<Record<string, string>>,
  ...planned: readonly Planned[]
): Promise<Readonly<Record<string, string>>> {
  const before = draftOf(files)
  const plans = await Promise.all(planned.map(([change, declaration]) => base.plan(change, declaration, before.view, context)))
  return await filesOf(await applied(before, plans.flat()))
}

async function filesOf({kind, view}: Draft, path = '.'): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const name of await view.list(path)) {
    const below = path === '.' ? name : `${path}/${name}`
    if (kind(below)?.kind === 'directory') Object.assign(found, await filesOf({kind, view} as Draft, below))
    else found[below] = Buffer.from((await view.read(below)) ?? []).toString()
  }
  return found
}

describe('a plan of the base manager', () => {
  it('adds an entry and the document, and touches nothing else', async () => {
    const hash = hashOf(textOf('a', '1'))
    assert.deepEqual(await filesAfter({'app.flavour': app, 'x.txt': ''}, ['add', addon('a', '1')]), {
      [`.flavour/addons/${hash}`]: textOf('a', '1'),
      'app.flavour': `${app}addons:\n  a:1:\n    manager: ${manager}\n    hash: ${hash}\n`,
      'x.txt': '',
    })
  })

  it('removes both again, and restores every byte, also over another version', async () => {
    for (const text of [app, app.replaceAll('\n', '\r\n'), app.trimEnd(), '{"spec": "0.1"}']) {
      const added = await filesAfter({'app.flavour': text}, ['add', addon('a', '1')])
      const replaced = await filesAfter(added, ['add', addon('a', '2')])
      assert.deepEqual(Object.keys(replaced).sort(), [`.flavour/addons/${hashOf(textOf('a', '2'))}`, 'app.flavour'])
      assert.deepEqual(await filesAfter(replaced, ['remove', addon('a', '2')]), {'app.flavour': text})
    }
  })

  it('changes nothing when there is nothing to change', async () => {
    const added = await filesAfter({'app.flavour': app}, ['add', addon('a', '1')])
    assert.deepEqual(await filesAfter(added, ['add', addon('a', '1')]), added)
    assert.deepEqual(await filesAfter(added, ['remove', addon('a', '2')]), added)
  })

  it('mends a document that is gone or was changed', async () => {
    const added = await filesAfter({'app.flavour': app}, ['add', addon('a', '1')])
    const document = `.flavour/addons/${hashOf(textOf('a', '1'))}`
    const {[document]: _, ...gone} = added
    for (const files of [gone, {...added, [document]: 'mine'}]) assert.deepEqual(await filesAfter(files, ['add', addon('a', '1')]), added)
  })

  it('loses nothing of another that was made at the same time', async () => {
    const both = await filesAfter({'app.flavour': app}, ['add', addon('a', '1')], ['add', addon('b', '1')])
    const {view} = draftOf(both)
    assert.deepEqual(
      (await view.addons()).map(({name}) => name),
      ['a', 'b'],
    )
    assert.deepEqual(await filesAfter(both, ['remove', addon('a', '1')], ['remove', addon('b', '1')]), {'app.flavour': app})
  })
})

describe('what a manager sees of a project', () => {
  it('is inside it', async () => {
    const {view} = draftOf({'app.flavour': app, 'in/file': 'x', link: {link: 'in/file'}, out: {link: tmpdir()}})
    assert.deepEqual(
      [await view.list('in'), await view.list('.'), await view.list('none')],
      [['file'], ['app.flavour', 'in', 'link', 'out'], []],
    )
    assert.deepEqual([await view.read('link'), await view.read('none/x'), await view.read('in')], [Buffer.from('x'), undefined, undefined])
    for (const path of ['../x', '/etc/passwd', 'out/none', 'out/none/x', 'out', 'in//file', './in', '', 'in\\file', 'C:/x', 'in/../../x'])
      await assert.rejects(view.read(path), {code: 'EFLAVOR_CONFINED'}, path)
    await assert.rejects(view.list('out'), {code: 'EFLAVOR_CONFINED'})
  })

  it('stays what it was: what somebody else has changed since is not written over', async () => {
    const root = writeFiles(temporaryDirectory(), {'app.flavour': app, a: '1'})
    for (const [path, was] of [
      ['a', '1'],
      ['b', ''],
    ] as const) {
      const before = draft(root)
      assert.equal(Buffer.from((await before.view.read(path)) ?? []).toString(), was)
      writeFiles(root, {[path]: 'theirs'})
      const steps = [{bytes: Buffer.from('ours'), kind: 'write', path} as const]
      await assert.rejects(applied(before, steps), {code: 'EFLAVOR_CHANGED_MEANWHILE'})
      await assert.rejects(before.view.read(path), {code: 'EFLAVOR_CHANGED_MEANWHILE'})
    }
  })

  it('is not app.flavour to write', async () => {
    const before = draftOf({'app.flavour': app, link: {link: 'app.flavour'}})
    for (const step of [
      {bytes: Buffer.from(''), kind: 'write', path: 'app.flavour'},
      {kind: 'remove', path: 'app.flavour'},
      {bytes: Buffer.from(''), kind: 'write', path: 'link'},
    ] as const)
      await assert.rejects(applied(before, [step]), {code: 'EFLAVOR_PLUGIN'})
    await assert.rejects(applied(before, [{kind: 'remove', path: '../x'}]), {code: 'EFLAVOR_CONFINED'})
  })
})
