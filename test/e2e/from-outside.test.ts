/** What SECURITY.md says of looking at a package from outside: none of its code runs, and its launcher never does. */
import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {application, packed} from '../support/project.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

/** Offers a launcher that starts nothing and leaves a mark. */
const offer = (mark: string) => `import {createHash} from 'node:crypto'
import {Readable} from 'node:stream'
const image = Buffer.from(${JSON.stringify(`#!/bin/sh\n: > '${mark}'\nexit 0\n`)})
const sha256 = createHash('sha256').update(image).digest('hex')
const open = async () => ({sha256, size: image.length, stream: () => Readable.from([image])})
const facts = {formats: [0x20250001], operations: [0x01, 0x10, 0x1b], targets: ['any-any']}
export default async () => [{...facts, id: 'other', summary: 'Leaves a mark', load: async () => ({default: {open}})}]
`

describe('a sound package with a launcher of somebody else', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string
  let mark: string

  before(async () => {
    box = await sandbox()
    mark = box.path('mark')
    await box.link({files: {'offer.js': offer(mark)}, hooks: {'flavor:launchers:v1': './offer.js'}, name: '@guest/launcher-other'})
    await writeTree(box.path('project'), {
      ...application,
      'app/index.js': `require('node:fs').writeFileSync(${JSON.stringify(box.path('ran'))}, '')\n`,
    })
    path = await packed(box, 'project', ['--launcher', 'other'])
  })

  after(() => box.remove())

  it('is verified, inspected and extracted without any code of it', async () => {
    for (const args of [
      ['verify', path],
      ['inspect', path],
      ['extract', '--all', path, box.path('out')],
    ]) {
      const {code, stderr} = await box.run(args)
      assert.equal(code, 0, stderr)
    }
    assert.deepEqual([existsSync(mark), existsSync(box.path('ran'))], [false, false])
  })

  it('is started by flavor run without that launcher, which is what the file itself would start', async () => {
    const {code, stderr} = await box.run(['run', path])
    assert.equal(code, 0, stderr)
    assert.deepEqual([existsSync(mark), existsSync(box.path('ran'))], [false, true])
    await execute(path, [], {env: box.env})
    assert.equal(existsSync(mark), true)
  })
})
