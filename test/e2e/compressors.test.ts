/** Whatever compressed a slot, every launcher that is here starts the package, and flavor reads it back. */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
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

describe('flavor pack', function () {
  this.timeout(60_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), {
      'app/text': text.repeat(10),
      'flavor.yaml': `name: auto
version: 1.0.0
command: ls {workenv}
launcher: node
slots:
  - {id: app, purpose: application-code, source: app, compression: auto}
  - {id: tiny, purpose: data-files, source: tiny, target: tiny, compression: auto}
  - {id: slow, purpose: application-code, source: app, target: slow, compression: bzip2}
`,
      tiny: 'tiny',
    })
  })

  after(() => box.remove())

  const pack = (...args: readonly string[]) =>
    box.run(['pack', '--key-seed', 'e2e', '-o', box.path('packed'), ...args], {cwd: box.path('project')})
  const kept = (): readonly string[] => {
    const directory = box.path('cache/flavor/builds')
    return existsSync(directory) ? readdirSync(directory) : []
  }

  it('says what auto chose, and --dry-run with what', async () => {
    const {code, stderr, stdout} = await pack('--dry-run')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^flavor: note: slot app: auto chose zstd: a sample of .* becomes \d+ % of its size$/m)
    assert.match(stderr, /^flavor: note: slot tiny: auto left it uncompressed: /m)
    assert.match(stdout, /^app → app: 1 file, .*, tar\.zst, from app$/m)
    assert.match(stdout, /^tiny → tiny: 1 file, 4 bytes, from tiny$/m)
  })

  it('keeps nothing with --no-cache, and gives the same bytes as with it', async () => {
    assert.equal((await pack('--no-cache')).code, 0)
    assert.deepEqual(kept(), [])
    const bytes = readFileSync(box.path('packed'))
    for (const time of ['made', 'taken']) {
      assert.equal((await pack()).code, 0)
      assert.ok(readFileSync(box.path('packed')).equals(bytes), time)
      assert.deepEqual(kept(), ['compressed-slots'])
    }
  })

  it('takes one preset at a time', async () => {
    const {code, stderr} = await pack('--fast', '--small')
    assert.equal(code, 2, stderr)
    assert.match(stderr, /--small/)
  })
})
