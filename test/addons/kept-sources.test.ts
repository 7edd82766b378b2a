/** Where addons came from is kept in `.flavour/sources.yaml`, and nothing else in it changes. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {type KeptSource, readSources, withSource} from '../../dist/addons/kept-sources.js'

function changed(text: string | undefined, addon: string, kept: KeptSource | undefined): string | undefined {
  const after = withSource(text === undefined ? undefined : Buffer.from(text), addon, kept)
  return after && Buffer.from(after).toString()
}

describe('where addons of a project came from', () => {
  const one = 'a:\n  source: ecosystems\n  name: npm/a\n'
  const npm = (name: string): KeptSource => ({name: `npm/${name}`, source: 'ecosystems'})
  const cases: readonly (readonly [
    what: string,
    before: string | undefined,
    addon: string,
    kept: KeptSource | undefined,
    after: string | undefined,
  ])[] = [
    ['makes the file', undefined, 'a', npm('a'), one],
    [
      'goes behind the others, before comments at the end',
      `${one}# end\n`,
      'b',
      {source: 'file:x y'},
      `${one}b:\n  source: "file:x y"\n# end\n`,
    ],
    ['takes the place of what was said before', one, 'a', {source: 'file'}, 'a:\n  source: file\n'],
    ['goes with its lines', `# ours\n${one}b: {source: file} # why\n`, 'b', undefined, `# ours\n${one}`],
    ['takes the file with it when nothing is left', one, 'a', undefined, undefined],
    ['leaves comments when the last one goes', `# ours\n${one}`, 'a', undefined, '# ours\n'],
    [
      'stays as it is when it is said again',
      'a: {name: npm/a, source:   ecosystems}\n',
      'a',
      npm('a'),
      'a: {name: npm/a, source:   ecosystems}\n',
    ],
    ['of what is not there need not go', one, 'constructor', undefined, one],
  ]
  for (const [what, before, addon, kept, after] of cases) it(what, () => assert.equal(changed(before, addon, kept), after))

  it('comes and goes without a trace', () => {
    const name = fc.stringMatching(/^[a-z@][a-z0-9/@._-]{0,20}$/)
    const kept = fc.record(
      {name, source: fc.constantFrom('ecosystems', 'https://addons.example/a?b', 'oci://h:1/x', 'file:a b#c: d')},
      {noNullPrototype: true, requiredKeys: ['source']},
    )
    const start = fc.constantFrom(undefined, '# ours\n', `\ufeff${one}`, `${one}# end`, 'a: {source: file} # why\r\nb: {source: file}\r\n')
    fc.assert(
      fc.property(start, name, kept, (text, addon, source) => {
        fc.pre(text === undefined || !Object.hasOwn(readSources(Buffer.from(text)), addon))
        const after = changed(text, addon, source) as string
        assert.deepEqual(readSources(Buffer.from(after))[addon], source)
        assert.equal(changed(after, addon, undefined), text)
      }),
      {numRuns: 200},
    )
  })

  it('is wrong in its own way, with line and column', () => {
    for (const [text, message] of [
      ['a: x\n', /^read sources\.yaml: one problem\n.*sources\.yaml:1:4 a must be a map/],
      ['a: {name: x}\n', /a\.source is missing/],
      ['a: {source: ./x}\n', /sources\.yaml:1:13 a\.source must be ecosystems, a URL, file:PATH, oci:\/\/HOST\/PATH, or file, not ".\/x"/],
      ['a: {source: file, sauce: x}\n', /is no key of a source/],
    ] as const)
      assert.throws(() => readSources(Buffer.from(text)), {code: 'EFLAVOR_ADDON_FILE', message})
  })
})
