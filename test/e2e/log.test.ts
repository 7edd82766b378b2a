/** The log of a start (SPEC.md, 22), where the host is at the start too; what launchers alone must say is in conformance/. */
import assert from 'node:assert/strict'
import {after, before, describe, it} from 'mocha'
import {application} from '../support/project.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

describe('the log of a start', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), application)
    path = box.path('app')
    for (const args of [
      ['keygen', '--default'],
      ['pack', '--quiet', '--output', path],
    ]) {
      const {code, stderr} = await box.run(args, {cwd: box.path('project')})
      assert.equal(code, 0, stderr)
    }
  })

  after(() => box.remove())

  it('is that of the package itself when flavor run starts it', async () => {
    const env = {...box.env, FLAVOR_LOG_LEVEL: 'debug'}
    await execute(path, [], {env: box.env})
    const own = await execute(path, ['one'], {env})
    const outside = await box.run(['run', path, 'one'], {env: {FLAVOR_LOG_LEVEL: 'debug'}})
    assert.match(
      own.stderr,
      /^flavor: start .*\n(flavor: .*\n)+flavor: trust .* result=pinned .*\n(flavor: .*\n)+flavor: exec .* arguments=2$/m,
    )
    assert.equal(outside.stderr, own.stderr)
  })

  it('says on first use that flavor run made the pin', async () => {
    const home = box.path('another home')
    const {stderr} = await box.run(['run', path], {env: {FLAVOR_LOG_LEVEL: 'info', HOME: home, XDG_CONFIG_HOME: `${home}/config`}})
    assert.match(stderr, /^flavor: trust name=\S+ key=\w{64} result=first-use file=.+\/pins\/\S+$/m)
  })
})
