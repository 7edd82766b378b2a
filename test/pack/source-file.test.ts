/** A file on its way into a package that somebody is still writing. */
import assert from 'node:assert/strict'
import {statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {openSourceFile} from '../../dist/pack/source-file.js'
import {temporaryDirectory} from '../support/tmp.ts'

const size = 1000

/** Reads half of a file, lets somebody at it, and reads on to the end. */
function readWhile(meanwhile: (path: string) => void): number {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, 'a'.repeat(size))
  utimesSync(path, 1, 1)
  const file = openSourceFile(path, size)
  try {
    let done = file.fill(new Uint8Array(size / 2), 0)
    meanwhile(path)
    for (let count = -1; count !== 0; done += count) count = file.fill(new Uint8Array(size), 0)
    return done
  } finally {
    file.close()
  }
}

/** The system's own time of a change moves in steps: until it has moved on since the file was last touched. */
function waitForNextTick(path: string): void {
  const touched = () => {
    writeFileSync(`${path}.probe`, '')
    return statSync(`${path}.probe`, {bigint: true}).ctimeNs
  }
  const {ctimeNs} = statSync(path, {bigint: true})
  while (touched() === ctimeNs);
}

const changed = {code: 'EFLAVOR_SOURCE_CHANGED', message: /the file changed while it was read/}

describe('a file that is read into a package', () => {
  it('is taken as it is', () => {
    assert.equal(
      readWhile(() => {}),
      size,
    )
  })

  it('is refused when it grows, shrinks, or gets other bytes of the same number', () => {
    for (const text of ['a'.repeat(size + 1), 'a'.repeat(size - 1), '', 'b'.repeat(size)])
      assert.throws(() => readWhile((path) => writeFileSync(path, text)), changed)
  })

  it('is refused when its time of change was set back afterwards', () => {
    const setBack = (path: string) => {
      waitForNextTick(path)
      writeFileSync(path, 'b'.repeat(size))
      utimesSync(path, 1, 1)
    }
    assert.throws(() => readWhile(setBack), changed)
  })
})
