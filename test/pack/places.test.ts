/** What slots put into one work environment together: found to be impossible here, not on the user's machine. */
import assert from 'node:assert/strict'
import {describe, it} from 'mocha'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

/** Two slots, `a` and `b`, both at the root of the work environment unless told otherwise. */
async function pack(files: Files, targets: readonly [string | undefined, string | undefined] = ['', '']): Promise<unknown> {
  const root = writeFiles(temporaryDirectory(), {a: null, b: null, ...files})
  const slots = ['a', 'b'].map((id, index) => slotOf(root, {id, target: targets[index]}))
  return packPlan(planOf(root, slots))
}

const refused: Readonly<Record<string, readonly [Files, code: string, says: RegExp]>> = {
  'a file below a file of another slot': [{'a/x': '', 'b/x/y': ''}, 'EFLAVOR_SLOT', /slot b: it writes x, and so does slot a/],
  'a file below a link of another slot': [{'a/d/f': '', 'a/l': {link: 'd'}, 'b/l/f': ''}, 'EFLAVOR_SLOT', /slot b: it writes l/],
  'a link that leaves by way of another link': [
    {'a/d/f': '', 'a/d/up': {link: '..'}, 'a/out': {link: 'd/up/../../etc'}},
    'EFLAVOR_CONFINED',
    /a\/out: the symbolic link to d\/up/,
  ],
  'a link that leaves by way of a link of another slot': [
    {'a/d/f': '', 'a/d/up': {link: '..'}, 'b/out': {link: 'd/up/../../etc'}},
    'EFLAVOR_CONFINED',
    /b\/out: the symbolic link/,
  ],
  'directories of two slots whose names differ only in case': [
    {'a/Lib/x': '', 'b/lib/y': ''},
    'EFLAVOR_CASE_COLLISION',
    /lib.*only in case/,
  ],
  'files of two slots whose names differ only in case': [{'a/X': '', 'b/x': ''}, 'EFLAVOR_CASE_COLLISION', /only in case/],
  ...Object.fromEntries(
    ['data', 'tmp', '.flavor', 'Metadata.json'].map((name) => [
      `${name} at the root, which is flavor's own`,
      [{[`b/${name}/x`]: ''}, 'EFLAVOR_SLOT', /slot b: it writes .*flavor itself uses/] as const,
    ]),
  ),
}

describe('slots are refused together that hold', () => {
  for (const [what, [files, code, says]] of Object.entries(refused)) {
    it(what, async () => {
      await assert.rejects(pack(files), (error: Error & {code: string}) => {
        assert.equal(error.code, code, error.message)
        assert.match(error.message, says)
        return true
      })
    })
  }
})

describe('a slot without a target', () => {
  it('is refused where its purpose would put it on a place of flavor itself', async () => {
    const root = writeFiles(temporaryDirectory(), {'data/x': ''})
    const slot = slotOf(root, {id: 'data', purpose: 'data-files', target: undefined})
    await assert.rejects(packPlan(planOf(root, [slot])), {code: 'EFLAVOR_SLOT', message: /slot data: it writes data, and flavor itself/})
  })
})

describe('slots may', () => {
  it('share directories, also empty ones, and the root', async () => {
    await pack({'a/lib/empty': null, 'a/lib/x': '', 'b/lib/empty': null, 'b/lib/y': ''})
    await pack({})
  })

  it('link into each other', async () => {
    await pack({'a/d/f': '', 'b/l': {link: 'd/f'}})
    await pack({'a/x': {link: '../two/y'}, 'b/y': ''}, ['one', 'two'])
  })

  it('use names of flavor below their own', async () => {
    await pack({'a/data/x': '', 'a/tmp/x': '', 'b/metadata.json': ''}, ['one', 'two'])
  })
})
