/** Statements that a manifest names: each is read and checked, and each problem says where it is named. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {loadPlan} from '../../dist/project/load.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {keyOf, rotation} from '../support/trust.ts'

const statement = (name = 'hello', more = {}) => JSON.stringify({...rotation('a', 'b', name), name, ...more})

function project(rotations: string, files = {}): string {
  const manifest = `name: hello\nversion: 1.0.0\ncommand: node\nrotations: ${rotations}\n`
  return writeFiles(temporaryDirectory(), {'flavor.yaml': manifest, 'keys/one.json': statement(), ...files})
}

describe('rotations in a manifest', () => {
  it('are read in their order, each with the place where it is named', async () => {
    const cwd = project('[keys/one.json, two.json]', {'two.json': JSON.stringify({...rotation('b', 'c'), name: 'hello'})})
    const {rotations} = await loadPlan({cwd})
    assert.deepEqual(
      rotations.map(({at, file, from, to}) => [file, from, to, at.line, at.column]),
      [
        ['keys/one.json', keyOf('a'), keyOf('b'), 4, 13],
        ['two.json', keyOf('b'), keyOf('c'), 4, 28],
      ],
    )
  })

  for (const [what, content, says] of [
    ['that is not there', undefined, /does not exist/],
    ['that is a directory', null, /is no statement/],
    ['that is no JSON', 'nonsense', /is no statement/],
    ['of another shape', '{"name": "hello"}', /is no statement/],
    ['with a key in capitals', statement('hello', {to: keyOf('b').toUpperCase()}), /is no statement/],
    ['for another package', statement('another'), /is for a package called "another", not "hello"/],
    ['that somebody changed', statement('hello', {to: keyOf('c')}), /carries no good signature/],
  ] as const) {
    it(`one ${what} is a problem at its place`, async () => {
      const cwd = project('\n  - keys/one.json\n  - keys/two.json', content === undefined ? {} : {'keys/two.json': content})
      await assert.rejects(loadPlan({cwd}), ({code, message}: Error & {code: string}) => {
        assert.equal(code, 'EFLAVOR_MANIFEST')
        assert.match(message, /flavor\.yaml:6:5 rotations\[1\] keys\/two\.json /)
        assert.match(message, says)
        assert.match(message, /flavor trust rotate --name "hello"/)
        return true
      })
    })
  }

  it('one that is a pipe does not hold anybody up', async () => {
    const cwd = project('[pipe]')
    execFileSync('mkfifo', [join(cwd, 'pipe')])
    await assert.rejects(loadPlan({cwd}), /rotations\[0\] pipe is no statement/)
  })

  it('are a list of at most sixteen', async () => {
    await assert.rejects(loadPlan({cwd: project('keys/one.json')}), /rotations must be a list/)
    await assert.rejects(
      loadPlan({cwd: project(`[${Array(17).fill('keys/one.json').join(', ')}]`)}),
      /rotations has 17 entries; 16 is the most/,
    )
  })
})
