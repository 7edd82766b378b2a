import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {describe, it} from 'mocha'
import {decide, decideDemanded, decideStart, publisherKey} from '../../dist/trust/decision.js'
import {pinFile} from '../../dist/trust/pins.js'
import {type Policy, readPolicy} from '../../dist/trust/policy.js'
import {base64Of, keyOf, places, rotation, subject, writePolicy} from '../support/trust.ts'

const mismatch = {code: 'EFLAVOR_KEY_MISMATCH'}

interface Known {
  readonly system?: string
  readonly user?: string
  readonly pin?: string
  readonly conf?: string
}

/** A policy of lines for `trusted_keys` and texts that make keys. */
function policy({conf, pin, system, user}: Known = {}): Policy & {readonly places: {readonly user: string}} {
  const there = places()
  if (system !== undefined) writePolicy(`${there.system}/trusted_keys`, system)
  if (user !== undefined) writePolicy(`${there.user}/trusted_keys`, user)
  if (pin !== undefined) writePolicy(pinFile(there.user, 'hello'), `ed25519 ${base64Of(pin)} hello\n`)
  if (conf !== undefined) writePolicy(`${there.user}/launcher.conf`, conf)
  return {...readPolicy(there), places: there}
}

const line = (key: string, pattern = 'hello') => `${pattern} ed25519 ${keyOf(key)}\n`

describe('whether a key is one to trust', () => {
  it('is said by the lines of the system first', () => {
    const known = policy({pin: 'c', system: `# keys\n${line('z', 'other')}${line('a')}`, user: line('b')})
    const {system} = known.places
    assert.deepEqual(decide(known, subject('a')), {file: `${system}/trusted_keys`, line: 3, result: 'listed'})
    for (const key of ['b', 'c', 'z']) assert.throws(() => decide(known, subject(key)), mismatch)
  })

  it('then by the lines of the user, and a pin is not asked', () => {
    const known = policy({pin: 'c', system: line('z', 'other'), user: `${line('a')}${line('b')}`})
    assert.equal(decide(known, subject('b')).result, 'listed')
    assert.throws(() => decide(known, subject('c')), mismatch)
  })

  it('then by the pin', () => {
    const known = policy({pin: 'a', user: line('z', 'hell')})
    assert.deepEqual(decide(known, subject('a')), {file: pinFile(known.places.user, 'hello'), result: 'pinned'})
    assert.throws(() => decide(known, subject('b')), mismatch)
  })

  it('is no, where a known key is demanded', () => {
    assert.throws(() => decide(policy({conf: 'trust = known\n'}), subject('a')), {code: 'EFLAVOR_UNKNOWN_KEY'})
    assert.equal(decide(policy({conf: 'trust = known\n', pin: 'a'}), subject('a')).result, 'pinned')
  })

  it('is yes for the first that comes, and the next must be the same', () => {
    const known = policy()
    const file = pinFile(known.places.user, 'hello')
    assert.deepEqual(decide(known, subject('a')), {file, result: 'first-use'})
    assert.equal(existsSync(file), false, 'looking pins nothing')
    assert.deepEqual(decideStart(known, subject('a')), {file, result: 'first-use'})
    assert.equal(readFileSync(file, 'utf8'), `ed25519 ${base64Of('a')} hello\n`)
    assert.deepEqual(decideStart(known, subject('a')), {file, result: 'pinned'})
    assert.throws(() => decideStart(known, subject('b')), mismatch)
    assert.equal(decideStart(known, subject('b', {name: 'another'})).result, 'first-use')
  })

  it('is asked of development packages as of others, but none makes a pin', () => {
    const development = {development: true}
    const known = policy()
    for (const key of ['a', 'b']) assert.deepEqual(decideStart(known, subject(key, development)), {result: 'development'})
    assert.equal(decideStart(known, subject('c')).result, 'first-use')
    assert.throws(() => decideStart(known, subject('a', development)), mismatch)
    assert.throws(() => decide(policy({conf: 'trust = known\n'}), subject('a', development)), {code: 'EFLAVOR_UNKNOWN_KEY'})
    assert.equal(decide(policy({user: line('a')}), subject('a', development)).result, 'listed')
  })

  it('makes no pin of a key that may not have signed', () => {
    const known = policy()
    assert.deepEqual(decideStart(known, subject('a', {signed: false})), {result: 'unchecked'})
    assert.equal(decideStart(known, subject('b')).result, 'first-use')
    assert.throws(() => decideStart(known, subject('a', {signed: false})), mismatch)
  })

  it('goes on unpinned where nobody has a home, or none that can be written to', () => {
    const known = policy()
    assert.equal(decideStart({...known, places: {...known.places, user: undefined}}, subject('a')).result, 'unpinned')
    assert.equal(decideStart({...known, places: {...known.places, user: '/proc/flavor'}}, subject('a')).result, 'unpinned')
    assert.equal(decideStart({...known, places: {...known.places, user: '/dev/null/flavor'}}, subject('a')).result, 'unpinned')
  })

  it('with a key demanded asks for that key and for the lines of the system', () => {
    const known = policy({conf: 'trust = known\n', pin: 'b', user: line('c')})
    assert.deepEqual(decideDemanded(known, subject('a'), keyOf('a')), {result: 'demanded'})
    assert.throws(() => decideDemanded(known, subject('a'), keyOf('b')), mismatch)
    assert.throws(() => decideDemanded(policy({system: line('b')}), subject('a'), keyOf('a')), mismatch)
    assert.equal(decideDemanded(policy({system: line('a')}), subject('a'), keyOf('a')).result, 'listed')
  })
})

describe('a key that was handed over', () => {
  const statements = [rotation('b', 'c'), rotation('a', 'b')]

  it('moves the pin, step by step or over several, and never back', () => {
    const known = policy({pin: 'a'})
    const file = pinFile(known.places.user, 'hello')
    assert.deepEqual(decideStart(known, subject('b', {rotations: [rotation('a', 'b')]})), {file, from: keyOf('a'), result: 'rotated'})
    assert.equal(readFileSync(file, 'utf8'), `ed25519 ${base64Of('b')} hello\n`)
    assert.throws(() => decideStart(known, subject('a', {rotations: [rotation('a', 'b')]})), mismatch)
    assert.equal(decideStart(known, subject('c', {rotations: statements})).result, 'rotated')
    assert.equal(decideStart(known, subject('c', {rotations: statements})).result, 'pinned')
    assert.throws(() => decideStart(known, subject('b', {rotations: statements})), mismatch)
    const whole = policy({pin: 'a'})
    assert.equal(decideStart(whole, subject('c', {rotations: statements})).result, 'rotated')
  })

  it('is looked at only, where nothing is started', () => {
    const known = policy({pin: 'a'})
    assert.equal(decide(known, subject('c', {rotations: statements})).result, 'rotated')
    assert.equal(decide(known, subject('a')).result, 'pinned')
  })

  it('leads from a key of the lists, which stay as they are', () => {
    for (const known of [policy({system: `${line('z')}${line('a')}`}), policy({user: `${line('z')}${line('a')}`})]) {
      const decision = decideStart(known, subject('c', {rotations: statements}))
      assert.deepEqual([decision.result, decision.line, decision.from], ['rotated', 2, keyOf('a')])
      assert.equal(existsSync(pinFile(known.places.user, 'hello')), false)
    }
  })

  it('makes a first use no better known', () => {
    assert.throws(() => decide(policy({conf: 'trust = known\n'}), subject('c', {rotations: statements})), {code: 'EFLAVOR_UNKNOWN_KEY'})
    assert.equal(decide(policy(), subject('c', {rotations: statements})).result, 'first-use')
  })

  it('counts also where the package’s own signature is not checked, by the statement’s', () => {
    const known = policy({pin: 'a'})
    const forged = {...rotation('a', 'b'), signature: rotation('a', 'c').signature}
    assert.throws(() => decide(known, subject('b', {rotations: [forged], signed: false})), mismatch)
    assert.equal(decide(known, subject('b', {rotations: [rotation('a', 'b')], signed: false})).result, 'rotated')
  })
})

describe('what is said of a key', () => {
  const said = (known: Policy, key: string, more = {}) => publisherKey(() => decide(known, subject(key, more)))

  it('is one check, with the place where it stands', () => {
    const {decision, detail, name, ok} = said(policy({user: line('a')}), 'a')
    assert.deepEqual([name, ok, decision?.result], ['publisher key', true, 'listed'])
    assert.match(detail, /^listed in .*trusted_keys:1$/)
  })

  it('names both keys, the file, and what to type', () => {
    const {code, detail, hint, ok} = said(policy({pin: 'a'}), 'b', {path: './my app'})
    assert.deepEqual([ok, code], [false, 'EFLAVOR_KEY_MISMATCH'])
    assert.ok(detail.includes(keyOf('a')) && detail.includes(keyOf('b')) && detail.includes('/pins/hello-'))
    assert.match(hint ?? '', /flavor trust accept '\.\/my app'$/)
    assert.match(said(policy({user: line('a')}), 'b').hint ?? '', new RegExp(`flavor trust add hello ${keyOf('b')}$`))
    assert.match(said(policy({system: line('a', '*')}), 'b', {name: 'a b'}).hint ?? '', /flavor trust add --system PATTERN /)
    assert.match(said(policy({conf: '\ntrust = known'}), 'b').detail, /launcher\.conf:2 demands/)
    assert.match(said(policy({pin: 'a'}), 'b', {development: true}).hint ?? '', /flavor trust remove hello$/)
  })

  it('holds nothing of a name that a terminal would obey', () => {
    const {detail} = said(policy({user: line('a', '*')}), 'b', {name: '\u001b[2J\u009b2J\n'})
    assert.doesNotMatch(detail, /\p{Cc}/u)
  })
})
