/** Addons that lie on this machine, and words that stand for others. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {beforeEach, describe, it} from 'mocha'
import {locate, locatePackage} from '../../dist/addon-sources/locate.js'
import type {Finder, LocatedAddon, SourceContext} from '../../dist/addon-sources/source.js'
import {compareVersions, newestOf} from '../../dist/addon-sources/versions.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {contextIn, document, refusal} from './context.ts'

const textOf = ({bytes}: LocatedAddon): string => Buffer.from(bytes).toString()

describe('an addon on this machine', () => {
  const files = {
    'addons/acme/blog/1.10.0.flavour': document('acme/blog', '1.10.0'),
    'addons/acme/blog/1.9.0.flavour': document('acme/blog', '1.9.0'),
    'addons/acme/stack': 'python\n',
    'addons/other/shop/addon.flavour': document('other/shop', '3'),
    'huge.flavour': '#'.repeat(1024 ** 2 + 1),
    'one.flavour': document('one', '1'),
    'package/addon.flavour': document('package', '2'),
  }
  let context: SourceContext

  beforeEach(() => {
    context = contextIn(writeFiles(temporaryDirectory(), files))
  })

  const words: readonly (readonly [string, string])[] = [
    ['./one.flavour', 'one'],
    ['one.flavour', 'one'],
    ['file:one.flavour', 'one'],
    ['file:package', 'package'],
    ['file:addons/acme/blog', '1.10.0'],
    ['file:addons/acme/blog:1.9.0', '1.9.0'],
  ]
  for (const [word, found] of words) {
    it(`${word} is found`, async () => {
      assert.ok(textOf(await locate(word, context)).includes(found))
    })
  }

  it('is found by its absolute path', async () => {
    assert.ok(textOf(await locate(join(context.cwd, 'one.flavour'), context)).includes('one'))
  })

  it('is a path for --package, whatever it looks like', async () => {
    assert.ok(textOf(await locatePackage('package/addon.flavour', context)).includes('package'))
    assert.equal((await refusal(locatePackage('nowhere/at/all', context))).message, 'read nowhere/at/all: no such file')
  })

  it('is found by its identifier in a directory that is a source, the newest where no version is said', async () => {
    const from = {...context, sources: ['file:addons']}
    const {kind, stacks, version} = await locate('acme/blog', from)
    assert.deepEqual({kind, stacks, version}, {kind: 'directory', stacks: ['python'], version: '1.10.0'})
    assert.equal((await locate('acme/blog:1.9.0', from)).version, '1.9.0')
    assert.deepEqual((await locate('other/shop', from)).stacks, [])
  })

  it('that is not there is told with where it was looked for', async () => {
    const none = await refusal(locate('acme/none:1', {...context, sources: ['file:addons', 'ecosystems']}))
    assert.deepEqual([none.code, none.exit], ['EFLAVOR_ADDON_NOT_FOUND', 1])
    assert.deepEqual(none.message.split('\n').slice(1), ['  file:addons', '  ecosystems: none is installed'])
    const version = await refusal(locate('file:addons/acme/blog:2', context))
    assert.equal(version.message, 'find an addon in addons/acme/blog: there is no 2.flavour')
    assert.match(version.hints.join(), /file:addons\/acme\/blog:1\.9\.0/)
    assert.equal((await refusal(locate('acme/blog', context))).code, 'EFLAVOR_ADDON_NOT_FOUND')
    assert.equal((await refusal(locate('x', {...context, sources: ['file:gone']}))).message, 'read gone: no such file')
  })

  it('that no addon can be is not read whole', async () => {
    assert.match((await refusal(locate('huge.flavour', context))).message, /^read huge\.flavour: it is larger than 1048576 bytes/)
    assert.equal((await refusal(locate('./package', context))).message, 'read ./package: it is a directory')
  })

  it('is never looked for outside of its directory', async () => {
    for (const word of ['../acme', 'acme/../../blog', 'acme/..', 'acme//blog', 'a b', '', 'acme/blog:../1', 'acme/blog:']) {
      const {exit} = await refusal(locate(word, {...context, sources: ['file:addons']}))
      assert.ok(exit === 2 || word.startsWith('../'), word)
    }
  })
})

describe('another word for an addon', () => {
  const files = {
    'ours/acme/blog/1.flavour': document('ours', '1'),
    'theirs/acme/blog/1.flavour': document('theirs', '1'),
    'theirs/other/shop/1.flavour': document('shop', '1'),
  }
  let context: SourceContext

  beforeEach(() => {
    context = contextIn(writeFiles(temporaryDirectory(), files), {
      aliases: {'acme/': 'file:ours', blog: 'file:ours/acme/blog', circle: 'circle'},
      sources: ['file:theirs', 'file:ours'],
    })
  })

  it('stands for it, with its version', async () => {
    assert.ok(textOf(await locate('blog', context)).includes('ours'))
    assert.ok(textOf(await locate('blog:1', context)).includes('ours'))
    assert.equal((await refusal(locate('blog:2', context))).code, 'EFLAVOR_ADDON_NOT_FOUND')
  })

  it('with a slash at its end, says where all below it are looked for, and nowhere else', async () => {
    assert.ok(textOf(await locate('acme/blog:1', context)).includes('ours'))
    assert.ok(textOf(await locate('other/shop', context)).includes('shop'))
  })

  it('does not lead in circles', async () => {
    assert.equal((await refusal(locate('circle', context))).code, 'EFLAVOR_ADDON_NOT_FOUND')
    assert.equal((await refusal(locate('constructor', context))).code, 'EFLAVOR_ADDON_NOT_FOUND')
  })
})

describe('an addon that is there already', () => {
  const files = {
    'one.flavour': document('one', '1'),
    'ours/acme/blog/1.flavour': document('blog', '1'),
    'ours/acme/blog/2.flavour': document('blog', '2'),
    'theirs/acme/blog/9.flavour': document('blog', '9'),
    'theirs/blog/9.flavour': document('blog', '9'),
  }
  let context: SourceContext

  beforeEach(() => {
    const cwd = writeFiles(temporaryDirectory(), files)
    const kept = new Map([
      ['blog', {name: 'acme/blog', source: `file:${cwd}/ours`}],
      ['gone', {source: 'file'}],
      ['one', {source: `file:${cwd}/one.flavour`}],
    ])
    context = contextIn(cwd, {aliases: {blog: 'file:theirs/acme/blog'}, kept, sources: ['file:theirs']})
  })

  it('is looked for where it came from, and nowhere else, by either of its names', async () => {
    for (const word of ['blog', 'acme/blog', 'blog:2']) assert.ok(textOf(await locate(word, context)).includes('version: 2'), word)
    assert.ok(textOf(await locate('acme/blog:1', context)).includes('version: 1'))
    const none = await refusal(locate('blog:9', context))
    assert.deepEqual([none.code, none.message.split('\n').slice(1)], ['EFLAVOR_ADDON_NOT_FOUND', [`  file:${context.cwd}/ours`]])
    assert.equal(none.hints.at(-1), '.flavour/sources.yaml says where addons came from')
    const elsewhere = {...context, kept: new Map([['blog', {name: '../theirs/blog', source: `file:${context.cwd}/ours`}]])}
    assert.equal((await refusal(locate('blog', elsewhere))).code, 'EFLAVOR_USAGE')
    assert.ok(textOf(await locate('one', context)).includes('one'))
  })

  it('is found again by what is kept of it', async () => {
    for (const word of ['file:ours/acme/blog:1', './one.flavour', 'file:one.flavour', 'acme/blog:1']) {
      const {keptSource} = await locate(word, context)
      const again = {...context, aliases: {}, kept: new Map([['x', keptSource]]), sources: []}
      assert.ok(textOf(await locate('x', again)).includes(word.includes('one') ? 'one' : 'version: 2'), word)
    }
  })

  it('that came from a file which nobody can be asked for says so', async () => {
    assert.match((await refusal(locate('gone', context))).message, /^find gone: it came from a file outside of the project/)
  })

  it('is looked for elsewhere where that is said in full', async () => {
    assert.ok(textOf(await locate('file:theirs/acme/blog', context)).includes('version: 9'))
    assert.ok(textOf(await locatePackage('one.flavour', context)).includes('one'))
  })
})

describe('an ecosystem', () => {
  const finder: Finder = {
    find: async ({name, version = '9'}) =>
      name === 'none' ? undefined : {bytes: Buffer.from(document(name, version)), origin: 'derived', package: `${name}@${version}`},
    manager: 'node',
    stack: 'node',
  }
  const context = contextIn('/', {finders: new Map([['npm', finder]])})

  it('is asked for what begins with its word', async () => {
    const {bytes: _, ...facts} = await locate('npm/@acme/blog:1.2', context)
    const found = {manager: 'node', origin: 'derived', package: '@acme/blog@1.2'}
    const keptSource = {name: 'npm/@acme/blog', source: 'ecosystems'}
    assert.deepEqual(facts, {found, from: '@acme/blog@1.2', keptSource, kind: 'ecosystem', stacks: ['node'], version: '1.2'})
    assert.equal((await locate('npm/lodash', context)).from, 'lodash@9')
  })

  it('that lacks a package, or that nobody knows, is said', async () => {
    assert.match((await refusal(locate('npm/none', context))).message, /looked in\n {2}ecosystems: npm$/)
    assert.match((await refusal(locate('cargo/serde', context))).hints.join('\n'), /npm\/NAME/)
    assert.match((await refusal(locate('lodash:4', context))).hints.join('\n'), /: npm\/lodash:4$/m)
  })
})

describe('versions', () => {
  it('are in order', () => {
    const order = ['1.0-rc1', '1.0-rc2', '1.0', '1.0.1', '1.2', '1.10', '1.11.20.4', 'v2']
    assert.deepEqual(order.toReversed().toSorted(compareVersions), order)
    assert.equal(compareVersions('1.0', '1.0.0'), 0)
    assert.equal(compareVersions('1.0+a', '1.0+b'), 0)
    assert.equal(newestOf([]), undefined)
  })
})

describe('a password in an address', () => {
  for (const word of [
    'oci://jo:secret@host.test/a',
    'ftp://jo:secret@host.test/a',
    'https://jo:sec@ret@host.test/a',
    'http://jo:secret@host.test/a',
  ])
    it(`is not said again: ${word}`, async () => {
      const errors = [await refusal(locate(word, contextIn('/'))), await refusal(locate('acme/x', contextIn('/', {sources: [word]})))]
      for (const {exit, hints, message} of errors) {
        assert.equal(exit, 2)
        assert.doesNotMatch([message, ...hints].join('\n'), /sec|ret@/)
      }
    })
})
