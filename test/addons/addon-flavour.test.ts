/** What `addon.flavour` may say, and what people are told about one that says something else: everything at once, by line and column. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {readAddon} from '../../dist/addons/addon-flavour.js'
import {readApp} from '../../dist/addons/app-flavour.js'
import {variableOf} from '../../dist/addons/variable.js'

type Read = typeof readAddon | typeof readApp

/** `line:column path message`, as far as each is there. */
function problemsOf(read: Read, text: string | Uint8Array): readonly string[] {
  const {problems = []} = read('/x', Buffer.from(text))
  return problems.map(({at, message, path}) => [`${at.line}:${at.column}`, path, message].filter((part) => part !== '').join(' '))
}

const head = 'spec: 0.1\nmeta: {name: x, version: 1}\n'

describe('an addon.flavour', () => {
  it('is read as texts, whatever they look like', () => {
    const text =
      'spec: 0.1\nmeta:\n  name: django-divio\n  version: 1.10\ninstall:\n  package: django==1.11\n  size: 010\n  post: {script: [yes, ~, 1e3]}\n'
    const {addon} = readAddon('/x', Buffer.from(text))
    assert.deepEqual(addon?.declaration, {
      bytes: Buffer.from(text),
      install: {package: 'django==1.11', post: {script: ['yes', '~', '1e3']}, size: '010'},
      name: 'django-divio',
      version: '1.10',
    })
  })

  it('has config fields, with what is meant when nothing is said', () => {
    const {addon} = readAddon(
      '/x',
      Buffer.from(`${head}config:\n  session-timeout: {label: Timeout, type: scalar/integer, min: 1, default: 0}\n`),
    )
    assert.deepEqual(addon?.config, [
      {
        default: '0',
        helptext: '',
        label: 'Timeout',
        max: undefined,
        min: 1,
        name: 'session-timeout',
        readonly: false,
        required: true,
        type: 'scalar/integer',
        variable: 'X_SESSION_TIMEOUT',
        visibility: 0,
      },
    ])
  })

  const bad: readonly (readonly [what: string, text: string | Uint8Array, said: readonly string[]])[] = [
    ['nothing', '', ['1:1 is empty']],
    ['comments alone', '# soon\n', ['1:1 is empty']],
    ['a list', '- spec\n', ['1:1 must be a map, such as spec: 0.1']],
    ['no UTF-8', Buffer.from([0x73, 0xff]), ['1:1 is not UTF-8']],
    ['no YAML', 'spec: [\n', ['2:1 not YAML: flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['nesting without end', '['.repeat(20_000), []],
    ['two documents', `${head}---\nspec: 0.1\n`, ['3:1 it is one document; a second one begins here']],
    ['a key that stands twice', `${head}spec: 0.1\n`, ['3:1 spec stands here a second time']],
    [
      'a key that stands twice, once in quotes',
      `${head}install:\n  {a: b, "a": c, 'a': d}\n`,
      ['4:10 "a" stands here a second time', "4:18 'a' stands here a second time"],
    ],
    [
      'keys that stand twice, and no YAML behind them',
      `${head}spec: 0.1\ninstall: [\nspec: 0.1\n`,
      [
        '3:1 spec stands here a second time',
        '5:1 not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
    [
      'anchors, tags and aliases',
      'spec: &a 0.1\nmeta: {name: !x y, version: *a}\n',
      [
        '1:10 &a: anchors are not part of strict YAML',
        '2:17 !x: tags are not part of strict YAML',
        '2:29 *a: aliases are not part of strict YAML',
      ],
    ],
    ['only one key', 'spec: 0.1\n', ['1:1 meta is missing']],
    [
      'keys that nobody knows',
      'spec: 0.1\nmeta:\n  name: x\n  version: 1\n  nmae: y\ninstal:\n  a: b\n',
      ['5:3 meta.nmae is no key of meta', '6:1 instal is no key of addon.flavour'],
    ],
    [
      'another version of the protocol',
      'spec: 0.10\nmeta: {name: x, version: 1}\n',
      ['1:7 spec must be 0.1, the only version of the protocol that is known, not "0.10"'],
    ],
    [
      'an empty install and an empty config',
      `${head}install:\nconfig: {}\n`,
      ['3:1 install has nothing under it; it needs at least one key', '4:9 config has nothing under it; it needs at least one field'],
    ],
    ['meta that is a text, and one without values', 'spec: 0.1\nmeta: x\n', ['2:7 meta must be a map, not a text']],
    ['an empty name', 'spec: 0.1\nmeta: {name: "", version: }\n', ['2:14 meta.name has no value', '2:18 meta.version has no value']],
    [
      'config fields of every wrong kind',
      `${head}config:\n  a: {type: scalar/string}\n  b: {label: B, type: scalar/text}\n  c: {label: C, type: scalar/string, min: 1}\n  d: {label: D, type: scalar/integer, default: x, max: many}\n  e: {label: E, type: scalar/boolean, required: maybe, visibility: 3, variable: A-B}\n  f: {label: F, type: scalar/boolean, default: perhaps, colour: red}\n`,
      [
        '4:6 config.a.label is missing',
        '5:23 config.b.type must be one of scalar/string, scalar/integer, scalar/boolean, service/database, not "scalar/text"',
        '6:43 config.c.min is for scalar/integer alone, not for scalar/string',
        '7:48 config.d.default must be a whole number, not "x"',
        '7:56 config.d.max must be a whole number, not "many"',
        '8:49 config.e.required must be true or false, not "maybe"',
        '8:68 config.e.visibility must be 0 (public), 1 (advanced) or 2 (dangerous), not "3"',
        '8:81 config.e.variable must be the name of an environment variable, not "A-B"',
        '9:48 config.f.default must be true or false, not "perhaps"',
        '9:57 config.f.colour is no key of a config field',
      ],
    ],
    [
      'fields whose variables shells and tools obey, by their own name or by those of addon and field',
      'spec: 0.1\nmeta: {name: prompt, version: 1}\nconfig:\n  command: {label: A, type: scalar/string}\n  b: {label: B, type: scalar/string, variable: LD_PRELOAD}\n  c: {label: C, type: scalar/string, variable: npm_config_registry}\n',
      [
        '4:3 config.command must not have the variable PROMPT_COMMAND, which shells or tools obey',
        '5:48 config.b.variable must not have the variable LD_PRELOAD, which shells or tools obey',
        '6:48 config.c.variable must not have the variable npm_config_registry, which shells or tools obey',
      ],
    ],
    [
      'a field that no variable can be called after',
      'spec: 0.1\nmeta: {name: "+", version: 1}\nconfig:\n  "?": {label: A, type: scalar/string}\n',
      ['4:3 config["?"] gives no name for an environment variable'],
    ],
  ]
  for (const [what, text, said] of bad)
    it(`is refused with ${what}`, () => {
      const found = problemsOf(readAddon, text)
      if (said.length > 0) assert.deepEqual(found, said)
      else assert.match(found.join('\n'), /^1:\d+ is nested too deeply$/)
    })

  it('of very many keys takes no longer for each of them', () => {
    const keys = Array.from({length: 90_000}, (_, index) => `  k${index}: 1\n`)
    const {addon} = readAddon('/x', Buffer.from(`${head}install:\n${keys.join('')}`))
    assert.equal(Object.keys(addon?.declaration.install ?? {}).length, keys.length)
  })

  it('of any text is an addon or a list of problems', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'spec: 0.1\n',
        'meta:',
        '\n',
        '  ',
        'name: x',
        'version: 1',
        '{',
        '}',
        '[',
        ']',
        ',',
        '&a ',
        '*a',
        '!x ',
        '- ',
        '? ',
        ': ',
        '"',
        '#',
        '\t',
        '|\n',
        'config:',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 14}), (pieces) => {
        for (const read of [readAddon, readApp]) {
          const {problems} = read('/x', Buffer.from(pieces.join('')))
          assert.ok(problems === undefined || problems.length > 0)
          for (const {at, message} of problems ?? [])
            assert.ok((at.line ?? 0) > 0 && (at.column ?? 0) > 0 && !message.includes('\n'), message)
        }
      }),
      {numRuns: 500},
    )
  })
})

describe('an app.flavour', () => {
  it('may be as small as its version', () => {
    assert.deepEqual(readApp('/x', Buffer.from('spec: 0.1')).app, {addons: [], config: [], name: '', version: ''})
  })

  it('may have settings for variables that no addon may have', () => {
    const text = 'spec: 0.1\nmeta: {name: shop}\nconfig:\n  path: {label: A, type: scalar/string, variable: PATH}\n'
    assert.equal(readApp('/x', Buffer.from(text)).app?.config[0]?.variable, 'PATH')
  })

  it('lists addons in its order, with their settings', () => {
    const hash = 'a1'.repeat(32)
    const text = `{"spec": "0.1", "addons": {"group:b/c:1.0": {"hash": "${hash}", "manager": "m", "settings": {"n": 1}}, "a:2": {"hash": "${hash}", "manager": "m"}}}`
    assert.deepEqual(readApp('/x', Buffer.from(text)).app?.addons, [
      {hash, key: 'group:b/c:1.0', manager: 'm', name: 'group:b/c', settings: {n: '1'}, version: '1.0'},
      {hash, key: 'a:2', manager: 'm', name: 'a', settings: undefined, version: '2'},
    ])
  })

  it('is refused with everything that is wrong with it', () => {
    const text =
      'spec: 0.1\nmeta:\naddon: {}\nservices: {db: {typ: x}}\naddons:\n  x: {manager: m, hash: "../../etc"}\n  y:1: {hash: ABC, who: me}\n'
    assert.deepEqual(problemsOf(readApp, text), [
      '2:1 meta has nothing under it; it needs at least one key',
      '3:1 addon is no key of app.flavour',
      '4:16 services.db.type is missing',
      '4:17 services.db.typ is no key of a service',
      '6:3 addons.x must be written NAME:VERSION',
      '6:25 addons.x.hash must be a SHA-256 in 64 lower-case hex digits, not "../../etc"',
      '7:8 addons["y:1"].manager is missing',
      '7:15 addons["y:1"].hash must be a SHA-256 in 64 lower-case hex digits, not "ABC"',
      '7:20 addons["y:1"].who is no key of an addon',
    ])
  })
})

describe('the variable of a field', () => {
  for (const [owner, field, variable] of [
    ['django-divio', 'languages', 'DJANGO_DIVIO_LANGUAGES'],
    ['addon/aldryn-addons', 'session timeout', 'ADDON_ALDRYN_ADDONS_SESSION_TIMEOUT'],
    ['Café', 'größe', 'CAFE_GRO_E'],
    ['', 'debug', 'DEBUG'],
    ['--', '__', ''],
  ] as const)
    it(`${JSON.stringify(field)} of ${JSON.stringify(owner)} is ${JSON.stringify(variable)}`, () =>
      assert.equal(variableOf(owner, field), variable))
})
