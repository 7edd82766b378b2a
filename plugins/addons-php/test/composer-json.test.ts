/** Plans of the PHP manager carried out in memory: on random files, of which every other byte stays, and on broken ones, of which nothing is touched. */
import assert from 'node:assert/strict'
import type {AddonDeclaration, AddonFailure, ManagerContext, Step} from '@flavor/contract'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {type MemoryProject, memoryProject} from '../../../contract/src/testkit/project.ts'
import base from '../../addons-base/dist/base.js'
import php from '../dist/php.js'

type Files = Readonly<Record<string, string>>

function addon(install: AddonDeclaration['install'], name = 'sample', version = '1'): AddonDeclaration {
  const bytes = Buffer.from(`spec: 0.1\nmeta: {name: ${name}, version: ${version}}\ninstall: ${JSON.stringify(install)}\n`)
  return {bytes, install, name, version}
}

const required = (wanted: string, name?: string, version?: string): AddonDeclaration => addon({package: wanted}, name, version)

async function change(
  kind: 'add' | 'remove',
  one: AddonDeclaration,
  project: MemoryProject,
  context = managerContext,
): Promise<readonly Step[]> {
  const below = await base.plan(kind, one, project, context)
  const steps = await php.plan(kind, one, project, context)
  await project.apply([...below, ...steps], one)
  return steps
}

const projectOf = (files: Files): MemoryProject => memoryProject(files, 'flavour/fam-php:0.1')

async function textIn(project: MemoryProject): Promise<string> {
  return Buffer.from((await project.read('composer.json')) ?? []).toString()
}

/** What composer.json says after an addon has come; that it goes away without a trace is seen on the way. */
async function after(text: string, one = required('acme/sample:1.0')): Promise<string> {
  const project = projectOf({'composer.json': text})
  await change('add', one, project)
  const changed = await textIn(project)
  await change('remove', one, project)
  assert.equal(await textIn(project), text, 'removing does not restore')
  return changed
}

async function refused(text: string | undefined, one = required('acme/sample:1.0')): Promise<string> {
  const project = projectOf(text === undefined ? {} : {'composer.json': text})
  const error = await php.plan('add', one, project, managerContext).then(
    (steps) => assert.fail(`it was planned: ${JSON.stringify(steps)}`),
    (thrown: AddonFailure) => thrown,
  )
  assert.ok(error.problem, error.stack)
  return `${error.problem.message} | ${error.problem.hint}`
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`

describe('composer.json', () => {
  it('gets a requirement behind those that are there, written as they are', async () => {
    assert.equal(
      await after(lines('{', '  "require": {', '    "php": ">=8.1"', '  },', '  "name": "a/b"', '}')),
      lines('{', '  "require": {', '    "php": ">=8.1",', '    "acme/sample": "1.0"', '  },', '  "name": "a/b"', '}'),
    )
    assert.equal(await after('{"require":{"php":"*"}}'), '{"require":{"php":"*","acme/sample":"1.0"}}')
    assert.equal(
      await after('{\r\n\t"require" : {\r\n\t\t"php" : "*" } }'),
      '{\r\n\t"require" : {\r\n\t\t"php" : "*",\r\n\t\t"acme/sample" : "1.0" } }',
    )
  })

  it('gets the section that it lacks, in its own style', async () => {
    const whole = addon({mode: 'dev', package: 'acme/sample:^1.0 || dev-main'})
    assert.equal(
      await after(lines('{', '\t"name": "a/b"', '}'), whole),
      lines('{', '\t"name": "a/b",', '\t"require-dev": {', '\t\t"acme/sample": "^1.0 || dev-main"', '\t}', '}'),
    )
    assert.equal(await after('{"name":"a/b"}'), '{"name":"a/b","require":{ "acme/sample":"1.0" }}')
    assert.equal(await after('{\n}\n'), lines('{', '    "require": {', '        "acme/sample": "1.0"', '    }', '}'))
    assert.equal(await after('{"require": {}}\n'), '{"require": {"acme/sample": "1.0"}}\n')
  })

  it('has it at its place where the project sorts its packages', async () => {
    const sorted = (...names: readonly string[]): string =>
      JSON.stringify({config: {'sort-packages': true}, require: Object.fromEntries(names.map((name) => [name, '*']))})
    const order = ['php', 'php-64bit', 'ext-json', 'lib-curl', 'composer-plugin-api', 'a/b2', 'a/b10', 'a/c', 'z/a']
    for (const [index, name] of order.entries()) {
      if (!name.includes('/')) continue
      const others = order.filter((one) => one !== name)
      assert.deepEqual(Object.keys(JSON.parse(await after(sorted(...others), required(`${name}:*`))).require), order, `${index}: ${name}`)
    }
  })

  it('keeps every byte of random files, through any order of adding, renewing and removing', async () => {
    await fc.assert(fc.asyncProperty(composerJson(), orders(), survives))
  })

  it('has a requirement replaced by that of another version, and moved where that is for development', async () => {
    const project = projectOf({'composer.json': '{"require": {"a/a": "1", "z/z": "1"}}'})
    await change('add', required('acme/sample:1.0'), project)
    await change('add', required('acme/sample:2.0', 'sample', '2'), project)
    assert.equal(await textIn(project), '{"require": {"a/a": "1", "z/z": "1", "acme/sample": "2.0"}}')
    await change('add', addon({mode: 'dev', package: 'acme/sample:3.0'}, 'sample', '3'), project)
    assert.equal(await textIn(project), '{"require": {"a/a": "1", "z/z": "1"},"require-dev": { "acme/sample": "3.0" }}')
    await change('add', required('acme/other:1.0', 'sample', '4'), project)
    assert.equal(await textIn(project), '{"require": {"a/a": "1", "z/z": "1", "acme/other": "1.0"}}')
  })

  it('keeps a requirement that two addons share until both are gone', async () => {
    const before = '{"name": "a/b"}'
    const project = projectOf({'composer.json': before})
    const [one, two] = [required('acme/sample:1.0', 'one'), required('acme/sample:1.0', 'two')]
    for (const each of [one, two]) await change('add', each, project)
    await change('remove', one, project)
    assert.match(await textIn(project), /acme\/sample/)
    await change('remove', two, project)
    assert.equal(await textIn(project), before)
  })

  it('is told from one that the user has written', async () => {
    assert.equal(
      await refused(lines('{', '  "require-dev": {"Acme/Sample": "*"}', '}')),
      'composer.json:2 requires acme/sample already, and no addon has put it there | composer remove --no-update acme/sample, then add the addon again',
    )
    const project = projectOf({'composer.json': '{}'})
    await change('add', required('acme/sample:1.0', 'one'), project)
    await assert.rejects(change('add', required('acme/sample:2.0', 'two'), project), {
      message: 'acme/sample:2.0 cannot be required: one:1 has required acme/sample:1.0',
    })
  })

  it('goes with its addon also where somebody has changed it, which a note says, or has taken it out', async () => {
    const notes: string[] = []
    const context = {...managerContext, note: (message: string) => notes.push(message)}
    for (const [text, rest] of [
      ['{"require": {"acme/sample": "9"}}', '{"require": {}}'],
      ['{}', '{}'],
    ] as const) {
      const project = projectOf({'composer.json': '{}'})
      await change('add', required('acme/sample:1.0'), project)
      await project.apply([{bytes: Buffer.from(text), kind: 'write', path: 'composer.json'}])
      await change('remove', required('acme/sample:1.0'), project, context)
      assert.equal(await textIn(project), rest)
    }
    assert.deepEqual(notes, ['composer.json:1 was changed by hand to "9", and is removed'])
    assert.deepEqual(await change('remove', required('acme/sample:1.0'), projectOf({})), [])
  })

  it('is refused where it is not what it should be, with the place', async () => {
    assert.equal(await refused(undefined), 'there is no composer.json in the root of the project | composer init')
    assert.match(await refused('{"require": {\n  "a/b": }}'), /^composer\.json:2:10 is not JSON: value expected \| correct composer\.json/)
    assert.match(await refused('{"require": {"a/b": "1"}'), /^composer\.json:1:\d+ is not JSON: close brace expected/)
    assert.match(await refused('{"require": {"a/b": "1",}}'), /is not JSON/)
    assert.match(await refused('{} // mine'), /^composer\.json:1:4 is not JSON: invalid comment token/)
    assert.match(await refused('\ufeff{}'), /^composer\.json:1:1 is not JSON/)
    assert.match(await refused(''), /^composer\.json:1:1 is not JSON/)
    assert.match(await refused('[]'), /^composer\.json holds no JSON object/)
    assert.match(await refused('{"require": []}'), /^composer\.json: require is no object \| write it as /)
    assert.match(await refused('{"require": {}, "require": {}}'), /^composer\.json holds "require" twice/)
    assert.match(await refused('{"require": {"acme/sample": "1", "Acme/sample": "1"}}'), /^composer\.json holds "acme\/sample" twice/)
    assert.equal(await after('{"Require":1}'), '{"Require":1,"require":{ "acme/sample":"1.0" }}')
  })
})

describe('an addon for PHP', () => {
  const problems = async (install: AddonDeclaration['install']): Promise<string> =>
    (await php.check(addon(install), managerContext)).map(({message}) => message).join('; ')

  it('names a package with its version, and nothing that could be anything else', async () => {
    for (const fine of ['monolog/monolog:3.5.0', 'a/b--c:^1.0 || ~2.1@beta', 'a.b/c_d:dev-main#0123abc', 'a/b:>=1 <2,!=1.5', 'a/b:*'])
      assert.equal(await problems({package: fine}), '', fine)
    for (const name of ['-x/y', 'a/b;id', 'a/b\n', '--working-dir=/', 'a', 'a/b/c', 'A/B', '../b', 'a/-b', ''])
      assert.match(await problems({package: `${name}:1`}), /is no name of a package$/, name)
    for (const version of ['', '-1', '1;id', '1\n', '"1"', '$(id)', '`id`', 'x'.repeat(300)])
      assert.match(await problems({package: `a/b:${version}`}), /^install.package asks for .*, which is no version$/, version)
    assert.equal(await problems({}), 'install.package is missing')
    assert.equal(await problems({package: 'a/b'}), 'install.package names no version')
    assert.equal(await problems({package: ['a/b:1']}), 'install.package is no text')
  })

  it('has modes and scripts that are known', async () => {
    const wanted = {package: 'a/b:1'}
    assert.equal(await problems({...wanted, mode: 'prod'}), 'install.mode is not one that is known')
    assert.equal(await problems({...wanted, 'require-only': 'perhaps'}), 'install.require-only is neither')
    for (const after of ['x', {}, {script: []}, {script: [' ']}, {script: [{}]}])
      assert.equal(await problems({...wanted, 'post-install': after}), 'install.post-install holds no script')
    assert.equal(await problems({...wanted, extra: '1', mode: 'dev', 'post-install': {script: ['x', 'y']}, 'require-only': 'Yes'}), '')
  })

  it('is refused by its plan as well, where nobody has checked it', async () => {
    assert.match(await refused('{}', required('a/b;id:1')), /"a\/b;id" is no name of a package \| such as: /)
    assert.match(await refused('{}', addon({})), /^install\.package is missing/)
  })

  it('takes no longer the longer its name is', async () => {
    assert.match(await problems({package: `${'a'.repeat(100_000)}!/b:1`}), /is no name of a package/)
  })

  it('is looked for by a name that is one, and by nothing else', async () => {
    const nowhere = async (name: string, version?: string) => php.find?.({name, version}, '/nowhere', managerContext)
    for (const name of ['../x', '-a/b', 'a/b;c', 'a', 'a/b c']) assert.equal(await nowhere(name, '1.0'), undefined)
    assert.equal(await nowhere('a/b', '--help'), undefined)
  })
})

describe('what follows from a change of composer.json', () => {
  const here: ManagerContext = {...managerContext, has: async (program) => program === 'composer'}
  const files = (repositories: unknown): Files => ({'composer.json': JSON.stringify({name: 'a/b', repositories}), 'composer.lock': '{}'})
  const steps = (all: Files, context = here, one = required('acme/sample:1.0')): Promise<readonly Step[]> =>
    change('add', one, projectOf(all), context)
  const commands = (all: readonly Step[]): readonly unknown[] => all.flatMap((step) => ('command' in step ? [step.command] : []))

  it('composer.lock is brought up to date, where there is Composer', async () => {
    const [, run, ...others] = await steps(
      files([{type: 'path', url: './lib/*'}, {packagist: false}, {type: 'vcs', url: 'https://git.invalid/x'}]),
    )
    assert.deepEqual(run, {
      command: [
        ...'composer update --no-install --no-scripts --no-plugins --no-interaction --no-progress --no-ansi --'.split(' '),
        'acme/sample',
      ],
      kind: 'run',
      reads: ['composer.json', 'composer.lock', 'auth.json', 'lib'],
      writes: ['composer.lock'],
    })
    assert.deepEqual(commands(others), ['composer install'])
  })

  it('else the command is shown', async () => {
    assert.deepEqual(commands(await steps(files([]), managerContext)), ['composer update acme/sample'])
    assert.deepEqual(commands(await steps({'composer.json': '{}'})), ['composer install'])
    assert.deepEqual(commands(await steps(files([]), here, addon({package: 'acme/sample:1', 'require-only': 'true'}))), [
      'composer update acme/sample',
    ])
  })

  it('also where composer.json takes packages from outside of the project, which a note says', async () => {
    const notes: string[] = []
    const context = {...here, note: (message: string) => notes.push(message)}
    assert.deepEqual(commands(await steps(files({mine: {type: 'path', url: '../lib'}}), context)), ['composer update acme/sample'])
    assert.deepEqual(notes, ['left composer.lock alone: composer.json has a repository outside of the project, "../lib"'])
  })

  it('scripts are run once, as the words of the addon that they are', async () => {
    const one = addon({package: 'acme/sample:1', 'post-install': {script: ['php artisan migrate', 'true']}})
    const project = projectOf({'composer.json': '{}'})
    const run = (command: string): Step => ({command: ['sh', '-c', command], from: 'addon', kind: 'run', writes: ['.']})
    const planned = await change('add', one, project, here)
    assert.deepEqual(planned.slice(1), [run('php artisan migrate'), run('true'), {command: 'composer install', kind: 'suggest'}])
    assert.deepEqual(await change('add', one, project, here), [])
    assert.deepEqual(commands(await change('remove', one, project, here)), ['composer install'])
  })
})

/** Objects as people write them: with any indentation, line end and blank inside of empty ones. */
function composerJson(): fc.Arbitrary<string> {
  const names = fc.constantFrom('php', 'ext-json', 'a/a', 'b/b', 'm/m10', 'z/z')
  const section = fc.dictionary(names, fc.constantFrom('*', '^1.0', 'é'), {maxKeys: 3})
  const content = fc.record(
    {
      config: fc.record({'sort-packages': fc.boolean()}),
      description: fc.string().filter((text) => !text.includes('{}')),
      name: fc.constant('a/b'),
      require: section,
      'require-dev': section,
    },
    {requiredKeys: []},
  )
  const style = fc.record({
    blank: fc.constantFrom('', ' ', '\n', '\n\t'),
    end: fc.constantFrom('', '\n', '\n\n'),
    indent: fc.constantFrom('', '  ', '    ', '\t'),
    newline: fc.constantFrom('\n', '\r\n'),
  })
  return fc.tuple(content, style).map(([value, {blank, end, indent, newline}]) => {
    const text = JSON.stringify(value, undefined, indent).replaceAll('{}', `{${blank}}`)
    return (text + end).replaceAll('\n', newline)
  })
}

const crowd = [
  required('k/one:1.0', 'one'),
  required('k/one:2.0', 'one', '2'),
  addon({mode: 'dev', package: 'k/one:3.0'}, 'one', '3'),
  required('c/two:1.0', 'two'),
  addon({mode: 'dev', package: 'k/three:1.0'}, 'three'),
]

function orders(): fc.Arbitrary<readonly AddonDeclaration[]> {
  return fc.array(fc.constantFrom(...crowd), {maxLength: 6})
}

/** All that came goes again, the first first. */
async function survives(text: string, order: readonly AddonDeclaration[]): Promise<void> {
  const project = projectOf({'composer.json': text})
  for (const one of order) await change('add', one, project)
  for (const {name, version} of await project.addons()) {
    const one = crowd.find((each) => each.name === name && each.version === version)
    assert.ok(one)
    JSON.parse(await textIn(project))
    await change('remove', one, project)
  }
  assert.equal(await textIn(project), text)
}
