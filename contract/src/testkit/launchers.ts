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
  })
}

function testFacts(root: URL): void {
  it('states formats, operations and targets', () =>
    eachOffer(root, 'launchers', ({formats, operations, targets}) => {
      assert.ok(formats.length > 0 && formats.every(Number.isInteger), 'a launcher starts at least one format')
      assert.ok(
        operations.every((operation) => Number.isInteger(operation) && operation > 0 && operation < 0xff),
        'an operation is a byte',
      )
      assert.ok(targets.length > 0 && new Set(targets).size === targets.length, 'it states no target, or one of them twice')
      for (const target of targets) assert.ok(beginnings[systemOf(target)], `${target} is no target`)
    }))
}

function testImages(root: URL): void {
  it('opens an image for each target, with its true size and SHA-256, as often as asked', () =>
    eachCode(root, 'launchers', async ({open}, {targets}) => {
      for (const target of targets) {
        const image = await open(target)
        assert.match(image.sha256, /^[0-9a-f]{64}$/)
        for (const bytes of [await read(image), await read(image)]) {
          assert.equal(bytes.length, image.size, `size of ${target}`)
          assert.equal(createHash('sha256').update(bytes).digest('hex'), image.sha256, `SHA-256 of ${target}`)
        }
      }
    }))

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

function systemOf(target: string): string {
  return /^[a-z0-9]+-[a-z0-9]+$/.test(target) ? (target.split('-')[0] ?? '') : ''
}

async function read(image: LauncherImage): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of image.stream()) chunks.push(chunk)
  return Buffer.concat(chunks)
}
