/** What ends a command before its work does leaves nothing behind, and is no success. */
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {mkdtempSync, readdirSync, writeFileSync} from 'node:fs'
import {setTimeout as wait} from 'node:timers/promises'
import {after, before, describe, it} from 'mocha'
import {manifest, packed} from '../support/project.ts'
import {repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const purpose = (prepare: string): Readonly<Record<string, string>> => ({
  'code.js': `export default {check: async () => [], prepare: async () => ${prepare}}\n`,
  'offer.js': `export default async () => [{class: 1, defaults: {lifecycle: 'persistent', mode: 420, operations: {directory: ['tar'], file: []}, target: 'x'},
  id: 'odd', load: () => import('./code.js'), shareable: false, summary: 'odd'}]\n`,
})

describe('a command that is ended', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), {'app/index.js': '', 'flavor.yaml': manifest})
    writeFileSync(box.path('project/app/big.txt'), 'some text to compress for a while\n'.repeat(3_000_000))
    path = await packed(box, 'project')
  })

  after(() => box.remove())

  /** Sends a signal once something partial is in the directory. */
  async function interrupted(directory: string, signal: NodeJS.Signals, args: readonly string[]): Promise<NodeJS.Signals | null> {
    const options = {cwd: box.path('project'), env: box.env as NodeJS.ProcessEnv, stdio: 'ignore'} as const
    const child = spawn(process.execPath, [`${repository}bin/flavor.js`, ...args], options)
    while (readdirSync(directory).length === 0 && child.exitCode === null) await wait(5)
    child.kill(signal)
    return new Promise((resolve) => child.on('close', (_, name) => resolve(name)))
  }

  it('by Ctrl-C while it packs ends by that signal', async () => {
    const out = mkdtempSync(box.path('out-'))
    assert.equal(await interrupted(out, 'SIGINT', ['pack', '--key-seed', 'x', '--output', `${out}/below/hello`]), 'SIGINT')
    assert.deepEqual(readdirSync(out), [])
    assert.deepEqual(readdirSync(box.path('tmp')), [])
  })

  it('by SIGTERM while it extracts ends by that signal', async () => {
    const out = mkdtempSync(box.path('extracted-'))
    assert.equal(await interrupted(out, 'SIGTERM', ['extract', '--all', path, `${out}/below/all`]), 'SIGTERM')
    assert.deepEqual(readdirSync(out), [])
  })

  for (const [what, prepare] of Object.entries({
    'a purpose that ends the process': 'process.exit(0)',
    'a purpose that never answers': 'new Promise(() => {})',
  })) {
    it(`by ${what} has failed, and says so`, async () => {
      const other = await sandbox()
      await other.link({files: purpose(prepare), hooks: {'flavor:purposes:v1': './offer.js'}, name: 'odd'})
      await writeTree(other.path('project'), {'app/index.js': '', 'flavor.yaml': manifest.replace('application-code', 'odd')})
      const {code, stderr, stdout} = await other.run(['pack', '--key-seed', 'x'], {cwd: other.path('project')})
      assert.equal(code, 1)
      assert.equal(stdout, '')
      assert.match(stderr, /^flavor: the process ended in the middle of its work/m)
      assert.doesNotMatch(stderr, /unsettled|^\s+at /m)
      assert.deepEqual(readdirSync(other.path('tmp')), [])
      assert.deepEqual(readdirSync(other.path('project')), ['app', 'flavor.yaml'])
      await other.remove()
    })
  }
})
