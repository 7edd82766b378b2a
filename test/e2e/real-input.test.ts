/** Real applications, installed from their registry, packed and unpacked: nobody should be able to tell the difference. */
import assert from 'node:assert/strict'
import {cp, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {execute, type Finished, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const tools = {
  eslint: {
    entry: 'node_modules/eslint/bin/eslint.js',
    runs: [
      ['--no-config-lookup', '--rule', '{"no-undef": "error", "semi": "error"}', '--format', 'json', 'input.js'],
      ['--no-config-lookup', 'input.js'],
      ['--definitely-no-flag'],
    ],
  },
  prettier: {entry: 'node_modules/prettier/bin/prettier.cjs', runs: [['input.js'], ['--check', 'input.js'], ['broken.js'], ['--version']]},
} as const

describe('a published command-line tool', function () {
  this.timeout(240_000)
  let box: Sandbox
  let project: string

  before(async () => {
    box = await sandbox()
    project = box.path('project')
    await cp(join(repository, 'test/e2e/fixtures/published-tools'), join(project, 'app'), {recursive: true})
    const {code, stderr} = await execute('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'], {
      cwd: join(project, 'app'),
      env: process.env,
    })
    assert.equal(code, 0, stderr)
    await writeTree(box.path('work'), {
      'broken.js': 'const = 1\n',
      'input.js': 'var  a = {b:1,c : [1,2,3]}\nconsole.log( a,undefinedName )\n',
    })
  })

  after(() => box.remove())

  it('has more than a thousand files', async () => {
    assert.ok((await readdir(join(project, 'app'), {recursive: true})).length > 1000)
  })

  for (const [name, {entry, runs}] of Object.entries(tools)) {
    it(`${name} gives the same output and exit codes packed and unpacked`, async () => {
      const packed = box.path(name)
      await writeTree(project, {'flavor.yaml': manifest(name, entry)})
      const pack = await box.run(['pack', '--key-seed', 'e2e', '--output', packed, '--manifest', join(project, 'flavor.yaml')])
      assert.equal(pack.code, 0, pack.stderr)
      for (const args of runs) {
        const options = {cwd: box.path('work'), env: box.env}
        const bare = await execute(process.execPath, [join(project, 'app', entry), ...args], options)
        assert.deepEqual(comparable(await execute(packed, args, options)), comparable(bare), args.join(' '))
      }
    })
  }
})

function manifest(name: string, entry: string): string {
  return `name: ${name}
version: 1.0.0
command: [node, "{workenv}/app/${entry}"]
launcher: node
slots:
  - {id: app, purpose: application-code, source: app, target: app}
`
}

function comparable({code, signal, stderr, stdout}: Finished): Finished {
  return {code, signal, stderr: stderr.replaceAll(/\S*\/app\//g, 'app/'), stdout}
}
