/** `--compat flavorpack` on the command line: an ordinary package, or everything that would have to change. */
import assert from 'node:assert/strict'
import {chmodSync, existsSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {packed} from '../support/project.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const manifest = (command: string) => `name: hello
version: 1.0.0
launcher: node
command: ${command}
directories: [var]
setup: ['cp {workenv}/app/greeting {workenv}/prepared']
env: {unset: ["SECRET*"], set: {GREETING: good day}}
slots:
  - {id: app, purpose: application-code, source: app}
  - {id: hello, purpose: native-binary, source: hello.sh, target: bin/hello}
`

describe('flavor pack --compat flavorpack', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), {
      'app/greeting': 'prepared',
      'flavor.yaml': manifest('"{workenv}/bin/hello first"'),
      'hello.sh':
        '#!/bin/sh\necho "$1 $2 $GREETING [$SECRET] $(cat "$FLAVOR_WORKENV/prepared")"; ls -d "$FLAVOR_WORKENV/var" >/dev/null; exit $?\n',
    })
    chmodSync(box.path('project/hello.sh'), 0o755)
  })

  after(async () => box.remove())

  it('gives a package that verifies, starts cold and warm, and does the same as one without it', async () => {
    for (const args of [['--compat', 'flavorpack'], []]) {
      const file = await packed(box, 'project', args)
      assert.equal((await box.run(['verify', file])).code, 0)
      for (const start of ['cold', 'warm']) {
        const {code, stderr, stdout} = await execute(file, ['second word'], {env: {...box.env, SECRET: 'x'}})
        assert.deepEqual(
          {code, stderr, stdout},
          {code: 0, stderr: '', stdout: 'first second word good day [] prepared\n'},
          `${start} ${args}`,
        )
      }
    }
  })

  it('says what would have to change, and writes nothing', async () => {
    await writeTree(box.path('other'), {'app/x': 'x', 'flavor.yaml': manifest('sh -c "echo $0"'), 'hello.sh': '#!/bin/sh\n: a few bytes\n'})
    for (const args of [[], ['--dry-run']]) {
      const {code, stderr, stdout} = await box.run(['pack', '--compat', 'flavorpack', '--json', '--key-seed', 'x', ...args], {
        cwd: box.path('other'),
      })
      assert.equal(code, 1, stderr)
      const {error} = JSON.parse(stdout) as {error: {code: string; message: string}}
      assert.equal(error.code, 'EFLAVOR_COMPAT')
      assert.match(error.message, /^pack with compat flavorpack: one problem\nflavor\.yaml:4:10 command\[2\] "echo \$0" holds a space/)
    }
    assert.equal(existsSync(box.path('other/dist')), false)
  })

  it('knows no other tools', async () => {
    const {code, stderr} = await box.run(['pack', '--compat', 'zip'], {cwd: box.path('project')})
    assert.deepEqual([code, /flavorpack/.test(stderr)], [2, true])
  })
})
