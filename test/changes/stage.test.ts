/** Copies of a project for those who only know how to write, and what they have changed in them. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {appendFileSync, chmodSync, copyFileSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {fileContent} from '../../dist/changes/content.js'
import {type Draft, draft} from '../../dist/changes/draft.js'
import {stage} from '../../dist/changes/stage.js'
import {transaction} from '../../dist/changes/transaction.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {anyTree} from './any-tree.ts'
import {readTree, rewriteTree, sorted, type Tree, writeTree} from './tree.ts'

const {signal} = new AbortController()

function project(files: Parameters<typeof writeFiles>[1] = {}): string {
  return writeFiles(temporaryDirectory(), {'app.flavour': 'spec: 0.1\n', ...files})
}

/** The draft after somebody has changed a copy. */
async function worked(before: Draft, within: string, work: (directory: string) => void): Promise<Draft> {
  const {differences, directory} = await stage(before, within, {kept: []})
  work(directory)
  return before.with(await differences())
}

/** All that managers see, in the words of `readTree` as far as they can tell. */
async function seen({entry, view}: Draft, tree: Tree): Promise<Tree> {
  const all: Record<string, string> = {}
  for (const path of Object.keys(tree)) {
    const content = entry(path)
    if (content?.kind === 'directory') all[path] = `d${content.mode.toString(8)}`
    else if (content?.kind === 'link') all[path] = `l ${content.target}`
    else if (content) all[path] = `-${content.mode.toString(8)} ${Buffer.from((await view.read(path)) ?? []).toString('latin1')}`
  }
  return all
}

function allPaths({children}: Draft, path = '.'): readonly string[] {
  return children(path).flatMap((child) => [child.path, ...allPaths({children} as Draft, child.path)])
}

describe('a copy of a project', () => {
  it('holds what the project holds, whatever that is, and what is made of it is what is committed, in one step or two', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, anyTree, anyTree, async (first, second, third) => {
        const root = writeTree(temporaryDirectory(), first)
        const before = readTree(root)
        await transaction(root, {signal}, async ({commit, directory}) => {
          let now = draft(root)
          for (const tree of [second, third]) {
            now = await worked(now, directory, (copy) => rewriteTree(copy, tree))
            assert.deepEqual(sorted(await seen(now, tree)), sorted(tree))
            assert.deepEqual(allPaths(now).toSorted(), Object.keys(tree).toSorted())
          }
          const again = await stage(now, directory, {kept: []})
          assert.deepEqual(readTree(again.directory), sorted(third))
          assert.deepEqual(await again.differences(), [])
          assert.deepEqual({...readTree(root), ...before}, readTree(root))
          await commit(now.changes())
        })
        assert.deepEqual(readTree(root), sorted(third))
      }),
      {numRuns: 30},
    )
  })

  it('leaves no trace in the project when making it so fails, wherever that is', async () => {
    const app = fileContent(Buffer.from('what nobody has written\n'))
    const wrong = fc.constantFrom(undefined, fileContent(Buffer.from('new\n')))
    await fc.assert(
      fc.asyncProperty(anyTree, anyTree, fc.nat(), wrong, async (first, second, at, after) => {
        const root = writeTree(temporaryDirectory(), first)
        const failed = transaction(root, {signal}, async ({commit, directory}) => {
          const changes = (await worked(draft(root), directory, (copy) => rewriteTree(copy, second))).changes()
          await commit(changes.toSpliced(at % (changes.length + 1), 0, {after, before: app, path: 'app.flavour'}))
        })
        await assert.rejects(failed, {code: 'EFLAVOR_CHANGED_MEANWHILE'})
        assert.deepEqual(readTree(root), sorted(first))
      }),
      {numRuns: 30},
    )
  })

  it('leaves out what is kept, and says where that is', async () => {
    const root = project({'.git/config': 'x', '.gitignore': '', 'sub/node_modules/m/x': '', 'sub/a': ''})
    const copy = await stage(draft(root), temporaryDirectory(), {kept: ['.git', 'sub/node_modules/', 'app.flavour', 'none']})
    assert.deepEqual(Object.keys(readTree(copy.directory)), ['.gitignore', 'app.flavour', 'sub', 'sub/a'])
    assert.deepEqual(copy.kept, [
      {path: '.git', source: join(root, '.git')},
      {path: 'sub/node_modules', source: join(root, 'sub/node_modules')},
    ])
    mkdirSync(join(copy.directory, '.git'))
    writeFileSync(join(copy.directory, '.git/HEAD'), '')
    assert.deepEqual(await copy.differences(), [])
  })

  it('of a few paths holds those, and the rest of the project is still known', async () => {
    const root = project({'a/x': '1', 'a/y': '1', b: '1', 'c/d/e': '1'})
    const copy = await stage(draft(root), temporaryDirectory(), {kept: [], only: ['a', './c/d/', 'none']})
    assert.deepEqual(Object.keys(readTree(copy.directory)), ['a', 'a/x', 'a/y', 'c', 'c/d', 'c/d/e'])
    writeFileSync(join(copy.directory, 'b'), '1')
    writeFileSync(join(copy.directory, 'a/x'), '2')
    const changes = await copy.differences()
    assert.deepEqual(
      changes.map(({path}) => path),
      ['a/x'],
    )
  })

  it('tells every change, also one of the same size in the same tick, or with its time put back, and no other', async () => {
    const root = project(Object.fromEntries(Array.from({length: 50}, (_, number) => [`f${number}`, 'aaaa'])))
    const copy = await stage(draft(root), temporaryDirectory(), {kept: []})
    const place = (name: string): string => join(copy.directory, name)
    // The clock of the file system has moved on: what is written now cannot have the times of what was copied.
    writeFileSync(place('now'), '')
    const now = lstatSync(place('now'), {bigint: true}).ctimeNs
    for (const name of ['f1', 'f2', 'f49']) assert.ok(lstatSync(place(name), {bigint: true}).ctimeNs < now, name)
    rmSync(place('now'))
    const reference = join(temporaryDirectory(), 'f2')
    spawnSync('cp', ['-p', place('f2'), reference])
    for (const name of ['f1', 'f2']) writeFileSync(place(name), 'bbbb')
    spawnSync('touch', ['-r', reference, place('f2')])
    assert.equal(lstatSync(place('f2'), {bigint: true}).mtimeNs, lstatSync(reference, {bigint: true}).mtimeNs)
    // The same bytes again are no change.
    writeFileSync(join(copy.directory, 'f3'), 'aaaa')
    copyFileSync(join(copy.directory, 'f4'), join(copy.directory, 'f5'))
    assert.deepEqual((await copy.differences()).map(({path}) => path).toSorted(), ['f1', 'f2'])
  })

  it('has no link by which one could write into the project, and leaves none to the copy', async () => {
    const root = project({'in/file': 'x', 'in/link': {link: 'file'}})
    spawnSync('ln', ['-s', join(root, 'in/file'), join(root, 'direct')])
    const copy = await stage(draft(root), temporaryDirectory(), {kept: []})
    appendFileSync(join(copy.directory, 'direct'), 'y')
    spawnSync('ln', ['-s', join(copy.directory, 'in/file'), join(copy.directory, 'in/new')])
    const changes = await copy.differences()
    assert.equal(readFileSync(join(root, 'in/file'), 'utf8'), 'x')
    assert.deepEqual(changes.map(({after, path}) => [path, after?.kind === 'link' ? after.target : '']).toSorted(), [
      ['in/file', ''],
      ['in/new', 'file'],
    ])
    assert.equal(readlinkSync(join(root, 'direct')), join(root, 'in/file'))
  })

  it('is no reason to undo what somebody has done in the project meanwhile', async () => {
    const files = {a: '1', b: '1', c: {link: 'a'}}
    const deeds: Readonly<Record<string, (root: string) => void>> = {
      a: (root) => writeFileSync(join(root, 'a'), '2'),
      b: (root) => rmSync(join(root, 'b')),
      c: (root) => spawnSync('ln', ['-sf', 'b', join(root, 'c')]),
      'new/file': (root) => writeFiles(root, {'new/file': '2'}),
    }
    for (const [path, deed] of Object.entries(deeds)) {
      const root = project(files)
      const work = async (): Promise<unknown> => {
        const copy = await stage(draft(root), temporaryDirectory(), {kept: []})
        deed(root)
        rmSync(join(copy.directory, path), {force: true})
        writeFiles(copy.directory, {[path]: '3'})
        return await copy.differences()
      }
      await assert.rejects(work(), {code: 'EFLAVOR_CHANGED_MEANWHILE', message: new RegExp(`^change ${path}: `)})
    }
  })

  it('shrinks to what was changed in it', async () => {
    const root = project({'a/x': '1', 'a/y': '1', b: '1'})
    const copy = await stage(draft(root), temporaryDirectory(), {kept: []})
    writeFileSync(join(copy.directory, 'a/x'), '2')
    writeFileSync(join(copy.directory, 'new'), '2')
    const changes = await copy.differences()
    await copy.thin(changes)
    assert.deepEqual(readTree(copy.directory), {a: 'd755', 'a/x': '-644 2', new: '-644 2'})
    assert.deepEqual(await Promise.all(changes.map(async ({after}) => (after?.kind === 'file' ? `${await after.read()}` : ''))), ['2', '2'])
  })

  it('leaves out special files, and refuses new ones', async () => {
    const root = project()
    spawnSync('mkfifo', [join(root, 'pipe')])
    const copy = await stage(draft(root), temporaryDirectory(), {kept: []})
    assert.deepEqual(Object.keys(readTree(copy.directory)), ['app.flavour'])
    assert.deepEqual(await copy.differences(), [])
    spawnSync('mkfifo', [join(copy.directory, 'other')])
    await assert.rejects(copy.differences(), {code: 'EFLAVOR_REFUSED', message: /^change other: it is neither/})
    rmSync(join(copy.directory, 'other'))
    mkdirSync(join(copy.directory, '.flavour-transaction'))
    await assert.rejects(copy.differences(), {code: 'EFLAVOR_REFUSED'})
  })

  it('stops when it is called off', async () => {
    const root = project(Object.fromEntries(Array.from({length: 300}, (_, number) => [`f${number}`, ''])))
    const controller = new AbortController()
    const copying = stage(draft(root), temporaryDirectory(), {kept: [], signal: controller.signal})
    controller.abort(new Error('enough'))
    await assert.rejects(copying, {message: 'enough'})
  })

  it('keeps modes, also of what nobody may write', async () => {
    const root = project({'locked/file': {mode: 0o400, text: 'x'}})
    chmodSync(join(root, 'locked'), 0o500)
    const {directory} = await stage(draft(root), temporaryDirectory(), {kept: []})
    assert.deepEqual(readTree(directory), readTree(root))
  })
})
