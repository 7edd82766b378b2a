/**
 * Plans of the Python manager carried out in memory, on files that somebody has written: random ones, of which every other byte stays, and
 * broken ones, of which nothing is touched.
 */
import assert from 'node:assert/strict'
import type {AddonDeclaration, AddonFailure, Step} from '@flavor/contract'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {parseTOML} from 'toml-eslint-parser'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {type MemoryProject, memoryProject} from '../../../contract/src/testkit/project.ts'
import base from '../../addons-base/dist/base.js'
import python from '../dist/python.js'

type Files = Readonly<Record<string, string>>

const identifier = 'flavour/fam-python:0.1'

function addon(requirement: unknown, name = 'sample', version = '1'): AddonDeclaration {
  const bytes = Buffer.from(`spec: 0.1\nmeta: {name: ${name}, version: ${version}}\ninstall:\n  package: ${JSON.stringify(requirement)}\n`)
  return {bytes, install: {package: requirement}, name, version}
}

async function change(
  kind: 'add' | 'remove',
  one: AddonDeclaration,
  project: MemoryProject,
  context = managerContext,
): Promise<readonly Step[]> {
  const below = await base.plan(kind, one, project, context)
  const steps = await python.plan(kind, one, project, context)
  await project.apply([...below, ...steps], one)
  return steps
}

const textIn = async (project: MemoryProject, path: string): Promise<string | undefined> => {
  const bytes = await project.read(path)
  return bytes && Buffer.from(bytes).toString()
}

async function added(files: Files, requirement = 'django==5.2'): Promise<Files> {
  const project = memoryProject(files, identifier)
  await change('add', addon(requirement), project)
  const texts = await Promise.all(['requirements.txt', 'pyproject.toml'].map(async (path) => [path, await textIn(project, path)] as const))
  await change('remove', addon(requirement), project)
  assert.deepEqual(project.content(), memoryProject(files, identifier).content(), 'removing does not restore')
  return Object.fromEntries(texts.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

async function refused(files: Files, requirement: unknown = 'django==5.2'): Promise<string> {
  const error = await python.plan('add', addon(requirement), memoryProject(files, identifier), managerContext).then(
    (steps) => assert.fail(`it was planned: ${JSON.stringify(steps)}`),
    (thrown: AddonFailure) => thrown,
  )
  assert.ok(error.problem, error.stack)
  return `${error.problem.message} | ${error.problem.hint}`
}

const suggestions = (steps: readonly Step[]): readonly string[] => steps.flatMap((step) => (step.kind === 'suggest' ? [step.command] : []))

describe('requirements.txt', () => {
  const after = async (text: string, requirement?: string): Promise<string | undefined> =>
    (await added({'requirements.txt': text}, requirement))['requirements.txt']

  it('gets a line at its end, as its lines are', async () => {
    assert.equal((await added({}))['requirements.txt'], 'django==5.2\n')
    assert.equal(await after('a\n'), 'a\ndjango==5.2\n')
    assert.equal(await after('a\r\n# b\r\n'), 'a\r\n# b\r\ndjango==5.2\r\n')
    assert.equal(await after('a\r\nb'), 'a\r\nb\r\ndjango==5.2')
    assert.equal(await after(''), 'django==5.2')
    assert.equal(await after('\n'), '\ndjango==5.2\n')
    assert.equal(await after('\ufeffa\n', 'b[x] >= 1, < 2'), '\ufeffa\nb[x] >= 1, < 2\n')
    assert.equal(
      await after('# about django==1\n--index-url x\n./django\na \\\n  ; python_version > "3"\n'),
      '# about django==1\n--index-url x\n./django\na \\\n  ; python_version > "3"\ndjango==5.2\n',
    )
  })

  it('keeps every byte of random files, through any order of adding, renewing and removing', async () => {
    const line = fc.constantFrom(
      '',
      '# comment',
      'uvicorn==1',
      'a>=1 # why',
      '  b',
      'c \\',
      '-e ./here',
      '-r other.txt',
      'https://x/y.whl',
      'd; python_version < "4"',
      '\tx',
    )
    const text = fc
      .tuple(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, end, ended]) => lines.join(end) + (ended && lines.length > 0 ? end : ''))
      .filter((text) => !/\\(\r?\n)?$/.test(text))
    await fc.assert(
      fc.asyncProperty(fc.option(text, {nil: undefined}), orders(), (text, order) =>
        survives(text === undefined ? {} : {'requirements.txt': text}, order),
      ),
    )
  })

  it('has a line replaced by one of another version, whatever else has come since', async () => {
    const project = memoryProject({'requirements.txt': 'a\n'}, identifier)
    await change('add', addon('Django_CMS==1'), project)
    await project.apply([
      {bytes: Buffer.from(`${await textIn(project, 'requirements.txt')}b # mine\n`), kind: 'write', path: 'requirements.txt'},
    ])
    await change('add', addon('django-cms==2', 'sample', '2'), project)
    assert.equal(await textIn(project, 'requirements.txt'), 'a\ndjango-cms==2\nb # mine\n')
  })

  it('gives up the package of the version before, where another is installed instead', async () => {
    const project = memoryProject({'requirements.txt': 'a\n'}, identifier)
    await change('add', addon('old==1'), project)
    await change('add', addon('new==2', 'sample', '2'), project)
    assert.equal(await textIn(project, 'requirements.txt'), 'a\nnew==2\n')
  })

  it('keeps a package as long as an addon wants it', async () => {
    const project = memoryProject({'requirements.txt': 'a\n'}, identifier)
    for (const name of ['one', 'two']) await change('add', addon('django==5.2', name), project)
    assert.equal(await textIn(project, 'requirements.txt'), 'a\ndjango==5.2\n')
    await change('remove', addon('django==5.2', 'one'), project)
    assert.equal(await textIn(project, 'requirements.txt'), 'a\ndjango==5.2\n')
    await assert.rejects(change('add', addon('Django==4', 'three'), project), {
      problem: {hint: 'flavor remove two:1', message: 'Django==4 cannot be installed: two:1 has installed django==5.2'},
    })
    await change('remove', addon('django==5.2', 'two'), project)
    assert.equal(await textIn(project, 'requirements.txt'), 'a\n')
  })

  it('loses a line that was changed by hand, and says so', async () => {
    const notes: string[] = []
    const project = memoryProject({'requirements.txt': 'a\n'}, identifier)
    await change('add', addon('django==5.2'), project)
    await project.apply([{bytes: Buffer.from('a\ndjango==5.3 # mine\n'), kind: 'write', path: 'requirements.txt'}])
    await change('remove', addon('django==5.2'), project, {...managerContext, note: (message) => void notes.push(message)})
    assert.equal(await textIn(project, 'requirements.txt'), 'a\n')
    assert.deepEqual(notes, ['requirements.txt:2 was changed by hand to django==5.3, and is removed'])
  })

  it('is left alone by the removal of an addon that is not of this kind', async () => {
    const project = memoryProject({'requirements.txt': 'a\n'}, identifier)
    assert.deepEqual(await python.plan('remove', {...addon('a'), install: {artifact: 'x'}}, project, managerContext), [])
  })

  it('is not touched where the user has listed the package, there or in a file that it includes', async () => {
    assert.equal(
      await refused({'requirements.txt': 'a\nDjango >= 4 # mine\n'}),
      'requirements.txt:2 lists django already, and no addon has put it there | take line 2 out of requirements.txt, then add the addon again',
    )
    assert.match(await refused({'requirements.txt': 'django==5.2'}), /^requirements\.txt:1 lists django already/)
    assert.match(await refused({'requirements.txt': '-e git+https://x/y#egg=Django\n'}), /^requirements\.txt:1 lists django already/)
    const included = {
      'requirements.txt': '-r ./deep/base.txt\n-r ../outside.txt\n',
      'deep/base.txt': '-r ../requirements.txt\n-r more.txt\n',
      'deep/more.txt': '\ndjango\n',
    }
    assert.match(await refused(included), /^deep\/more\.txt:2 lists django already/)
  })

  it('is not touched where pip could not read it afterwards', async () => {
    assert.match(
      await refused({'requirements.txt': 'a==1 \\\n  --hash=sha256:00\n'}),
      /^requirements\.txt:1 has a hash, so pip wants one of every package there \| put django==5\.2 into/,
    )
    assert.match(await refused({'requirements.txt': 'a\nb \\\n'}), /^requirements\.txt:2 ends with \\/)
    assert.match(await refused({'requirements.txt/x': ''}), /^requirements\.txt is no file \| mv /)
    const utf16 = memoryProject({}, identifier)
    await utf16.apply([{bytes: Buffer.from('\ufeffa\r\n', 'utf16le'), kind: 'write', path: 'requirements.txt'}])
    await assert.rejects(python.plan('add', addon('a==1'), utf16, managerContext), {message: 'requirements.txt is not UTF-8'})
  })
})

describe('pyproject.toml', () => {
  const after = async (text: string, requirement?: string): Promise<string | undefined> =>
    (await added({'pyproject.toml': text}, requirement))['pyproject.toml']

  it('gets an element at the end of its list, as the list is written', async () => {
    const table = '[project]\nname = "x"\n'
    assert.equal(await after(`${table}dependencies = ["a", 'b']\n`), `${table}dependencies = ["a", 'b', "django==5.2"]\n`)
    assert.equal(await after(`${table}dependencies = [ "a", ] # x\n`), `${table}dependencies = [ "a", "django==5.2", ] # x\n`)
    assert.equal(await after(`${table}dependencies = [\n\t"a" # why\n]`), `${table}dependencies = [\n\t"a", # why\n\t"django==5.2"\n]`)
    assert.equal(
      await after('[project]\r\ndependencies = [\r\n  "a", # why\r\n  # end\r\n]\r\n'),
      '[project]\r\ndependencies = [\r\n  "a", # why\r\n  "django==5.2",\r\n  # end\r\n]\r\n',
    )
    assert.equal(await after(`${table}dependencies = []`), `${table}dependencies = ["django==5.2"]`)
    assert.equal(await after('project.dependencies = []'), 'project.dependencies = ["django==5.2"]')
    assert.equal(await after('project = {dependencies = ["a"]}'), 'project = {dependencies = ["a", "django==5.2"]}')
  })

  it('gets a list where there is none, and loses it with its last element', async () => {
    const list = 'dependencies = [\n    "django==5.2",\n]'
    assert.equal(await after('[project] # us\n'), `[project] # us\n${list}\n`)
    assert.equal(await after('[project]\nname = "x" # y\n\n[tool.x]\n'), `[project]\nname = "x" # y\n${list}\n\n[tool.x]\n`)
  })

  it('quotes what has quotes in it', async () => {
    assert.equal(
      await after('[project]\ndependencies = []', 'a; python_version < "4"'),
      `[project]\ndependencies = ['a; python_version < "4"']`,
    )
  })

  it('keeps every byte of random files, through any order of adding, renewing and removing', async () => {
    const blank = fc.constantFrom('', ' ', '\n', '\n  ', ' # note\n', '\n\t', '\n\n    ')
    const element = fc
      .tuple(blank, fc.constantFrom('"a"', "'b>=1'", '"c[x]"', '"""d"""', '"u; extra == \'y\'"'), blank)
      .map((parts) => parts.join(''))
    const list = fc
      .tuple(fc.array(element, {maxLength: 4}), fc.boolean(), blank)
      .map(([elements, comma, rest]) => `dependencies = [${elements.join(',')}${comma && elements.length > 0 ? ',' : ''}${rest}]`)
    const around = fc.constantFrom('', 'name = "x"', '# note', 'version = "1" # one', 'keywords = [\n"a"]')
    const text = fc
      .tuple(
        fc.constantFrom('', '# top\n', 'title = 1\n'),
        around,
        fc.option(list, {nil: ''}),
        around,
        fc.constantFrom('', '\n', '\n[tool.x]\na = 1\n'),
        fc.boolean(),
      )
      .filter(([, one, , other]) => one !== other)
      .map(([top, one, list, other, end, windows]) => {
        const all = `${top}[project]\n${[one, list, other].filter((part) => part !== '').join('\n')}${end}`
        return windows ? all.replaceAll('\n', '\r\n') : all
      })
    await fc.assert(
      fc.asyncProperty(text, orders(), (text, order) => survives({'pyproject.toml': text}, order)),
      {numRuns: 150},
    )
  })

  it('counts where it has a [project] table, beside requirements.txt or not', async () => {
    const both = await added({'pyproject.toml': '[project]\ndependencies = []\n', 'requirements.txt': 'a==1 --hash=sha256:00\n'})
    assert.equal(both['pyproject.toml'], '[project]\ndependencies = ["django==5.2"]\n')
    for (const text of ['[tool.black]\n', '[tool.poetry.dependencies]\na = "1"\n', '[project]\ndynamic = ["dependencies"]\n'])
      assert.equal((await added({'pyproject.toml': text, 'requirements.txt': ''}))['requirements.txt'], 'django==5.2')
  })

  it('is refused where nothing says what the project depends on', async () => {
    const say = (text: string): Promise<string> => refused({'pyproject.toml': text})
    assert.match(
      await say('[tool.black]\n'),
      /^pyproject\.toml has no \[project\] table, and there is no requirements\.txt \| touch requirements\.txt/,
    )
    assert.match(
      await say('[tool.poetry]\nname = "x"\n'),
      /which is Poetry's own, and there is no requirements\.txt \| poetry add 'django==5\.2'$/,
    )
    assert.match(
      await say('[project]\nname = "x"\ndynamic = ["version", "dependencies"]\n'),
      /^pyproject\.toml:3 says that dependencies are dynamic/,
    )
  })

  it('is refused with line and column where it is broken', async () => {
    const say = (text: string): Promise<string> => refused({'pyproject.toml': text})
    assert.match(await say('[project]\nname = "x\n'), /^pyproject\.toml:2:10 is not TOML: .+[^.] \| correct line 2 of pyproject\.toml$/)
    assert.match(await say('[project]\n  dependencies = "a"\n'), /^pyproject\.toml:2:3 project\.dependencies is no list of texts/)
    assert.match(await say('[project]\ndependencies = ["a", 1]\n'), /^pyproject\.toml:2:1 project\.dependencies is no list of texts/)
    assert.match(await say('project.name = "x"\n'), /^pyproject\.toml:1:1 has no \[project\] table of its own/)
    assert.match(await say('[project]\ndependencies = ["Django<5"]\n'), /^pyproject\.toml:2 lists django already/)
  })
})

describe('what follows', () => {
  const project = (files: Files): MemoryProject => memoryProject(files, identifier)
  const toml = '[project]\nname = "x"\n'
  const withUv = {...managerContext, has: async (program: string) => program === 'uv'}

  it('is said: what to type', async () => {
    const say = async (files: Files): Promise<readonly string[]> => suggestions(await change('add', addon('a==1'), project(files)))
    assert.deepEqual(await say({}), ['pip install -r requirements.txt'])
    assert.deepEqual(await say({'pyproject.toml': toml}), ['pip install -e .'])
    assert.deepEqual(await say({'poetry.lock': '', 'pyproject.toml': toml}), ['poetry lock', 'poetry sync'])
    const here = project({})
    await change('add', addon('Some_Thing==1'), here)
    assert.deepEqual(suggestions(await change('add', addon('Some_Thing==1'), here)), [])
    assert.deepEqual(suggestions(await change('remove', addon('Some_Thing==1'), here)), ['pip uninstall some-thing'])
  })

  it('is left undone, and that is said, where there is no uv', async () => {
    const notes: string[] = []
    const context = {...managerContext, note: (message: string) => void notes.push(message)}
    const steps = await change('add', addon('a==1'), project({'pyproject.toml': toml, 'uv.lock': ''}), context)
    assert.deepEqual([suggestions(steps), notes], [['uv sync'], ['uv.lock stays as it is, because there is no uv on PATH']])
  })

  it('is the word of the addon where uv would build what lies behind an address', async () => {
    const from = async (word: 'add' | 'remove', wanted: string) => {
      const place = project({'pyproject.toml': toml, 'uv.lock': ''})
      const steps = await change(word, addon(wanted), place, withUv)
      return steps.flatMap((step) => (step.kind === 'run' ? [step.from] : []))
    }
    assert.deepEqual(await from('add', 'a @ https://x.test/a.tar.gz'), ['addon'])
    assert.deepEqual(await from('add', 'a[b] @ git+https://x.test/a'), ['addon'])
    assert.deepEqual(await from('add', "a==1; extra == 'b'"), [undefined])
  })

  it('is done by uv, where there is uv and its lock', async () => {
    const steps = async (text: string) =>
      (await change('add', addon('a==1'), project({'pyproject.toml': text, 'uv.lock': ''}), withUv)).slice(1)
    const run = {command: ['uv', 'lock'], kind: 'run', writes: ['uv.lock']}
    const reads = ['pyproject.toml', 'uv.lock', 'uv.toml', '.python-version']
    assert.deepEqual(await steps(toml), [
      {...run, reads},
      {command: 'uv sync', kind: 'suggest'},
    ])
    for (const more of ['dynamic = ["version"]\n', '[tool.uv.workspace]\nmembers = ["x"]\n', '[tool.uv.sources]\na = {path = "../a"}\n'])
      assert.deepEqual((await steps(toml + more))[0], run)
  })
})

describe('what an addon for Python installs', () => {
  const problems = async (requirement: unknown): Promise<readonly string[]> =>
    (await python.check(addon(requirement), managerContext)).map(({message}) => message)

  it('is a requirement of PEP 508', async () => {
    for (const one of [
      'a',
      'django==5.2',
      'Zope.Interface>=1,<2',
      'uvicorn[standard,x]~=0.3',
      'a ( >= 1 )',
      'a===1.0+x',
      'a==1.*',
      'a!=1;os_name=="nt"',
      'a @ https://example/a-1.whl',
      'a@git+https://example/a@v1#egg=a ; extra == "x"',
      "a; (python_version < '3.9' or sys_platform not in 'win32 cygwin') and extra == 'b'",
    ])
      assert.deepEqual(await problems(one), [], one)
  })

  it('is nothing else', async () => {
    for (const one of [
      '',
      ' ',
      '-r x',
      '--index-url=https://x',
      'a; rm -rf /',
      'a==1\nb==2',
      'a==1\rb',
      'a b',
      'a==',
      'a==1 --hash=x',
      './a',
      '/a',
      'https://x/a.whl',
      'a @ file:///etc/passwd',
      'a @ https://x/$HOME',
      'a @ https://x/a b',
      'a==1 # x',
      'a\u0000',
      'a==$(id)',
      '_a',
      'a; python_version',
      'a; "x"',
      `a${'b'.repeat(600)}`,
      ['a'],
      {a: 'b'},
    ]) {
      const [message = '', ...more] = await problems(one)
      assert.match(message, /^install\.package is not a requirement of one Python package: /, JSON.stringify(one))
      assert.deepEqual(more, [])
      assert.equal((await refused({}, one)).split(' | ')[0], message)
    }
    assert.deepEqual(await problems(undefined), ['install.package is missing: it says what pip installs'])
    const dev = {...addon('a'), install: {mode: 'dev', package: 'a'}}
    assert.equal((await python.check(dev, managerContext))[0]?.message, 'install.mode is nothing that a Python project knows')
    assert.deepEqual(await python.check({...addon('a'), install: {installed_addons: ['x'], package: 'a'}}, managerContext), [])
  })
})

/** Three addons, one of them in two versions: an order of adding, and one of removing. */
function orders() {
  const names = ['x', 'y', 'z']
  return fc.tuple(fc.shuffledSubarray(names), fc.shuffledSubarray(names, {minLength: 3}))
}

async function survives(files: Files, [adding, removing]: readonly [readonly string[], readonly string[]]): Promise<void> {
  const project = memoryProject(files, identifier)
  const before = project.content()
  for (const name of adding) await change('add', addon(`Package.${name}==1`, name), project)
  for (const name of adding) if (name === 'y') await change('add', addon(`package-${name}>=2`, name, '2'), project)
  const texts = await Promise.all(['pyproject.toml', 'requirements.txt'].map((path) => textIn(project, path)))
  for (const name of adding) assert.match(texts.join('\n'), new RegExp(`package.${name}`, 'i'))
  if (texts[0] !== undefined) parseTOML(texts[0])
  for (const name of removing)
    await change('remove', name === 'y' ? addon(`package-y>=2`, name, '2') : addon(`Package.${name}==1`, name), project)
  assert.deepEqual(project.content(), before)
}
