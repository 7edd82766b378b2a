/** The contract test of launchers. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {describe, it} from 'mocha'
import type {LauncherImage} from '../index.ts'
import {testOffer} from './offer.ts'
import {eachCode, eachOffer, packageName} from './plugin.ts'

/** How a program of a system begins, as Latin-1 text. */
const beginnings: Readonly<Record<string, readonly string[]>> = {
  any: ['#!'],
  darwin: ['\xcf\xfa\xed\xfe', '\xca\xfe\xba\xbe'],
  linux: ['\x7fELF'],
  win32: ['MZ'],
}

export function describeLaunchers(root: URL): void {
  describe(`launchers of ${packageName(root)}`, function () {
    this.timeout(60_000)
    testOffer(root, 'launchers', ['open'])
    testFacts(root)
    testImages(root)
    testBuilding(root)
    testNotices(root)
  })
}

function testFacts(root: URL): void {
  it('states formats, operations and targets', () =>
    eachOffer(root, 'launchers', ({builds = [], formats, operations, targets}) => {
      assert.ok(formats.length > 0 && formats.every(Number.isInteger), 'a launcher starts at least one format')
      assert.ok(
        operations.every((operation) => Number.isInteger(operation) && operation > 0 && operation < 0xff),
        'an operation is a byte',
      )
      assert.ok(targets.length + builds.length > 0, 'it states no target, and none that it can build for')
      for (const list of [targets, builds]) assert.equal(new Set(list).size, list.length, 'it states a target twice')
      for (const target of [...targets, ...builds]) assert.ok(beginnings[systemOf(target)], `${target} is no target`)
    }))
}

function testImages(root: URL): void {
  it('opens an image for each target, with its true size and SHA-256, as often as asked', async function () {
    let opened = 0
    await eachCode(root, 'launchers', async ({open}, {targets}) => {
      for (const target of targets) {
        opened += 1
        const image = await open(target)
        assert.match(image.sha256, /^[0-9a-f]{64}$/)
        for (const bytes of [await read(image), await read(image)]) {
          assert.equal(bytes.length, image.size, `size of ${target}`)
          assert.equal(createHash('sha256').update(bytes).digest('hex'), image.sha256, `SHA-256 of ${target}`)
        }
      }
    })
    if (opened === 0) this.skip()
  })

  it('opens images that are programs of their target', () =>
    eachCode(root, 'launchers', async ({open}, {targets}) => {
      for (const target of targets) {
        const start = (await read(await open(target))).toString('latin1', 0, 4)
        const known = beginnings[systemOf(target)] ?? []
        assert.ok(
          known.some((beginning) => start.startsWith(beginning)),
          `the image for ${target} begins with ${JSON.stringify(start)}`,
        )
      }
    }))

  it('refuses a target that it does not know', () =>
    eachCode(root, 'launchers', async ({open}) => {
      await assert.rejects(async () => open('plan9-mips'), Error)
    }))
}

function testBuilding(root: URL): void {
  it('knows of its images what opening them shows', () =>
    eachCode(root, 'launchers', async ({images, open}, {targets}) => {
      if (!images) return
      const known = await images()
      assert.deepEqual(known.map(({target}) => target).sort(), [...targets].sort(), 'the targets of its images and of its offer')
      for (const {origin, sha256, size, target} of known) {
        assert.ok(origin === 'built' || origin === 'pinned', `${target} has the origin ${origin}`)
        const image = await open(target)
        assert.deepEqual([sha256, size], [image.sha256, image.size], `what it knows of ${target}`)
      }
    }))

  it('builds what it says it builds, and says what is missing where it cannot', () =>
    eachCode(root, 'launchers', async ({build}, {builds}) => {
      assert.equal(typeof build, builds === undefined ? 'undefined' : 'function', 'an offer has `builds` when its code has `build`')
      const outcome = await build?.({force: false, target: 'plan9-mips'})
      if (outcome === undefined) return
      assert.equal(outcome.state, 'missing', 'the state of a build for plan9-mips')
      assert.ok('problems' in outcome && outcome.problems.some(({message}) => message !== ''), 'it does not say what is missing')
    }))
}

function testNotices(root: URL): void {
  it('gives its notices as text, where it has any', () =>
    eachCode(root, 'launchers', async ({notices}) => {
      if (notices) assert.match(await notices(), /\w/)
    }))
}

function systemOf(target: string): string {
  return /^[a-z0-9]+-[a-z0-9]+$/.test(target) ? (target.split('-')[0] ?? '') : ''
}

async function read(image: LauncherImage): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of image.stream()) chunks.push(chunk)
  return Buffer.concat(chunks)
}
