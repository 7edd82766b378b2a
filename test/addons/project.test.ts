/** A project as a stranger may have made it: what is in the place of a file need not be one. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {fileIn, openProject} from '../../dist/addons/project.js'
import {temporaryDirectory} from '../support/tmp.ts'

describe('a file of a project', () => {
  const places: readonly (readonly [what: string, make: (path: string) => void])[] = [
    ['a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['a link to what never ends', (path) => symlinkSync('/dev/zero', path)],
    ['a directory', (path) => void mkdirSync(path)],
  ]
  for (const [what, make] of places)
    it(`is not read where ${what} is in its place`, async () => {
      const root = temporaryDirectory()
      make(join(root, 'app.flavour'))
      const refused = {code: 'EFLAVOR_ADDON_FILE', message: `read ${join(root, 'app.flavour')}: it is no file`}
      await assert.rejects(openProject(root), refused)
      await assert.rejects(fileIn(root, 'app.flavour'), refused)
    })

  it('may be missing', async () => {
    assert.equal(await fileIn(temporaryDirectory(), 'app.flavour'), undefined)
  })
})
