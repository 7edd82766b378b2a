/**
 * Plans of the Node manager carried out in memory, on files that somebody has written: random ones, of which every other byte stays, and broken
 * ones, of which nothing is touched.
 */
import assert from 'node:assert/strict'
import type {AddonDeclaration, AddonFailure, Step} from '@flavor/contract'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {type MemoryProject, memoryProject} from '../../../contract/src/testkit/project.ts'
import base from '../../addons-base/dist/base.js'
import node from '../dist/node.js'

type Files = Readonly<Record<string, string>>

const identifier = 'flavour/fam-node:0.1'

function addon(wanted: unknown, name = 'sample', version = '1', mode?: string): AddonDeclaration {
  const install = {...(mode === undefined ? {} : {mode}), package: wanted}
  const bytes = Buffer.from(`spec: 0.1\nmeta: {name: ${name}, version: ${version}}\ninstall: ${JSON.stringify(install)}\n`)
  return {bytes, install, name, version}
}

async function change(
  kind: 'add' | 'remove',
  one: AddonDeclaration,
  project: MemoryProject,
  context = managerContext,
): Promise<readonly Step[]> {
  const below = await base.plan(kind, one, project, context)
  const steps = await node.plan(kind, one, project, context)
  await project.apply([...below, ...steps], one)
  return steps
}

async function textIn(project: MemoryProject): Promise<string | undefined> {
  const bytes = await project.read('package.json')
  return bytes && Buffer.from(bytes).toString()
}

const projectOf = (text?: string): MemoryProject => memoryProject(text === undefined ? {} : {'package.json': text}, identifier)

/** After adding; that removing restores is looked at, too. */
async function after(text: string | undefined, wanted = 'lodash@4.17.21', mode?: string): Promise<string | undefined> {
  const project = projectOf(text)
  await change('add', addon(wanted, 'sample', '1', mode), project)
  const found = await textIn(project)
  await change('remove', addon(wanted, 'sample', '1', mode), project)
  assert.deepEqual(project.content(), projectOf(text).content(), 'removing does not restore')
  return found
}

async function refused(files: Files, wanted: unknown = 'lodash@4.17.21', mode?: string): Promise<string> {
  const error = await node.plan('add', addon(wanted, 'sample', '1', mode), memoryProject(files, identifier), managerContext).then(
    (steps) => assert.fail(`it was planned: ${JSON.stringify(steps)}`),
    (thrown: AddonFailure) => thrown,
  )
  assert.ok(error.problem, error.stack)
  return `${error.problem.message} | ${error.problem.hint}`
}

describe('package.json', () => {
  it('gets a package where npm would put it, as its neighbours are written', async () => {
    const file = (...lines: readonly string[]): string =>
      `{\n  "dependencies": {\n${lines.map((line) => `    ${line}`).join(',\n')}\n  }\n}\n`
    assert.equal(await after(file('"a": "1"', '"z": "1"')), file('"a": "1"', '"lodash": "4.17.21"', '"z": "1"'))
    assert.equal(await after(file('"z": "1"')), file('"lodash": "4.17.21"', '"z": "1"'))
    assert.equal(await after(file('"@a/b": "1"'), '@a/a@^1 || ~2.3.0-x'), file('"@a/a": "^1 || ~2.3.0-x"', '"@a/b": "1"'))
    assert.equal(
      await after(file('"a": "1"').replaceAll('\n', '\r\n').replaceAll('  ', '\t')),
      file('"a": "1"', '"lodash": "4.17.21"').replaceAll('\n', '\r\n').replaceAll('  ', '\t'),
    )
    assert.equal(await after('{"dependencies":{"m":"1"}}'), '{"dependencies":{"lodash":"4.17.21","m":"1"}}')
    assert.equal(await after('\ufeff{ "dependencies": { "a": "1" } }', 'b'), '\ufeff{ "dependencies": { "a": "1", "b": "*" } }')
    assert.equal(await after('{"dependencies": {}}'), '{"dependencies": {"lodash": "4.17.21"}}')
  })

  it('gets a section, or is begun, where there is none; and loses it again', async () => {
    assert.equal(await after('{\n  "name": "x"\n}', 'a@1', 'dev'), '{\n  "name": "x",\n  "devDependencies": {\n    "a": "1"\n  }\n}')
    assert.equal(
      await after('{\r\n\t"name": "x"\r\n}\r\n', 'a@1'),
      '{\r\n\t"name": "x",\r\n\t"dependencies": {\r\n\t\t"a": "1"\r\n\t}\r\n}\r\n',
    )
    assert.equal(await after('{"name":"x"}', 'a@1'), '{"name":"x","dependencies":{ "a":"1" }}')
    assert.equal(await after('{}', 'a@1'), '{"dependencies": { "a": "1" }}')
    assert.equal(await after(undefined, 'a@1'), '{\n  "dependencies": {\n    "a": "1"\n  }\n}\n')
  })

  it('keeps every byte of random files, through any order of adding, renewing and removing', async () => {
    const blank = fc.constantFrom('', ' ', '\n', '\n  ', '\n\n\t', '\r\n    ')
    const object = (members: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> =>
      fc
        .tuple(members, fc.infiniteStream(blank))
        .map(([all, blanks]) => `{${all.map((one) => `${next(blanks)}${one}${next(blanks)}`).join(',')}${next(blanks)}}`)
    const colon = fc.constantFrom(':', ': ', ' : ')
    const listed = fc.uniqueArray(fc.constantFrom('a', '@b/c', 'package-x1', 'zebra'), {maxLength: 3})
    const packages = fc.tuple(listed, colon).chain(([names, colon]) => object(fc.constant(names.map((name) => `"${name}"${colon}"^1"`))))
    const sections = fc.uniqueArray(
      fc.constantFrom('"name": "x"', 'dependencies', 'devDependencies', '"files":["a" , "b"]', '"scripts" : {"a": "b"}'),
      {maxLength: 4},
    )
    const regular = fc.tuple(sections, fc.constantFrom(2, 4, '\t', 0), fc.constantFrom('', '\n')).map(([keys, indent, end]) => {
      const content = Object.fromEntries(
        keys.map((key) => (key.startsWith('"') ? [`k${key.length}`, [1, {}]] : [key, {a: '1', zebra: '2'}])),
      )
      return JSON.stringify(content, undefined, indent) + end
    })
    const wild = fc
      .tuple(sections, packages, colon)
      .chain(([keys, packages, colon]) =>
        object(fc.constant(keys.map((key) => (key.startsWith('"') ? key : `"${key}"${colon}${packages}`)))),
      )
    const text = fc.option(
      fc.oneof(
        regular,
        wild,
        fc.tuple(fc.constantFrom('\ufeff', '\n'), wild).map((parts) => parts.join('')),
      ),
      {nil: undefined},
    )
    await fc.assert(fc.asyncProperty(text, orders(), survives), {numRuns: 200})
  })

  it('has a range replaced by another, and a package by another, or moved to another section', async () => {
    const project = projectOf('{"dependencies": {"b": "1"}}')
    await change('add', addon('a@1'), project)
    await change('add', addon('a@^2', 'sample', '2'), project)
    assert.equal(await textIn(project), '{"dependencies": {"a": "^2", "b": "1"}}')
    await change('add', addon('c@3', 'sample', '3'), project)
    assert.equal(await textIn(project), '{"dependencies": {"b": "1", "c": "3"}}')
    await change('add', addon('c@3', 'sample', '4', 'dev'), project)
    assert.equal(await textIn(project), '{"dependencies": {"b": "1"}, "devDependencies": { "c": "3" }}')
  })

  it('keeps a package as long as an addon wants it', async () => {
    const project = projectOf('{"dependencies": {}}')
    for (const name of ['one', 'two']) await change('add', addon('a@1', name), project)
    await assert.rejects(change('add', addon('a@2', 'three'), project), {
      problem: {hint: 'flavor remove one:1', message: 'a@2 cannot be installed: one:1 has installed a@1'},
    })
    await change('remove', addon('a@1', 'one'), project)
    assert.equal(await textIn(project), '{"dependencies": {"a": "1"}}')
    await change('remove', addon('a@1', 'two'), project)
    assert.equal(await textIn(project), '{"dependencies": {}}')
  })

  it('loses a package whose range was changed by hand, and says so', async () => {
    const notes: string[] = []
    const project = projectOf('{"dependencies": {}}')
    await change('add', addon('a@1'), project)
    await project.apply([{bytes: Buffer.from('{"dependencies": {"a": "^9"}}'), kind: 'write', path: 'package.json'}])
    await change('remove', addon('a@1'), project, {...managerContext, note: (message) => void notes.push(message)})
    assert.equal(await textIn(project), '{"dependencies": {}}')
    assert.deepEqual(notes, ['package.json:1 was changed by hand to a@^9, and is removed'])
  })

  it('is not touched where the user has listed the package', async () => {
    assert.equal(
      await refused({'package.json': '{\n  "devDependencies": {\n    "lodash": "^4"\n  }\n}'}),
      'package.json:3 lists lodash already, in devDependencies, as "^4", and no addon has put it there | npm uninstall lodash, then add the addon again',
    )
    assert.match(await refused({'package.json': '{"dependencies": {"lodash": "4.17.21"}}'}), /^package\.json:1 lists lodash already/)
  })

  it('is not touched where it is broken: line and column are told', async () => {
    const say = (text: string): Promise<string> => refused({'package.json': text})
    assert.equal(await say('{\n  "name": "x",\n}'), 'package.json:3:1 is not JSON: property name expected | correct line 3 of package.json')
    assert.match(await say('{} // no'), /^package\.json:1:4 is not JSON: /)
    assert.match(await say(''), /^package\.json:1:1 is not JSON: value expected/)
    assert.match(await say('{"a": "\\x"}'), /^package\.json:1:7 is not JSON: invalid escape character/)
    assert.match(await say('[]'), /^package\.json:1:1 the file is no object/)
    assert.match(await say('{\n  "dependencies": ["a"]}'), /^package\.json:2:19 dependencies is no map of packages/)
    assert.match(await refused({'package.json/x': ''}), /^package\.json is no file \| mv /)
    const latin = projectOf()
    await latin.apply([{bytes: Buffer.from('{"name": "\xe9"}', 'latin1'), kind: 'write', path: 'package.json'}])
    await assert.rejects(node.plan('add', addon('a@1'), latin, managerContext), {message: 'package.json is not UTF-8'})
  })
})

describe('what follows from package.json', () => {
  const steps = async (files: Files, programs: readonly string[], notes: string[] = []): Promise<readonly Step[]> => {
    const context = {
      ...managerContext,
      has: async (program: string) => programs.includes(program),
      note: (text: string) => void notes.push(text),
    }
    return (await change('add', addon('a@1'), memoryProject({'package.json': '{}', ...files}, identifier), context)).slice(1)
  }
  const npm = ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']
  const suggest = (command: string): Step => ({command, kind: 'suggest'})

  it('is to be typed, where there is no lock', async () => {
    assert.deepEqual(await steps({}, ['npm']), [suggest('npm install')])
    assert.deepEqual(await steps({'package.json': '{"packageManager": "pnpm@10.1.0"}'}, []), [suggest('pnpm install')])
    assert.deepEqual(await steps({'bun.lock': ''}, ['bun']), [suggest('bun install')])
    assert.deepEqual(await steps({'yarn.lock': '# yarn lockfile v1\n'}, ['yarn']), [suggest('yarn install')])
  })

  it('is done to the lock, by the tool that it is of', async () => {
    const run = (command: readonly string[], lock: string, reads: readonly string[], ...more: readonly string[]): Step => ({
      command,
      kind: 'run',
      reads: ['package.json', lock, ...reads],
      writes: [lock, ...more],
    })
    assert.deepEqual(await steps({'package-lock.json': '{}'}, ['npm']), [run(npm, 'package-lock.json', ['.npmrc']), suggest('npm install')])
    const old = '{\n  "lockfileVersion": 1\n}'
    assert.deepEqual(
      (await steps({'npm-shrinkwrap.json': old, 'package-lock.json': ''}, ['npm']))[0],
      run([...npm, '--lockfile-version=1'], 'npm-shrinkwrap.json', ['.npmrc']),
    )
    const pnpm = ['pnpm', 'install', '--lockfile-only', '--ignore-scripts']
    assert.deepEqual(
      (await steps({'pnpm-lock.yaml': ''}, ['pnpm']))[0],
      run(pnpm, 'pnpm-lock.yaml', ['.npmrc', '.pnpmfile.cjs', 'pnpm-workspace.yaml']),
    )
    const yarn = ['yarn', 'install', '--mode=update-lockfile']
    assert.deepEqual((await steps({'yarn.lock': '__metadata:\n'}, ['yarn']))[0], run(yarn, 'yarn.lock', ['.yarnrc.yml', '.yarn'], '.yarn'))
    const both = {'package-lock.json': '', 'package.json': '{"packageManager": "pnpm@9.0.0"}', 'pnpm-lock.yaml': ''}
    assert.deepEqual((await steps(both, ['npm', 'pnpm']))[1], suggest('pnpm install'))
  })

  it('is left undone, and that is said, where the tool is not there', async () => {
    const notes: string[] = []
    assert.deepEqual(await steps({'package-lock.json': '{}'}, [], notes), [suggest('npm install')])
    assert.deepEqual(notes, ['package-lock.json stays as it is, because there is no npm on PATH'])
  })

  it('takes in what a lock follows from besides: workspaces, or the whole project', async () => {
    const reads = async (content: unknown, files: Files = {}): Promise<unknown> => {
      const [run] = await steps({'package-lock.json': '{}', 'package.json': JSON.stringify(content), ...files}, ['npm'])
      return run?.kind === 'run' ? run.reads?.slice(3) : 'nothing'
    }
    const members = {
      'packages/a/package.json': '{}',
      'packages/b/package.json': '{}',
      'packages/node_modules/package.json': '{}',
      'packages/notes.md': '',
      'tools/x/package.json': '{}',
    }
    assert.deepEqual(await reads({workspaces: ['packages/*', './tools/x', 'gone']}, members), [
      'packages/a/package.json',
      'packages/b/package.json',
      'tools/x/package.json',
    ])
    assert.deepEqual(await reads({workspaces: {packages: ['tools/*']}}, members), ['tools/x/package.json'])
    for (const content of [
      {workspaces: ['packages/**']},
      {workspaces: ['../x']},
      {workspaces: ['!a']},
      {workspaces: 1},
      {dependencies: {b: 'file:./b'}},
      {dependencies: {b: '../b'}},
    ])
      assert.equal(await reads(content), undefined, JSON.stringify(content))
    assert.equal(await reads({workspaces: ['tools/x']}, {'tools/x/package.json': '{"dependencies": {"b": "link:../b"}}'}), undefined)
  })
})

describe('what an addon for Node installs', () => {
  const problems = async (wanted: unknown, mode?: string): Promise<readonly string[]> =>
    (await node.check(addon(wanted, 'sample', '1', mode), managerContext)).map(({message}) => message)

  it('is a package of a registry', async () => {
    for (const one of [
      'a',
      'lodash@4.17.21',
      '@scope/name',
      '@scope/name@1.2.3-beta.1+x',
      'a@^1',
      'a@~1.2',
      'a@>=1 <2',
      'a@1.x || 3',
      'a@1.2.0 - 1.4',
      'a@*',
      'a@next',
      'JSONStream@1',
      'a@v1',
      'a.b_c@=1',
    ])
      assert.deepEqual(await problems(one), [], one)
    assert.deepEqual(await problems('a@1', 'dev'), [])
  })

  it('is nothing else', async () => {
    for (const one of [
      '',
      '-g',
      '--registry=http://x',
      '@-a/b',
      '@a/-b',
      'a b',
      'a;id',
      'a@1;id',
      'a@1\nb',
      'a@$(id)',
      'a@npm:b@1',
      'a@file:../b',
      'a@git+ssh://x/y',
      'a@http://x/y.tgz',
      'user/repo',
      'a@user/repo',
      './a',
      '../a',
      '/a',
      '.a',
      'node_modules',
      '@scope',
      'a@',
      'a@"1"',
      'a@1 &&',
      // One that could be read in two ways at each of its words would take for ever.
      `a@${'1|| '.repeat(90)}!`,
      `a@${'1  '.repeat(120)}!`,
      `a@${'>= 1 - '.repeat(50)}!`,
      'a'.repeat(300),
      ['a'],
      {a: '1'},
    ]) {
      const [message = '', ...more] = await problems(one)
      assert.match(message, /^install\.package is not a package of npm: /, JSON.stringify(one))
      assert.deepEqual(more, [])
      assert.equal((await refused({}, one)).split(' | ')[0], message)
    }
    assert.deepEqual(await problems(undefined), ['install.package is missing: it says what npm installs'])
    assert.deepEqual(await problems('a', 'peer'), ['install.mode is nothing that a Node project knows: "peer"'])
  })
})

function next<T>(stream: fc.Stream<T>): T {
  return stream.next().value as T
}

/** Addons in an order of adding, and one of removing; every second is for development. */
function orders() {
  return fc.tuple(fc.shuffledSubarray([1, 2, 3, 4]), fc.shuffledSubarray([1, 2, 3, 4], {minLength: 4}))
}

async function survives(text: string | undefined, [adding, removing]: readonly [readonly number[], readonly number[]]): Promise<void> {
  const project = projectOf(text)
  const before = project.content()
  const one = (index: number, version = '1'): AddonDeclaration =>
    addon(`package-${index}@^${version}`, `addon-${index}`, version, index % 2 === 0 ? 'dev' : undefined)
  for (const index of adding) await change('add', one(index), project)
  if (adding.includes(3)) await change('add', one(3, '2'), project)
  const {dependencies = {}, devDependencies = {}} = JSON.parse((await textIn(project))?.replace('\ufeff', '') ?? '{}')
  for (const index of adding) assert.equal({...dependencies, ...devDependencies}[`package-${index}`], index === 3 ? '^2' : '^1')
  for (const index of removing) await change('remove', one(index, index === 3 ? '2' : '1'), project)
  assert.deepEqual(project.content(), before)
}
