/** The Go code's own tests: every vector of `format/vectors`, and what no package can show. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {describe, it} from 'mocha'

const cwd = fileURLToPath(new URL('../native/', import.meta.url))
const go = (...words: readonly string[]) => spawnSync('go', words, {cwd, encoding: 'utf8', env: {...process.env, GOFLAGS: '-mod=readonly'}})

/** What stands in the way of running them, in a few words. */
function missing(): string | undefined {
  if (go('version').status !== 0) return 'there is no go on the PATH'
  const {status, stderr} = go('vet', './internal/vectors')
  return status === 0 ? undefined : `its modules or its version are not here: ${stderr.trim().split('\n').at(-1)}`
}

describe('the Go launcher’s code', () => {
  it('passes its own tests', function () {
    this.timeout(300_000)
    const reason = missing()
    if (reason) {
      if (this.test) this.test.title += ` (not run: ${reason})`
      this.skip()
    }
    const {status, stderr, stdout} = go('test', './...')
    assert.equal(status, 0, stdout + stderr)
  })
})
