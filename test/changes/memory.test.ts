/** Copies of small projects in the memory of this machine, and what is left of them. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import type {AddonFailure} from '@flavor/contract'
import {before, describe, it} from 'mocha'
import {managerContext} from '../../contract/src/testkit/context.ts'
import {applySteps} from '../../dist/changes/apply-steps.js'
import {draft} from '../../dist/changes/draft.js'
import {memoryBehind, type Room, releaseMemory} from '../../dist/changes/memory.js'
import {type Stage, stage} from '../../dist/changes/stage.js'
import {recover, transaction} from '../../dist/changes/transaction.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {readTree} from './tree.ts'

const {signal} = new AbortController()

const project = (): string => writeFiles(temporaryDirectory(), {'app.flavour': 'spec: 0.1\n', 'src/a': 'a\n'})

const staged = (root: string, room: Room | undefined): Promise<Stage> =>
  stage(draft(root), temporaryDirectory(), {kept: [], memory: () => room})

function skipped(context: Mocha.Context, reason: string): never {
  if (context.test) context.test.title += ` (not run: ${reason})`
  context.skip()
}

describe('a copy in memory', () => {
  it('is one that fits into the room there is', async () => {
    const root = project()
    const room = {bytes: 12, directory: temporaryDirectory()}
    const copy = await staged(root, room)
    assert.equal(copy.inMemory, true)
    assert.equal(dirname(copy.directory), room.directory)
    assert.deepEqual(readTree(copy.directory), readTree(root))
    writeFileSync(join(copy.directory, 'src/a'), 'b\n')
    assert.deepEqual(
      (await copy.differences()).map(({path}) => path),
      ['src/a'],
    )
  })

  it('leaves nothing there when it does not fit, and lies on the disk', async () => {
    const room = {bytes: 11, directory: temporaryDirectory()}
    const copy = await staged(project(), room)
    assert.equal(copy.inMemory, false)
    assert.deepEqual(readdirSync(room.directory), [])
    assert.equal(readFileSync(join(copy.directory, 'src/a'), 'utf8'), 'a\n')
  })

  it('that does not fit leaves those alone that are there', async () => {
    const root = project()
    const room = {bytes: 12, directory: temporaryDirectory()}
    const first = await staged(root, room)
    writeFileSync(join(root, 'src/b'), 'more\n')
    assert.equal((await staged(root, room)).inMemory, false)
    assert.deepEqual(readdirSync(room.directory), [basename(first.directory)])
    assert.equal(readFileSync(join(first.directory, 'src/a'), 'utf8'), 'a\n')
  })

  it('is made anew in the project for work that does not see it', async () => {
    const directory = temporaryDirectory()
    const [room, seen] = [{bytes: 1000, directory: temporaryDirectory()}, [] as string[]]
    const unseen = Object.assign(new Error('not seen'), {problem: {message: 'not seen'}, unseen: true}) satisfies AddonFailure
    const work = async (place: {readonly directory: string}): Promise<void> => {
      seen.push(dirname(place.directory))
      if (seen.length === 1) throw unseen
      writeFileSync(join(place.directory, 'new'), '')
    }
    const execution = {allow: async () => false, context: managerContext, directory, kept: [], manager: 'x/y:1', memory: () => room}
    const {draft: after} = await applySteps(draft(project()), [{anywhere: true, kind: 'work', title: 'work', work}], execution)
    assert.deepEqual(seen, [room.directory, directory])
    assert.deepEqual(
      after.changes().map(({path}) => path),
      ['new'],
    )
  })

  it('is not offered to work that does not say that it may be anywhere', async () => {
    const directory = temporaryDirectory()
    const seen: string[] = []
    const work = async (place: {readonly directory: string}): Promise<void> => void seen.push(dirname(place.directory))
    const memory = (): Room => assert.fail('it was asked for')
    const execution = {allow: async () => false, context: managerContext, directory, kept: [], manager: 'x/y:1', memory}
    await applySteps(draft(project()), [{kind: 'work', title: 'work', work}], execution)
    assert.deepEqual(seen, [directory])
  })
})

describe('room in the memory of this machine', () => {
  before(function () {
    const link = join(temporaryDirectory(), 'link')
    const isThere = memoryBehind(link)() !== undefined
    releaseMemory(link)
    if (!isThere) skipped(this, 'there is no /dev/shm that programs may be run from')
  })

  it('is private, the same for all of a transaction, and gone after it', async () => {
    const root = project()
    const place = await transaction(root, {signal}, async ({memory}) => {
      const {directory} = memory() as Room
      assert.equal(lstatSync(directory).mode & 0o777, 0o700)
      assert.equal(memory()?.directory, directory)
      writeFileSync(join(directory, 'a'), '')
      return directory
    })
    assert.equal(existsSync(place), false)
    assert.deepEqual(readdirSync(root), ['app.flavour', 'src'])
  })

  it('is given back by whoever comes after one that was killed', async () => {
    const root = project()
    const script = `
      import {writeFileSync} from 'node:fs'
      import {transaction} from ${JSON.stringify(new URL('../../dist/changes/transaction.js', import.meta.url).pathname)}
      await transaction(${JSON.stringify(root)}, {signal: new AbortController().signal}, async ({memory}) => {
        writeFileSync(memory().directory + '/a', '')
        process.kill(process.pid, 'SIGKILL')
      })`
    assert.equal(spawnSync(process.execPath, ['--input-type=module', '-e', script]).signal, 'SIGKILL')
    const place = readlinkSync(join(root, '.flavour-transaction/memory'))
    assert.deepEqual(readdirSync(place), ['a'])
    await recover(root)
    assert.equal(existsSync(place), false)
    assert.deepEqual(readdirSync(root), ['app.flavour', 'src'])
  })

  it('that cannot be removed is named, and holds nobody up', async function () {
    const root = project()
    const notes: string[] = []
    let place = ''
    await transaction(root, {note: (message) => notes.push(message), signal}, async ({memory}) => {
      place = (memory() as Room).directory
      mkdirSync(join(place, 'busy'))
      const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', join(place, 'busy')])
      if (mounted.status !== 0) skipped(this, 'this user may not mount')
    })
    try {
      assert.deepEqual(notes, [`${place} could not be removed`])
      assert.deepEqual(readdirSync(root), ['app.flavour', 'src'])
    } finally {
      spawnSync('umount', [join(place, 'busy')])
      rmSync(place, {recursive: true})
    }
  })

  for (const [what, target] of Object.entries({'another directory': 'kept', 'a directory above': '../kept'})) {
    it(`is not what a link to ${what} leads to`, async () => {
      const root = project()
      const within = join(root, '.flavour-transaction')
      mkdirSync(within, {mode: 0o700})
      mkdirSync(join(root, 'kept'))
      symlinkSync(target === 'kept' ? join(root, 'kept') : `/dev/shm/../..${root}/kept`, join(within, 'memory'))
      await recover(root)
      assert.deepEqual(readdirSync(root), ['app.flavour', 'kept', 'src'])
    })
  }
})
