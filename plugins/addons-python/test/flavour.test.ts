/** `flavour add` and `remove` in a Python project, as somebody types them. */
import assert from 'node:assert/strict'
import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {type Finished, type Sandbox, sandbox, writeTree} from '../../../test/support/run.ts'

const addon = (version: string, requirement: string): string =>
  `spec: 0.1\nmeta: {name: django-divio, version: ${version}}\ninstall:\n  package: ${requirement}\n`

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
})
