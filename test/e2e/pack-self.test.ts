/** A packer that cannot pack itself convinces nobody. */
import assert from 'node:assert/strict'
import {cp, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

describe('flavor packed by itself', function () {
  this.timeout(240_000)
  let box: Sandbox
  let packed: string

  before(async () => {
    box = await sandbox()
    packed = box.path('flavor')
    const {code, stderr} = await execute(
      process.execPath,
      [join(repository, 'scripts/pack-self.js'), '--key-seed', 'self', '--output', packed],
      {cwd: repository, env: process.env},
    )
    assert.equal(code, 0, stderr)
  })

  after(() => box.remove())

  it('says its version', async () => {
    const {version} = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
    const {code, stdout} = await execute(packed, ['--version'], {cwd: box.directory, env: box.env})
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^@flavor/cli/${version} `))
  })

  it('lists the same capabilities', async () => {
    const {code, stdout} = await execute(packed, ['capabilities'], {cwd: box.directory, env: box.env})
    assert.equal(code, 0)
    assert.equal(stdout, (await box.run(['capabilities'])).stdout)
  })

  it('packs an application, byte for byte as the unpacked flavor does', async () => {
    await writeTree(box.path('project'), {
      'app/index.js': 'console.log("packed by a package")\n',
      'flavor.yaml':
        'name: inner\nversion: 1.0.0\ncommand: node {workenv}/app/index.js\nlauncher: node\nslots: [{id: app, purpose: application-code, source: app}]\n',
    })
    const args = ['pack', '--key-seed', 'inner', '--manifest', box.path('project/flavor.yaml'), '--output']
    const inner = await execute(packed, [...args, box.path('inner')], {cwd: box.directory, env: box.env})
    assert.equal(inner.code, 0, inner.stderr)
    await box.run([...args, box.path('direct')])
    assert.ok((await readFile(box.path('inner'))).equals(await readFile(box.path('direct'))))
    await cp(box.path('inner'), box.path('moved'))
    assert.equal((await execute(box.path('moved'), [], {cwd: box.directory, env: box.env})).stdout, 'packed by a package\n')
  })
})
