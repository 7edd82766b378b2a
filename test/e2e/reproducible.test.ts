import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {chmodSync, readFileSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {application, packed} from '../support/project.ts'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const files = {...application, 'app/a.txt': 'a', 'app/b/c.txt': 'c', 'app/ä.txt': 'ä'}

describe('two packs of one input with one seed', function () {
  this.timeout(60_000)
  let box: Sandbox
  let first: string

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), files)
    first = digest(await packed(box, 'project'))
  })

  after(() => box.remove())

  it('are equal', async () => {
    assert.equal(digest(await packed(box, 'project')), first)
  })

  it('are equal from another directory, with other times and another order of files', async () => {
    await writeTree(box.path('some where/else'), Object.fromEntries(Object.entries(files).reverse()))
    utimesSync(box.path('some where/else/app/a.txt'), 1, 1)
    assert.equal(digest(await packed(box, 'some where/else')), first)
  })

  it('are equal under another clock', async () => {
    await writeTree(box.directory, {
      'clock.mjs':
        'const now = Date.now; Date.now = () => now() + 1e12; const D = Date; globalThis.Date = class extends D { constructor(...a) { a.length ? super(...a) : super(now() + 1e12) } }\n',
    })
    const output = box.path('clock.package')
    const {code, stderr} = await box.run(['pack', '--key-seed', 'e2e', '--output', output], {
      cwd: box.path('project'),
      node: ['--import', box.path('clock.mjs')],
    })
    assert.equal(code, 0, stderr)
    assert.equal(digest(output), first)
  })

  it('are equal under another umask and with other rights on the files', async () => {
    await writeTree(box.path('strict'), files)
    chmodSync(box.path('strict/app/index.js'), 0o600)
    chmodSync(box.path('strict/app/b'), 0o700)
    const output = box.path('umask.package')
    const line = `umask 077 && exec "$0" "$1" pack --quiet --key-seed e2e --output "$2"`
    const {code, stderr} = await execute('sh', ['-c', line, process.execPath, join(repository, 'bin/flavor.js'), output], {
      cwd: box.path('strict'),
      env: box.env,
    })
    assert.equal(code, 0, stderr)
    assert.equal(digest(output), first)
  })

  it('are equal in another language and time zone', async () => {
    const output = box.path('locale.package')
    await box.run(['pack', '--key-seed', 'e2e', '--output', output], {
      cwd: box.path('project'),
      env: {LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu'},
    })
    assert.equal(digest(output), first)
  })

  it('differ when a byte of the input does', async () => {
    await writeTree(box.path('other'), {...files, 'app/a.txt': 'b'})
    assert.notEqual(digest(await packed(box, 'other')), first)
  })

  for (const epoch of ['-1', '1.5', 'soon', '253402300800']) {
    it(`are not made with SOURCE_DATE_EPOCH=${epoch}`, async () => {
      const {code, stderr} = await box.run(['pack', '--key-seed', 'x', '--output', box.path('never')], {
        cwd: box.path('project'),
        env: {SOURCE_DATE_EPOCH: epoch},
      })
      assert.equal(code, 2)
      assert.match(stderr, /SOURCE_DATE_EPOCH/)
    })
  }

  it('carry the time that SOURCE_DATE_EPOCH gives', async () => {
    const output = box.path('epoch.package')
    await box.run(['pack', '--key-seed', 'e2e', '--output', output], {cwd: box.path('project'), env: {SOURCE_DATE_EPOCH: '1700000000'}})
    const {stdout} = await box.run(['inspect', '--json', output])
    assert.equal(JSON.parse(stdout).build_metadata.timestamp, '2023-11-14T22:13:20Z')
  })
})

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
