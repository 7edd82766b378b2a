import assert from 'node:assert/strict'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, it} from 'mocha'
import {type PyProject, readPyProject} from '../../dist/project/pyproject.js'
import {writeTree} from '../support/run.ts'

describe('pyproject.toml', () => {
  let directory: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'flavor-pyproject-'))
  })

  afterEach(() => rm(directory, {recursive: true}))

  async function reading(toml: string, more: Readonly<Record<string, string>> = {}): Promise<PyProject> {
    await writeTree(directory, {'pyproject.toml': toml, ...more})
    return (await readPyProject(directory)) as PyProject
  }

  const isolation = ['PYTHONPATH', 'UV_PROJECT_ENVIRONMENT', 'PYTHONHOME', 'UV_CACHE_DIR', 'VIRTUAL_ENV']

  it('is nothing where there is none', async () => {
    assert.equal(await readPyProject(directory), undefined)
  })

  it('names the package, and starts the script called like it', async () => {
    const project = await reading(`[project]
name = "tool"
version = "1.2"
description = """
Does
  things"""
[project.scripts]
other = "tool.other:main"
tool = "tool.cli:main"
`)
    assert.deepEqual([project.name, project.version, project.description], ['tool', '1.2', 'Does things'])
    assert.deepEqual(project.command('python'), ['{workenv}/python/bin/tool'])
    assert.deepEqual(project.otherScripts, ['other'])
    assert.deepEqual([project.flavorpack, project.env, project.options], [false, {}, {project: '.'}])
    assert.deepEqual(project.problems, [])
  })

  it('starts the only script, whatever it is called, and nothing where there is none', async () => {
    const only = await reading('[project]\nname = "tool"\n[project.scripts]\nrun = "tool:main"\n')
    assert.deepEqual(only.command('venv'), ['{workenv}/venv/bin/run'])
    const none = await reading('[project]\nname = "tool"\n')
    assert.deepEqual([none.command('venv'), none.problems], [undefined, []])
  })

  it('takes a dynamic version from the file VERSION, as FlavorPack does', async () => {
    const toml = '[project]\nname = "tool"\ndynamic = ["version"]\n'
    assert.equal((await reading(toml)).version, undefined)
    assert.equal((await reading(toml, {VERSION: '3.1\n'})).version, '3.1')
  })

  it("understands FlavorPack's table", async () => {
    const project = await reading(`[project]
name = "tool"
version = "1.0"
[tool.flavor]
entry_point = "tool.cli:app.run"
package_name = "thing"
[tool.flavor.execution.runtime.env]
unset = ["AWS_*"]
pass = ["HOME"]
set = {LEVEL = 3, LOUD = true}
map = {A = "B"}
[tool.flavor.build]
dependencies = ["../lib", "near"]
extra_packages = ["colorama==0.4.6"]
[tool.flavor.signing]
private_key_path = "keys/x"
`)
    assert.equal(project.flavorpack, true)
    assert.equal(project.name, 'thing')
    assert.deepEqual(project.command('python'), [
      '{workenv}/python/bin/python3',
      '-c',
      'import sys; from tool.cli import app; sys.exit(app.run())',
    ])
    assert.deepEqual(project.env, {map: {A: 'B'}, pass: ['HOME'], set: {LEVEL: '3', LOUD: 'true'}, unset: [...isolation, 'AWS_*']})
    assert.deepEqual(project.options, {packages: ['../lib', './near', 'colorama==0.4.6'], project: '.'})
    assert.deepEqual(project.ignored, ['signing'])
  })

  it('starts the script that the entry point is, and isolates unless told not to', async () => {
    const project = await reading(`[project]
name = "tool"
[project.scripts]
go = "tool.cli:main"
[tool.flavor]
entry_point = "tool.cli:main"
execution.runtime.env.isolated = false
`)
    assert.deepEqual(project.command('python'), ['{workenv}/python/bin/go'])
    assert.deepEqual(project.env, {})
  })

  it('lets a buildconfig.toml override the build', async () => {
    const toml = '[project]\nname = "t"\nversion = "1"\n[tool.flavor]\nentry_point = "t:m"\n[tool.flavor.build]\nextra_packages = ["a"]\n'
    const project = await reading(toml, {'buildconfig.toml': '[build]\nextra_packages = ["b"]\nversion = "2"\n'})
    assert.deepEqual([project.options.packages, project.version], [['b'], '2'])
  })

  it('says what is wrong, and where', async () => {
    const broken = await reading('[project]\nname = tool\n')
    assert.deepEqual(
      broken.problems.map(({at, message}) => [at.line, message.startsWith('not TOML: ')]),
      [[2, true]],
    )
    const nothing = await reading('[project]\nname = "tool"\n[tool.flavor]\n')
    assert.deepEqual(
      nothing.problems.map(({hint, path}) => [path, hint]),
      [['tool.flavor.entry_point', 'entry_point = "module:function"']],
    )
    const odd = await reading('[project]\nname = "tool"\n[tool.flavor]\nentry_point = "rm -rf"\n')
    assert.match(odd.problems[0]?.message ?? '', /is no entry point: "rm -rf"/)
  })
})
