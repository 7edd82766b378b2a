/** Whatever compressed a slot, every launcher that is here starts the package, and flavor reads it back. */
import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const system = `${process.platform}-${process.arch}`
const images = {
  go: `plugins/launcher-go/images/${system}/flavor-go-launcher`,
  node: 'plugins/launcher-node/image/flavor-node-launcher',
  rust: `plugins/launcher-rust/images/${system}/flavor-rs-launcher`,
}
const compressors = ['brotli', 'bzip2', 'gzip', 'xz', 'zstd']
const text = 'a text that can be compressed\n'.repeat(5000)

describe('a package whose slots are compressed in every way', function () {
  this.timeout(60_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    const slots = compressors.flatMap((id) => [
      `  - {id: ${id}, purpose: application-code, source: app, target: ${id}, compression: ${id}}`,
      `  - {id: ${id}-file, purpose: data-files, source: text, target: ${id}.txt, compression: ${id}, level: 2}`,
    ])
    const show = `for f in ${compressors.map((id) => `${id}/text ${id}.txt`).join(' ')}; do wc -c < "$FLAVOR_WORKENV/$f"; done`
    await writeTree(box.path('project'), {
      'app/text': text,
      'app/show.sh': `${show}\n`,
      'flavor.yaml': `name: chains\nversion: 1.0.0\ncommand: sh {workenv}/xz/show.sh\nslots:\n${slots.join('\n')}\n`,
      text,
    })
  })

  after(() => box.remove())

  for (const [launcher, image] of Object.entries(images))
    it(`runs with the launcher ${launcher}`, async function () {
      if (!existsSync(join(repository, image)) || process.platform === 'win32') this.skip()
      const path = box.path(launcher)
      const packed = await box.run(['pack', '--launcher', launcher, '--key-seed', 'e2e', '-q', '-o', path], {cwd: box.path('project')})
      assert.equal(packed.code, 0, packed.stderr)
      const {code, stderr, stdout} = await execute(path, [], {cwd: box.directory, env: box.env})
      assert.equal(code, 0, stderr)
      assert.equal(stdout.trim(), compressors.map(() => `${text.length}\n${text.length}`).join('\n'))
      const extracted = await box.run(['extract', '--all', path, box.path(`${launcher}-all`)])
      assert.equal(extracted.code, 0, extracted.stderr)
    })
})
