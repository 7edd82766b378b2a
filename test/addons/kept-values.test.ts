/** Values come and go in `.flavour/config.yaml`, and nothing else in it does. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {readValues, withValues} from '../../dist/addons/kept-values.js'

function changed(text: string | undefined, changes: Readonly<Record<string, string | undefined>>): string | undefined {
  const after = withValues(text === undefined ? undefined : Buffer.from(text), changes)
  return after && Buffer.from(after).toString()
}

describe('values that a project keeps', () => {
  const cases: readonly (readonly [
    what: string,
    before: string | undefined,
    changes: Record<string, string | undefined>,
    after: string | undefined,
  ])[] = [
    ['make the file', undefined, {A: '1', B: 'x y'}, 'A: "1"\nB: "x y"\n'],
    ['go behind the others, before comments at the end', 'A: x # mine\n# end\n', {B: 'z'}, 'A: x # mine\nB: z\n# end\n'],
    ['go behind comments, where there is nothing else', '# ours', {A: 'x'}, '# ours\nA: x\n'],
    ['are replaced in their quotes', 'A: \'x\' # mine\nB: "y"\n', {A: "it's", B: 'no'}, "A: 'it''s' # mine\nB: \"no\"\n"],
    ['are replaced where they were a block of lines', 'A: |\n  x\n  y\nB: z\n', {A: 'one'}, 'A: one\nB: z\n'],
    ['go, and their line with them', '# a\nA: x\nB: y # why\n# end\n', {B: undefined}, '# a\nA: x\n# end\n'],
    ['leave comments when the last one goes', '# a\nA: x\n', {A: undefined}, '# a\n'],
    ['take the file with them when nothing is left', 'A: x\n', {A: undefined}, undefined],
    ['stay as they are when they are set again', 'A:    x\n', {A: 'x'}, 'A:    x\n'],
    ['keep to braces', '{A: x}\n', {B: 'z'}, '{A: x, B: z}\n'],
  ]
  for (const [what, before, changes, after] of cases) it(what, () => assert.equal(changed(before, changes), after))

  it('are texts, whatever is in them', () => {
    const variable = fc.constantFrom('A', 'B_1', 'LONG_NAME')
    const value = fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom('', '1.10', 'yes', '- x', '# x', 'a: b', '\n', ' x ', '~'))
    const start = fc.constantFrom(undefined, '# ours\n', 'A: x # mine\n', '# a\nB_1: |\n  x\n\nA: "y"', '{A: x}', '---\nA: x\n')
    fc.assert(
      fc.property(start, fc.array(fc.tuple(variable, value), {maxLength: 6}), (text, changes) => {
        let bytes: Uint8Array | undefined = text === undefined ? undefined : Buffer.from(text)
        const wanted: Record<string, string> = {...readValues(bytes)}
        for (const [name, content] of changes) {
          if (/[\ud800-\udfff]/.test(content)) continue
          bytes = withValues(bytes, {[name]: content})
          wanted[name] = content
        }
        assert.deepEqual({...readValues(bytes)}, wanted)
        for (const comment of ['# ours', '# mine', '# a'])
          if (text?.includes(comment)) assert.ok(Buffer.from(bytes ?? '').includes(comment))
      }),
      {numRuns: 100},
    )
  })

  it('say what is wrong with the file', () => {
    for (const [text, message] of [
      ['A: {b: c}\n', /^read config\.yaml: one problem\n.*config\.yaml:1:4 A must be a text/],
      ['A: x\nA: y\n', /A stands here a second time/],
      ['- x\n', /must be a map/],
    ] as const)
      assert.throws(() => readValues(Buffer.from(text)), {code: 'EFLAVOR_ADDON_FILE', message})
  })
})
