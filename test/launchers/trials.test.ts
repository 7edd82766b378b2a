/** Every image that is there, of every launcher that is installed, starts a package: here, or with an emulator. */
import assert from 'node:assert/strict'
import {after, before, describe, it} from 'mocha'
import type {Trial} from '../../dist/launchers/trial.js'
import {type Sandbox, sandbox} from '../support/run.ts'

describe('an image that is here', function () {
  this.timeout(600_000)
  let box: Sandbox
  let trials: readonly Trial[]

  before(async () => {
    box = await sandbox()
    const {stderr, stdout} = await box.run(['launchers', 'test', '--json'])
    assert.match(stdout, /^\[/, stderr)
    trials = JSON.parse(stdout)
  })
  after(() => box.remove())

  for (const launcher of ['go', 'node', 'rust'])
    for (const target of launcher === 'node' ? ['any-any'] : ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'])
      it(`starts a package, cold and warm: ${launcher} ${target}`, function () {
        const trial = trials.find((one) => one.launcher === launcher && one.target === target)
        if (trial === undefined || trial.state === 'not run') {
          if (this.test) this.test.title += ` (not run: ${trial?.reason ?? 'it is not built'})`
          this.skip()
        }
        assert.equal(trial.state, 'passed', trial.reason ?? '')
      })
})
