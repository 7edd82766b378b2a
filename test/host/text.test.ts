/** Text for people: numbers, and what a package may say of itself without doing anything to the terminal. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {formatBytes, printable} from '../../dist/text.js'
import {packed} from '../support/project.ts'
import {type Sandbox, sandbox, writeTree} from '../support/run.ts'

describe('a number of bytes', () => {
  for (const [bytes, text] of [
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1536, '1.5 kB'],
    [10_000_000, '10 MB'],
    [3e15, '3000 TB'],
  ] as const)
    it(`${bytes} reads ${text}`, () => assert.equal(formatBytes(bytes), text))
})

describe('what a package says of itself', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })

  after(() => box.remove())

  it('does nothing to the terminal of whoever looks at it', async () => {
    assert.equal(printable('a\x1b[31m\u009bb\r\nö'), 'a\\x1b[31m\\x9bb\\x0d\\x0aö')
    await writeTree(box.path('project'), {x: ''})
    writeFileSync(box.path('project/flavor.json'), JSON.stringify({command: ['echo', '\x1b]0;title\x07'], name: 'x', version: '1'}))
    const path = await packed(box, 'project', ['--launcher', 'node'])
    const {code, stdout} = await box.run(['inspect', path])
    assert.equal(code, 0)
    assert.ok(stdout.includes('\\x1b]0;title\\x07'))
    assert.ok(!stdout.includes('\x1b'))
  })
})
