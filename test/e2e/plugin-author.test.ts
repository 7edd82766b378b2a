/** docs/plugin-author.md: its first plugin is one, as it stands there. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

describe('what the manual of plugin authors begins with', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  it('is a plugin and a project that uses it, whose package says what is said there', async () => {
    const manual = readFileSync(join(repository, 'docs/plugin-author.md'), 'utf8')
    const blocks = [...manual.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text = '']) => ({language, text}))
    const [manifest, offer, loud, flavorYaml, typed] = blocks.map(({text}) => text)
    assert.deepEqual(
      blocks.slice(0, 5).map(({language}) => language),
      ['json', 'js', 'js', 'yaml', 'console'],
    )
    const plugin = {'loud.js': loud ?? '', 'offer.js': offer ?? ''}
    await writeTree(box.directory, {'hello/flavor.yaml': flavorYaml ?? '', 'hello/text': 'hello\n'})
    const {name, oclif, version} = JSON.parse(manifest ?? '')
    await box.link({files: plugin, hooks: oclif.hooks, name, version})
    const listed = await box.run(['capabilities'])
    assert.match(listed.stdout, /^purposes +loud +data +@acme\/plugin-loud +1\.0\.0 +linked$/m)
    assert.match(typed ?? '', /^purposes +loud +data +@acme\/plugin-loud +1\.0\.0 +linked$/m)
    const packed = await box.run(['pack', '--key-seed', 'e2e'], {cwd: box.path('hello')})
    assert.equal(packed.code, 0, packed.stderr)
    const {stdout} = await execute(box.path('hello/dist/hello'), [], {cwd: box.directory, env: box.env})
    assert.equal(stdout, 'HELLO\n')
  })
})
