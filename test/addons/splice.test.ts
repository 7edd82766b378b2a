/** Entries of `app.flavour` come and go, and nothing else in it does. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {readApp} from '../../dist/addons/app-flavour.js'
import {withEntry, withoutEntry} from '../../dist/addons/app-splice.js'
import {splitKey} from '../../dist/addons/entry-key.js'
import {documents} from './documents.ts'

const added = {hash: 'b'.repeat(64), manager: 'flavour/fam-flavour:0.1', name: 'new/addon', version: '2.0'}

const withNew = (text: string, entry = added): string => Buffer.from(withEntry('app.flavour', Buffer.from(text), entry)).toString()
const without = (text: string, key: string): string => {
  const named = splitKey(key)
  assert.ok(named)
  return Buffer.from(withoutEntry('app.flavour', Buffer.from(text), named)).toString()
}

function keysOf(text: string): readonly string[] {
  const {app, problems} = readApp('app.flavour', Buffer.from(text))
  assert.deepEqual(problems, undefined, text)
  return app?.addons.map(({key}) => key) ?? []
}

/** Is `part` what is left of `whole` when ranges are taken out of it? */
function isLeftOf(part: string, whole: string): boolean {
  let at = 0
  for (const character of whole) if (character === part[at]) at += 1
  return at === part.length
}

/** Is `more` the text with one piece put in? */
function isOnePieceMore(more: string, text: string): boolean {
  let before = 0
  while (before < text.length && more[before] === text[before]) before += 1
  let behind = 0
  while (behind < text.length && more.at(-1 - behind) === text.at(-1 - behind)) behind += 1
  return before + behind >= text.length
}

describe('an entry of app.flavour', () => {
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    [
      'goes behind the last one, indented like it',
      'spec: 0.1\naddons:   # ours\n   a:1:\n      manager: m\n      hash: HASH # why\n# end\n',
      'spec: 0.1\naddons:   # ours\n   a:1:\n      manager: m\n      hash: HASH # why\n   NEW:\n      manager: MANAGER\n      hash: NEWHASH\n# end\n',
    ],
    ['makes the key where there is none', "spec: '0.1'", "spec: '0.1'\naddons:\n  NEW:\n    manager: MANAGER\n    hash: NEWHASH"],
    [
      'keeps line breaks of Windows',
      'spec: 0.1\r\n# end\r\n',
      'spec: 0.1\r\naddons:\r\n  NEW:\r\n    manager: MANAGER\r\n    hash: NEWHASH\r\n# end\r\n',
    ],
    ['goes into a flow map', '{spec: 0.1}\n', '{spec: 0.1, addons: {NEW: {manager: MANAGER, hash: NEWHASH}}}\n'],
    [
      'goes into JSON, in quotes',
      '{\n  "spec": "0.1",\n  "addons": {\n    "a:1": {"manager": "m", "hash": "HASH"}\n  }\n}\n',
      '{\n  "spec": "0.1",\n  "addons": {\n    "a:1": {"manager": "m", "hash": "HASH"},\n    "NEW": {"manager": "MANAGER", "hash": "NEWHASH"}\n  }\n}\n',
    ],
    [
      'goes behind a block text, whose line break is its own',
      'spec: 0.1\naddons:\n  a:1:\n    manager: m\n    hash: HASH\n    settings: |+\n      text\n\nmeta: {name: x}\n',
      'spec: 0.1\naddons:\n  a:1:\n    manager: m\n    hash: HASH\n    settings: |+\n      text\n\n  NEW:\n    manager: MANAGER\n    hash: NEWHASH\nmeta: {name: x}\n',
    ],
  ]
  for (const [what, before, after] of cases)
    it(what, () => {
      const filled = (text: string) =>
        text
          .replaceAll('NEWHASH', added.hash)
          .replaceAll('HASH', 'a'.repeat(64))
          .replaceAll('NEW', 'new/addon:2.0')
          .replaceAll('MANAGER', added.manager)
      assert.equal(withNew(filled(before)), filled(after))
      assert.equal(without(filled(after), 'new/addon:2.0'), filled(before))
    })

  it('takes the place of another version, in its quotes, and keeps its settings and remarks', () => {
    const text = (version: string, manager: string, hash: string) =>
      `spec: 0.1\naddons:\n  # first\n  'x:${version}': {hash: "${hash}", manager: ${manager}, settings: {a: b}} # here\n  y:1: {manager: m, hash: ${'c'.repeat(64)}}\n`
    const before = text('1.0', 'm', 'a'.repeat(64))
    const after = text('2.0', added.manager, added.hash)
    assert.equal(withNew(before, {...added, name: 'x'}), after)
  })

  it('takes the place of all versions, when several are there', () => {
    const entry = (version: string) => `  x:${version}: {manager: m, hash: ${'c'.repeat(64)}}\n`
    const after = withNew(`spec: 0.1\naddons:\n${entry('1')}${entry('2')}  y:1: {manager: m, hash: ${'c'.repeat(64)}}\n`, {
      ...added,
      name: 'x',
    })
    assert.deepEqual(keysOf(after), ['x:2.0', 'y:1'])
  })

  it('that is there as it should be changes nothing', () => {
    const text = withNew('spec: 0.1\n')
    assert.equal(withNew(text), text)
    assert.equal(without('spec: 0.1\n', 'new/addon:2.0'), 'spec: 0.1\n')
  })

  it('leaves comments of the key behind when it was the last', () => {
    const text = `spec: 0.1\naddons: # what we use\n  # for the shop\n  x:1:\n    manager: m # inside\n    hash: ${'a'.repeat(64)}\n# end\n`
    assert.equal(without(text, 'x:1'), 'spec: 0.1\n# what we use\n  # for the shop\n# end\n')
    assert.equal(without(`addons:\n  x:1: {manager: m, hash: ${'a'.repeat(64)}}\nspec: 0.1\n`, 'x:1'), 'spec: 0.1\n')
  })

  it('is refused by a file that is not sound', () => {
    for (const text of ['', '# nothing\n', 'spec: 0.1\naddons:\n', 'spec: 0.1\naddon: {}\n', 'spec: 0.1\nspec: 0.1\n'])
      assert.throws(() => withNew(text), {code: 'EFLAVOR_ADDON_FILE'}, text)
  })

  it('is refused where it would take rewriting', () => {
    const text = `spec: 0.1\n? addons\n: x:1: {manager: m, hash: ${'a'.repeat(64)}}\n`
    assert.throws(() => without(text, 'x:1'), {code: 'EFLAVOR_ADDON_FILE'})
  })
})

describe('any app.flavour', () => {
  const numRuns = 300

  it('gets an entry in one piece, and loses it without a trace', () => {
    fc.assert(
      fc.property(documents, ({keys, text}) => {
        const after = withNew(text)
        assert.ok(isOnePieceMore(after, text), after)
        assert.deepEqual(keysOf(after), [...keys, 'new/addon:2.0'])
        assert.equal(without(after, 'new/addon:2.0'), text)
      }),
      {numRuns},
    )
  })

  it('loses an entry and nothing else', () => {
    fc.assert(
      fc.property(documents, fc.nat(), ({comments, keys, own, text}, number) => {
        const key = keys[number % keys.length]
        if (key === undefined) return
        const after = without(text, key)
        const others = keys.filter((one) => one !== key)
        assert.deepEqual(keysOf(after), others)
        assert.ok(isLeftOf(after, text))
        for (const word of [...comments, ...others.flatMap((one) => own[one] ?? [])])
          assert.ok(after.includes(word), `${word} is gone: ${after}`)
        for (const word of own[key] ?? []) assert.ok(!after.includes(word), `${word} is still there: ${after}`)
      }),
      {numRuns},
    )
  })

  it('takes another version in place, and back', () => {
    fc.assert(
      fc.property(documents, fc.nat(), ({comments, keys, own, text}, number) => {
        const key = keys[number % keys.length]
        if (key === undefined) return
        const entry = readApp('app.flavour', Buffer.from(text)).app?.addons.find((one) => one.key === key)
        assert.ok(entry)
        const after = withNew(text, {...added, name: entry.name})
        assert.deepEqual(
          keysOf(after),
          keys.map((one) => (one === key ? `${entry.name}:2.0` : one)),
        )
        for (const word of [...comments, ...Object.values(own).flat()]) assert.ok(after.includes(word), `${word} is gone`)
        assert.equal(withNew(after, entry), text)
      }),
      {numRuns},
    )
  })
})
