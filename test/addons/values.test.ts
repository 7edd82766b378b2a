/** Values of settings: which are taken, which are not, and how other programs read them. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {parseEnv} from 'node:util'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import type {ConfigField} from '../../dist/addons/config-field.js'
import {environmentText} from '../../dist/addons/environment-text.js'
import {checkText, settle} from '../../dist/addons/values.js'

const field = (changes: Partial<ConfigField>): ConfigField => ({
  default: undefined,
  helptext: '',
  label: 'A',
  max: undefined,
  min: undefined,
  name: 'a',
  readonly: false,
  required: true,
  type: 'scalar/string',
  variable: 'X_A',
  visibility: 0,
  ...changes,
})

function checked(changes: Partial<ConfigField>, given: string | undefined): unknown {
  const {problem, text} = settle(field(changes), {X_A: given}, {defaults: true})
  return problem ?? checkText(field(changes), text).value
}

describe('a value', () => {
  it('is required, unless the field says otherwise', () => {
    assert.equal(checked({}, undefined), 'This is a required field')
    assert.equal(checked({required: false}, undefined), undefined)
    assert.equal(checked({default: 'b'}, undefined), 'b')
    assert.equal(checked({default: 'b'}, ''), '')
  })

  it('is a whole number within its limits', () => {
    const type = 'scalar/integer'
    for (const [text, value] of [
      ['1', 1],
      ['-7', -7],
      ['+3', 3],
      ['007', 7],
    ] as const)
      assert.equal(checked({type}, text), value)
    for (const text of ['', '1.0', '1e3', '0x10', ' 1', '9007199254740993', 'x'])
      assert.equal(checked({type}, text), `must be a whole number, not ${JSON.stringify(text)}`)
    assert.equal(checked({max: 9, min: 1, type}, '0'), 'must be at least 1, not 0')
    assert.equal(checked({max: 9, min: 1, type}, '10'), 'must be at most 9, not 10')
    assert.deepEqual([checked({max: 9, min: 1, type}, '1'), checked({max: 9, min: 1, type}, '9')], [1, 9])
  })

  it('is a word for yes or no in any case', () => {
    const type = 'scalar/boolean'
    for (const text of ['1', 'true', 'Yes', 'Y', 'ON']) assert.equal(checked({type}, text), true, text)
    for (const text of ['0', 'false', 'NO', 'n', 'Off']) assert.equal(checked({type}, text), false, text)
    for (const text of ['', '2', 'ja', 'constructor'])
      assert.equal(checked({type}, text), `must be true or false, not ${JSON.stringify(text)}`)
  })

  it('that is a default is held to the limits when it is used', () => {
    assert.equal(checked({default: '0', min: 1, type: 'scalar/integer'}, undefined), 'must be at least 1, not 0')
    assert.equal(checked({default: '0', min: 1, type: 'scalar/integer'}, '5'), 5)
  })

  it('without defaults is only what was set', () => {
    const settled = (changes: Partial<ConfigField>, given?: string) => settle(field(changes), {X_A: given}, {defaults: false})
    assert.deepEqual(settled({default: 'b'}), {from: undefined, problem: undefined, text: undefined})
    assert.deepEqual(settled({}), {from: undefined, problem: undefined, text: undefined})
    assert.deepEqual(settled({default: 'b'}, 'c'), {from: 'given', problem: undefined, text: 'c'})
    assert.equal(settled({type: 'scalar/boolean'}, 'c').problem, 'must be true or false, not "c"')
  })
})

describe('variables as text', () => {
  const values = fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/), fc.string({unit: fc.constantFrom(...`ab '"\`$\\\n#=;é~*`)}), {
    maxKeys: 4,
  })

  it('come back from a dotenv file, or are refused', () => {
    fc.assert(
      fc.property(values, (variables) => {
        try {
          assert.deepEqual({...parseEnv(environmentText(variables, 'dotenv'))}, {...variables})
        } catch (error) {
          if ((error as {code?: string}).code !== 'EFLAVOR_CONFIG') throw error
          assert.ok(Object.values(variables).some((value) => value.includes("'") && value.includes('`')))
        }
      }),
    )
  })

  it('come back from a shell', () => {
    fc.assert(
      fc.property(values, (variables) => {
        const program = `process.stdout.write(JSON.stringify(Object.fromEntries(${JSON.stringify(Object.keys(variables))}.map((k) => [k, process.env[k]]))))`
        const {stdout} = spawnSync('sh', ['-c', `${environmentText(variables, 'shell')}exec "$0" -e "$1"`, process.execPath, program], {
          encoding: 'utf8',
          env: {},
        })
        assert.deepEqual(JSON.parse(stdout), {...variables})
      }),
      {numRuns: 15},
    )
  })

  it('come back from JSON', () => {
    assert.deepEqual(JSON.parse(environmentText({A: '"\n'}, 'json')), {A: '"\n'})
  })

  it('are refused where they cannot be said', () => {
    for (const [variables, format] of [
      [{A: `'"\``}, 'dotenv'],
      [{A: '\r'}, 'dotenv'],
      [{'2FA': 'x'}, 'shell'],
      [{A: '\0'}, 'shell'],
    ] as const)
      assert.throws(() => environmentText(variables, format), {code: 'EFLAVOR_CONFIG'})
  })
})
