/** `flavour add` and `remove` in a Python project, as somebody types them. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {execute, type Finished, type Sandbox, sandbox, writeTree} from '../../../test/support/run.ts'

const addon = (version: string, requirement: string): string =>
  `spec: 0.1\nmeta: {name: django-divio, version: ${version}}\ninstall:\n  package: ${requirement}\n`

const wheel = `
import zipfile
with zipfile.ZipFile('six-1.0-py3-none-any.whl', 'w') as archive:
    archive.writestr('six.py', '')
    archive.writestr('six-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: six\\nVersion: 1.0\\n')
    archive.writestr('six-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    archive.writestr('six-1.0.dist-info/RECORD', '')
`

const files = {
  'app.flavour': 'spec: 0.1 # ours\n',
  'bad.flavour': addon('3', '--index-url=x'),
  'django.flavour': addon('1', 'django==5.2'),
  'newer.flavour': addon('2', 'django==5.3'),
  'pyproject.toml': '[project]\r\nname = "shop"\r\nversion = "1"\r\ndependencies = ["uvicorn"] # serves\r\n',
}

describe('flavour in a Python project', function () {
  this.timeout(120_000)
  let box: Sandbox
  let root: string
  const flavour = (words: string): Promise<Finished> => box.run(words.split(' '), {cwd: root, name: 'flavour'})
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8')
  const everything = async () => [await readdir(root), await read('app.flavour'), await read('pyproject.toml')]

  before(async () => {
    box = await sandbox()
    root = box.path('shop')
    await writeTree(root, files)
  })

  after(() => box?.remove())

  it('adds a package, renews it, and gives back every byte', async () => {
    const before = await everything()
    const added = await flavour('add --package django.flavour --addonmanager python')
    assert.equal(added.code, 0, added.stderr)
    assert.match(added.stderr, /^now type: pip install -e \.$/m)
    assert.equal(await read('pyproject.toml'), files['pyproject.toml'].replace('"uvicorn"', '"uvicorn", "django==5.2"'))
    assert.equal((await flavour('add --package newer.flavour --addonmanager python')).code, 0)
    assert.equal(await read('pyproject.toml'), files['pyproject.toml'].replace('"uvicorn"', '"uvicorn", "django==5.3"'))
    const removed = await flavour('remove django-divio')
    assert.equal(removed.code, 0, removed.stderr)
    assert.deepEqual((await everything()).slice(1), before.slice(1))
  })

  it("changes nothing where the package is the user's own, or is none", async () => {
    await writeTree(root, {'pyproject.toml': '[project]\nname = "shop"\ndependencies = [\n  "Django>=4",\n]\n'})
    const before = await everything()
    const refused = await flavour('add --package django.flavour --addonmanager python')
    assert.deepEqual([refused.code, refused.stdout], [1, ''])
    assert.match(
      refused.stderr,
      /pyproject\.toml:4 lists django already, and no addon has put it there\n +take line 4 out of pyproject\.toml/,
    )
    const bad = await flavour('add --package bad.flavour --addonmanager python')
    assert.equal(bad.code, 1)
    assert.match(bad.stderr, /install\.package is not a requirement of one Python package: "--index-url=x"/)
    assert.deepEqual(await everything(), before)
  })

  it('has uv make its lock, from a directory of wheels (needs uv)', async function () {
    if (spawnSync('uv', ['--version']).status !== 0) return this.skip()
    const place = box.path('locked')
    await writeTree(place, {
      'app.flavour': 'spec: 0.1\n',
      'pyproject.toml': '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.8"\n',
      'six.flavour': addon('1', 'six==1.0'),
    })
    await execute('python3', ['-c', wheel], {cwd: place})
    const env = {...box.env, UV_FIND_LINKS: place, UV_NO_INDEX: '1', UV_OFFLINE: '1'}
    assert.equal((await execute('uv', ['lock'], {cwd: place, env})).code, 0)
    const before = await readFile(join(place, 'uv.lock'), 'utf8')
    const run = (words: string): Promise<Finished> => box.run(words.split(' '), {cwd: place, env, name: 'flavour'})
    const added = await run('add --package six.flavour --addonmanager python')
    assert.equal(added.code, 0, added.stderr)
    assert.match(added.stderr, /^now type: uv sync$/m)
    assert.match(await readFile(join(place, 'uv.lock'), 'utf8'), /^name = "six"\nversion = "1.0"$/m)
    assert.equal((await run('remove django-divio')).code, 0)
    assert.equal(await readFile(join(place, 'uv.lock'), 'utf8'), before)
  })
})
