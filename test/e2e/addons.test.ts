/** `flavour` in projects with addons, as somebody types it: what there is, what is wrong, and that nothing is changed by looking. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {type Finished, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const django = `spec: 0.1
meta: {name: django-divio, version: 0.1}
install: {package: django==1.11.20.4}
config:
  languages: {label: Languages, type: scalar/string}
  session_timeout: {label: Session timeout, type: scalar/integer, default: 1209600, min: 1}
`
const sentry = 'spec: 0.1\nmeta: {name: sentry, version: 2}\n'
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const entry = (key: string, text: string): string => `  ${key}: {manager: flavour/fam-python:0.1, hash: ${hashOf(text)}}\n`
const app = `spec: 0.1 # ours\nmeta: {name: shop}\naddons:\n${entry('django-divio:0.1', django)}${entry('sentry:2', sentry)}config:\n  debug: {label: Debug, type: scalar/boolean, required: no}\n`

const stored = (text: string) => `.flavour/addons/${hashOf(text)}`

describe('flavour', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  async function project(name: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
    const root = box.path(name)
    await writeTree(root, {'app.flavour': app, 'src/deep/file.txt': '', [stored(django)]: django, [stored(sentry)]: sentry, ...changes})
    return root
  }

  const flavour = (cwd: string, args: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    box.run(args.split(' '), {cwd, env, name: 'flavour'})

  describe('check', () => {
    const good = 'spec: 0.1\nmeta: {name: a/b, version: 1.10}\n'
    before(() => writeTree(box.path('check'), {'bad.flavour': 'spec: 0.1\nmeta: {name: x}\nextra: 1\n', 'good.flavour': good}))

    it('answers True for an addon, and says whom it asked', async () => {
      const {code, stderr, stdout} = await flavour(box.path('check'), 'check --package good.flavour')
      assert.deepEqual([code, stdout], [0, 'True   a/b:1.10  good.flavour\n'])
      assert.equal(stderr, 'flavour: note: asked flavour/fam-flavour:0.1, of plugin @flavor/plugin-addons-base\n')
    })

    it('answers False for what is none, with everything that is wrong, and goes on', async () => {
      const {code, stderr, stdout} = await flavour(box.path('check'), 'check -p bad.flavour -p nowhere -p good.flavour')
      assert.deepEqual([code, stdout], [1, 'False  bad.flavour\nFalse  nowhere\nTrue   a/b:1.10  good.flavour\n'])
      assert.deepEqual(stderr.split('\n').slice(1, -1), [
        'flavour: read bad.flavour: 2 problems',
        'bad.flavour:2:7 meta.version is missing',
        '    add it: version: 0.1',
        'bad.flavour:3:1 extra is no key of addon.flavour',
        '    known: spec, meta, install, config',
        'flavour: read nowhere: no such file',
        '  name an addon.flavour, or with file: a directory that holds one',
      ])
    })

    it('answers in JSON', async () => {
      const {code, stdout} = await flavour(box.path('check'), 'check -p bad.flavour -p good.flavour --json')
      const {addons, valid} = JSON.parse(stdout)
      assert.deepEqual([code, valid], [1, false])
      assert.deepEqual(addons[1], {
        addon: 'a/b:1.10',
        asked: 'good.flavour',
        error: null,
        manager: 'flavour/fam-flavour:0.1',
        plugin: '@flavor/plugin-addons-base',
        problems: [],
        valid: true,
      })
      assert.deepEqual([addons[0].addon, addons[0].manager, addons[0].error.code], [null, null, 'EFLAVOR_ADDON_FILE'])
    })

    it('takes a word for what it looks like: a path, a directory, an identifier', async () => {
      const {code, stderr, stdout} = await flavour(box.path('check'), 'check ./good.flavour file:. acme/blog:1')
      assert.deepEqual([code, stdout], [1, 'True   a/b:1.10  ./good.flavour\nTrue   a/b:1.10  file:.\nFalse  acme/blog:1\n'])
      assert.match(stderr, /^flavour: find acme\/blog:1: nothing says where addons of that name come from\n {2}/m)
    })

    it('finds its manager by stack, identifier and id', async () => {
      for (const word of ['flavour', 'flavour/fam-flavour', 'flavour/fam-flavour:0.1', 'base', '@flavor/plugin-addons-base:base'])
        assert.equal((await flavour(box.path('check'), `check -p good.flavour --addonmanager ${word}`)).code, 0, word)
    })

    it('says what to give, and what is missing', async () => {
      const say = async (args: string): Promise<string> => (await flavour(box.path('check'), args)).stderr
      assert.equal(
        await say('check'),
        'flavour: check: no addon is named\n  flavour check NAMESPACE/NAME:VERSION\n  flavour check --package FILE --addonmanager MANAGER\n',
      )
      assert.match(
        await say('check -p good.flavour --addonmanager @acme/nobody:x'),
        /^flavour: find addon manager @acme\/nobody:x: no plugin offers it\n {2}flavour plugins install @acme\/nobody\n$/,
      )
      assert.equal(
        await say('check c/d -p good.flavour'),
        'flavour: read good.flavour: it is the addon a/b:1.10, and not c/d\n  leave the name out, or the package\n',
      )
      assert.equal((await flavour(box.path('check'), 'check a/b -p good.flavour')).code, 0)
      assert.match(await say('check a b -p good.flavour'), /^flavour: read the command line: several names and packages at once/)
      assert.match(await say('check -p good.flavour --timeout soon'), /--timeout: must be a number of seconds/)
    })

    it('asks the plugin of a third party, and survives it', async () => {
      const offer = (id: string, check: string) =>
        `{id: '${id}', identifier: 'acme/fam-${id}:1', stack: '${id}', summary: 'X', load: async () => ({default: {check: async (addon) => ${check}, plan: async () => []}})}`
      const guest = await sandbox()
      try {
        await guest.link({
          files: {
            'offer.js': `export default async () => [${offer('choosy', "addon.name === 'a/b' ? [] : [{message: 'is not mine', hint: 'try another'}]")}, ${offer('broken', 'addon.nothing.there')}, ${offer('flavour', '[]')}]`,
          },
          hooks: {'flavor:addon-managers:v1': './offer.js'},
          name: '@acme/managers',
        })
        const say = (word: string, file = 'good') =>
          guest.run(['check', '-p', box.path('check', `${file}.flavour`), '--addonmanager', word], {name: 'flavour'})
        await writeTree(box.path('check'), {'other.flavour': 'spec: 0.1\nmeta: {name: c, version: 1}\n'})
        assert.equal((await say('choosy')).code, 0)
        const refused = await say('choosy', 'other')
        assert.equal(refused.code, 1)
        assert.match(refused.stderr, /other\.flavour: is not mine\n {2}try another\n$/)
        const broken = await say('broken')
        assert.equal(broken.code, 1)
        assert.match(broken.stderr, /^flavour: ask acme\/fam-broken:1: the addon manager failed: .*'there'/m)
        assert.match(
          (await say('flavour')).stderr,
          /^flavour: find addon manager flavour: @flavor\/plugin-addons-base:base and @acme\/managers:flavour are in conflict\n {2}name one in full: /,
        )
      } finally {
        await guest.remove()
      }
    })
  })

  describe('list', () => {
    it('finds the project above, and lists its addons in order', async () => {
      const root = await project('list')
      const {code, stdout} = await flavour(join(root, 'src/deep'), 'list')
      assert.equal(code, 0)
      assert.deepEqual(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.split(/ +/)),
        [
          ['ADDON', 'VERSION', 'MANAGER', 'HASH'],
          ['django-divio', '0.1', 'flavour/fam-python:0.1', hashOf(django).slice(0, 12)],
          ['sentry', '2', 'flavour/fam-python:0.1', hashOf(sentry).slice(0, 12)],
        ],
      )
      const listed = JSON.parse((await flavour(root, 'list --json')).stdout)
      assert.deepEqual(listed[1], {hash: hashOf(sentry), manager: 'flavour/fam-python:0.1', name: 'sentry', settings: null, version: '2'})
    })

    it('of a project without addons is empty', async () => {
      const root = await project('bare', {'app.flavour': 'spec: 0.1'})
      const {code, stderr, stdout} = await flavour(root, 'list')
      assert.deepEqual([code, stdout, stderr], [0, '', `there are no addons in ${root}\n`])
      assert.deepEqual((await flavour(root, 'list --json')).stdout, '[]\n')
    })

    it('says that there is no project, and how to begin one', async () => {
      mkdirSync(box.path('nowhere'))
      for (const command of ['list', 'status', 'config show', 'config env']) {
        const {code, stderr, stdout} = await flavour(box.path('nowhere'), command)
        assert.deepEqual([code, stdout], [1, ''], command)
        assert.equal(
          stderr,
          `flavour: find the project: there is no app.flavour in ${box.path('nowhere')}, nor above it\n  in the project's directory: echo 'spec: 0.1' > app.flavour\n`,
        )
      }
    })

    it('says everything that is wrong with app.flavour', async () => {
      const root = await project('wrong', {'app.flavour': 'spec: 0.2\naddon: {}\n'})
      const {code, stderr} = await flavour(root, 'list')
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^flavour: read app\.flavour: 2 problems\napp\.flavour:1:7 spec must be 0\.1.*\napp\.flavour:2:1 addon is no key of app\.flavour\n {4}did you mean addons\?\n$/,
      )
    })
  })

  describe('status', () => {
    it('of what nobody has touched is 0', async () => {
      const {code, stdout} = await flavour(await project('untouched'), 'status')
      assert.deepEqual([code, stdout], [0, 'unchanged  django-divio:0.1\nunchanged  sentry:2\n'])
    })

    it('names what was changed by hand', async () => {
      const stray = `.flavour/addons/${'0'.repeat(64)}`
      const root = await project('drift', {
        'app.flavour': `${app.replace(entry('sentry:2', sentry), entry('sentry:3', sentry) + entry('gone:1', 'x'))}`,
        [stored(django)]: `${django}# mine\n`,
        [stray]: 'x',
      })
      const {code, stdout} = await flavour(root, 'status')
      assert.equal(code, 1)
      assert.deepEqual(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.split(/ {2,}/)),
        [
          ['changed', 'django-divio:0.1', `${stored(django)} was changed since it was installed, or its hash in app.flavour was`],
          ['renamed', 'sentry:3', `${stored(sentry)} is that of another addon or version: the entry in app.flavour was changed`],
          ['missing', 'gone:1', `${stored('x')} is not there`],
          ['stray', `${stray} belongs to no addon that app.flavour lists`],
        ],
      )
      const {addons, drift, strays} = JSON.parse((await flavour(root, 'status --json')).stdout)
      assert.deepEqual([drift, strays, addons.map(({state}: {state: string}) => state)], [true, [stray], ['changed', 'renamed', 'missing']])
      assert.equal(addons[0].found, hashOf(`${django}# mine\n`))
    })
  })

  describe('config', () => {
    it('shows every setting, its value and where it is from', async () => {
      const {code, stdout} = await flavour(await project('config'), 'config show --json', {DJANGO_DIVIO_SESSION_TIMEOUT: '60'})
      assert.equal(code, 0)
      assert.deepEqual(
        JSON.parse(stdout).map(({addon, from, problem, value, variable}: Record<string, unknown>) => [
          addon,
          variable,
          value,
          from,
          problem,
        ]),
        [
          ['django-divio:0.1', 'DJANGO_DIVIO_LANGUAGES', null, null, 'This is a required field'],
          ['django-divio:0.1', 'DJANGO_DIVIO_SESSION_TIMEOUT', '60', 'environment', null],
          [null, 'SHOP_DEBUG', null, null, null],
        ],
      )
    })

    it('prints variables for a file and for a shell', async () => {
      const root = await project('env')
      const env = {DJANGO_DIVIO_LANGUAGES: "en, d'e"}
      const say = async (format: string) => (await flavour(root, `config env${format}`, env)).stdout
      assert.equal(await say(''), `DJANGO_DIVIO_LANGUAGES="en, d'e"\nDJANGO_DIVIO_SESSION_TIMEOUT=1209600\n`)
      assert.equal(
        await say(' --format shell'),
        `export DJANGO_DIVIO_LANGUAGES='en, d'\\''e'\nexport DJANGO_DIVIO_SESSION_TIMEOUT=1209600\n`,
      )
      const json = {DJANGO_DIVIO_LANGUAGES: "en, d'e", DJANGO_DIVIO_SESSION_TIMEOUT: '1209600'}
      assert.deepEqual(JSON.parse(await say(' --format json')), json)
      assert.deepEqual(JSON.parse(await say(' --json')), json)
      assert.equal(await say(' --no-defaults'), `DJANGO_DIVIO_LANGUAGES="en, d'e"\n`)
    })

    it('prints nothing when a value is missing or wrong', async () => {
      const {code, stderr, stdout} = await flavour(await project('bad-values'), 'config env', {DJANGO_DIVIO_SESSION_TIMEOUT: '0'})
      assert.deepEqual([code, stdout], [1, ''])
      assert.equal(
        stderr,
        `flavour: read the configuration: 2 problems\nDJANGO_DIVIO_LANGUAGES: This is a required field\nDJANGO_DIVIO_SESSION_TIMEOUT: must be at least 1, not 0\n  flavour config show lists every variable with what it may hold\n`,
      )
    })

    it('keeps values in a file, which counts where the environment says nothing', async () => {
      const root = await project('kept', {'.flavour/config.yaml': '# ours\nGONE: x\n'})
      const values = async (env = {}) =>
        JSON.parse((await flavour(root, 'config show --json', env)).stdout).map(({from, value}: Record<string, unknown>) => [from, value])
      const set = await flavour(root, 'config set DJANGO_DIVIO_LANGUAGES=en,a=b DJANGO_DIVIO_SESSION_TIMEOUT=60')
      assert.deepEqual([set.code, set.stderr, set.stdout], [0, '', ''])
      assert.equal(
        readFileSync(join(root, '.flavour/config.yaml'), 'utf8'),
        '# ours\nGONE: x\nDJANGO_DIVIO_LANGUAGES: "en,a=b"\nDJANGO_DIVIO_SESSION_TIMEOUT: "60"\n',
      )
      assert.deepEqual(await values({DJANGO_DIVIO_SESSION_TIMEOUT: '61'}), [
        ['file', 'en,a=b'],
        ['environment', '61'],
        [null, null],
      ])
      assert.equal(
        (await flavour(root, 'config env --no-defaults')).stdout,
        "DJANGO_DIVIO_LANGUAGES='en,a=b'\nDJANGO_DIVIO_SESSION_TIMEOUT=60\n",
      )
      assert.equal((await flavour(root, 'config unset DJANGO_DIVIO_SESSION_TIMEOUT GONE')).code, 0)
      assert.equal(readFileSync(join(root, '.flavour/config.yaml'), 'utf8'), '# ours\nDJANGO_DIVIO_LANGUAGES: "en,a=b"\n')
      assert.deepEqual((await values())[1], ['default', '1209600'])
    })

    it('keeps none when one of them cannot be kept', async () => {
      const readOnly = 'config:\n  key: {label: Key, type: scalar/string, default: a, readonly: yes}\n'
      const root = await project('not-kept', {'app.flavour': app.replace(/config:.*$/s, readOnly)})
      const words = 'DJANGO_DIVIO_LANGUAGES=en DJANGO_DIVIO_LANGUAGE=en DJANGO_DIVIO_SESSION_TIMEOUT=0 SHOP_KEY=b'
      const {code, stderr} = await flavour(root, `config set ${words}`)
      assert.equal(code, 1)
      assert.equal(
        stderr,
        `flavour: change the configuration: 3 problems\nDJANGO_DIVIO_LANGUAGE: no setting has this variable\n    did you mean DJANGO_DIVIO_LANGUAGES?\nDJANGO_DIVIO_SESSION_TIMEOUT: must be at least 1, not 0\nSHOP_KEY: is read-only\n  flavour config show lists every variable with what it may hold\n`,
      )
      assert.deepEqual(readdirSync(join(root, '.flavour')), ['addons'])
      const say = async (args: string) => (await flavour(root, args)).stderr
      assert.match(await say('config unset NOTHING'), /^NOTHING: \.flavour\/config\.yaml keeps no value for it$/m)
      assert.match(
        await say('config set NOTHING'),
        /^flavour: read "NOTHING": it is not VARIABLE=VALUE\n {2}flavour config set VARIABLE=VALUE\n/,
      )
      assert.match(await say('config set'), /^flavour: missing 1 required arg/i)
    })

    it('does not read what was changed by hand', async () => {
      const {code, stderr} = await flavour(await project('changed', {[stored(django)]: 'x'}), 'config show')
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^flavour: read the configuration of django-divio:0\.1: \.flavour\/addons\/\w+ is not what was installed\n {2}flavour status\n$/,
      )
    })

    it('names two settings that have one variable', async () => {
      const clash = 'config:\n  x: {label: X, type: scalar/string, default: a, variable: DJANGO_DIVIO_LANGUAGES}\n'
      const root = await project('clash', {'app.flavour': app.replace(/config:.*$/s, clash)})
      const {code, stderr} = await flavour(root, 'config env', {DJANGO_DIVIO_LANGUAGES: 'en'})
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^DJANGO_DIVIO_LANGUAGES: is the variable of x and of languages of django-divio:0\.1; one of them needs another$/m,
      )
    })
  })

  it('changes nothing by looking', async () => {
    const root = await project('sound')
    for (const command of ['list', 'status', 'config show', 'config env']) await flavour(root, command)
    assert.deepEqual(readdirSync(root).sort(), ['.flavour', 'app.flavour', 'src'])
    assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), app)
    assert.deepEqual(readdirSync(join(root, '.flavour/addons')).sort(), [hashOf(django), hashOf(sentry)].sort())
  })
})
