/** The file that a package is written to, and what is left of it. */
import assert from 'node:assert/strict'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, it} from 'mocha'
import {writeOutput} from '../../src/pack/output.ts'

describe('the file that a package is written to', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'flavor-output-'))
  })

  afterEach(() => rmSync(directory, {recursive: true}))

  const write = async (path: string, look: () => Promise<void> = async () => {}): Promise<void> => {
    await writeOutput(path, async (file) => void (await file.write('whole')), look)
  }

  it('has its name when it is whole, and may be started by all', async () => {
    const path = join(directory, 'below/hello')
    await write(path)
    assert.equal(readFileSync(path, 'utf8'), 'whole')
    assert.equal(statSync(path).mode & 0o777, 0o755)
    assert.deepEqual(readdirSync(join(directory, 'below')), ['hello'])
  })

  // A thread that makes it would make it after the undoing of a signal that comes meanwhile.
  it('is there before anything is waited for', async () => {
    const written = write(join(directory, 'below/hello'))
    assert.equal(readdirSync(join(directory, 'below')).length, 1)
    await written
  })

  it('is gone with the directories that were made for it when what is written cannot be read', async () => {
    const unreadable = write(join(directory, 'deep/below/hello'), async () => Promise.reject(new Error('not read')))
    await assert.rejects(unreadable, /not read/)
    assert.equal(existsSync(join(directory, 'deep')), false)
  })
})
