/** The contract test of slot purposes. */
import assert from 'node:assert/strict'
import {mkdirSync, statSync} from 'node:fs'
import {join, sep} from 'node:path'
import {describe, it} from 'mocha'
import type {Descriptor, Problem, SlotContent, SlotDeclaration, SlotPurpose} from '../index.ts'
import {contextIn} from './context.ts'
import {testOffer} from './offer.ts'
import {eachCode, eachOffer, packageName} from './plugin.ts'
import {fingerprint, inTemporaryFolder, plant, type Tree} from './trees.ts'

export interface PurposeOptions {
  /** For a purpose that does not take just any directory: files of one that it takes, by the purpose's id. */
  readonly sources?: Readonly<Record<string, Tree>>
}

type Facts = Descriptor<'purposes'>

/** A purpose in a folder of its own, with slots to try it on. */
interface Trial {
  readonly code: SlotPurpose
  readonly folder: string
  /** Slots whose source is nothing, a file, a directory, and the directory of the options. */
  readonly slots: readonly SlotDeclaration[]
  readonly slot: (changes: Partial<SlotDeclaration>) => SlotDeclaration
}

const lifecycles = ['cached', 'eager', 'lazy', 'persistent', 'temporary', 'volatile']

export function describePurposes(root: URL, {sources = {}}: PurposeOptions = {}): void {
  describe(`slot purposes of ${packageName(root)}`, function () {
    this.timeout(60_000)
    testOffer(root, 'purposes', ['check', 'prepare'])
    testFacts(root)
    testChecks((title, check) =>
      it(title, () =>
        eachCode(root, 'purposes', (code, facts) => inTemporaryFolder((folder) => check(trial(code, facts, folder, sources)))),
      ),
    )
  })
}

function testFacts(root: URL): void {
  it('states class, lifecycle, mode and sharing', () =>
    eachOffer(root, 'purposes', ({class: byte, defaults, shareable}) => {
      assert.ok([0, 1, 2, 3].includes(byte), `class ${byte} is none`)
      assert.ok(lifecycles.includes(defaults.lifecycle), `${defaults.lifecycle} is no lifecycle`)
      assert.ok(Number.isInteger(defaults.mode) && defaults.mode >= 0 && defaults.mode <= 0o777, `${defaults.mode} is no mode`)
      assert.equal(typeof shareable, 'boolean')
    }))

  it('states a chain with tar first for a directory, and without it for a file', () =>
    eachOffer(root, 'purposes', ({defaults: {operations}}) => {
      assert.equal(operations.directory[0] ?? 'tar', 'tar')
      assert.ok(!operations.directory.slice(1).includes('tar') && !operations.file.includes('tar'), 'tar stands where it cannot')
    }))

  it('states a target inside the work environment', () =>
    eachOffer(root, 'purposes', ({defaults: {target}}) => requireConfined(target.replaceAll('{id}', 'id').replaceAll('{suffix}', ''))))
}

function testChecks(test: (title: string, check: (trial: Trial) => Promise<void>) => void): void {
  test('accepts at least one kind of source', async ({code, slots}) => {
    assert.ok((await accepted(code, slots)).length > 0, 'it rejects all; give `sources` a directory that it takes')
  })

  test('rejects a source that does not exist', async ({code, folder, slot}) => {
    requireProblems(await code.check(slot({source: join(folder, 'missing')})))
  })

  test('names an option that it does not know', async ({code, slots}) => {
    for (const slot of await accepted(code, slots)) {
      const problems = await code.check({...slot, options: {'not-an-option': true}})
      requireProblems(problems)
      assert.ok(
        problems.some(({hint, message}) => `${message} ${hint}`.includes('not-an-option')),
        'no problem names the option',
      )
    }
  })

  test('checks without changing anything, and to the same result', async ({code, folder, slots}) => {
    const before = fingerprint(folder)
    for (const slot of slots) assert.deepEqual(await code.check(slot), await code.check(slot))
    assert.equal(fingerprint(folder), before, 'a file was changed')
  })

  test('prepares content from its source, its scratch folder or its cache', async ({code, folder, slots}) => {
    const cache = join(folder, 'cache')
    const context = contextIn(cache)
    for (const [index, slot] of (await accepted(code, slots)).entries()) {
      const before = fingerprint(join(folder, 'project'))
      const content = await code.prepare(slot, emptyFolder(join(folder, `scratch-${index}`)), context)
      requireContent(content, [slot.source, join(folder, `scratch-${index}`), cache])
      const again = await code.prepare(slot, emptyFolder(join(folder, `again-${index}`)), context)
      if (content.kind === 'bytes') assert.deepEqual(again, content, 'it makes other bytes the second time')
      assert.equal(fingerprint(join(folder, 'project')), before, 'a file of the project was changed')
    }
  })

  test('adds to the environment only what is inside the work environment', async ({code, slots}) => {
    for (const slot of await accepted(code, slots)) {
      const {path = [], set = {}} = code.environment?.(slot) ?? {}
      for (const folder of path) requireConfined(folder)
      for (const [name, value] of Object.entries(set)) {
        assert.match(name, /^[A-Za-z_][A-Za-z0-9_]*$/)
        assert.equal(typeof value, 'string', name)
      }
    }
  })
}

function trial(code: SlotPurpose, {defaults, id}: Facts, folder: string, sources: Readonly<Record<string, Tree>>): Trial {
  const project = plant(join(folder, 'project'), {'a/file.txt': 'text\n', 'a/folder/program': '#!/bin/sh\n'})
  const own = sources[id]
  const slot = (changes: Partial<SlotDeclaration>): SlotDeclaration => ({
    id: 'sample',
    options: {},
    package: {description: 'A sample', name: 'sample', version: '1.0.0'},
    platform: 'linux-x64',
    project,
    source: undefined,
    target: defaults.target.replaceAll('{id}', 'sample').replaceAll('{suffix}', ''),
    ...changes,
  })
  const paths = [undefined, join(project, 'a/file.txt'), join(project, 'a'), ...(own ? [plant(join(project, 'own'), own)] : [])]
  return {code, folder, slot, slots: paths.map((source) => slot({source}))}
}

async function accepted(code: SlotPurpose, slots: readonly SlotDeclaration[]): Promise<readonly SlotDeclaration[]> {
  const answers = await Promise.all(slots.map((slot) => code.check(slot)))
  for (const problems of answers) requireReadable(problems)
  return slots.filter((_, index) => answers[index]?.length === 0)
}

function requireProblems(problems: readonly Problem[]): void {
  requireReadable(problems)
  assert.ok(problems.length > 0, 'it has nothing to say against it')
}

function requireReadable(problems: readonly Problem[]): void {
  for (const {hint, message} of problems) {
    assert.match(message, /^\S.*[^\s.]$/, 'a message is one line without a full stop')
    assert.ok(hint === undefined || /^\S.*\S$/.test(hint), 'a hint is one line')
  }
}

function requireContent(content: SlotContent, folders: readonly (string | undefined)[]): void {
  if (content.kind === 'bytes') {
    assert.ok(content.bytes instanceof Uint8Array, 'bytes are a Uint8Array')
    return
  }
  assert.ok(['directory', 'file'].includes(content.kind), `${content.kind} is no kind of content`)
  const found = statSync(content.path)
  assert.equal(found.isDirectory() ? 'directory' : 'file', content.kind)
  const inside = folders.some((folder) => folder !== undefined && `${content.path}${sep}`.startsWith(`${folder}${sep}`))
  assert.ok(inside, `${content.path} is neither in its source nor in its scratch folder nor in its cache`)
}

function requireConfined(path: string): void {
  const steps = path.split('/')
  assert.ok(path !== '' && !path.startsWith('/') && !path.includes('\\'), `${path} is no relative path`)
  assert.ok(!steps.includes('..') && !path.includes('{'), `${path} can leave the work environment`)
}

function emptyFolder(path: string): string {
  mkdirSync(path)
  return path
}
