/** One changed byte, anywhere: nothing of what it touches is ever used. */
import assert from 'node:assert/strict'
import {existsSync, rmSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {application, flipped, packedApplication, regionsOf} from '../support/project.ts'
import {execute, type Sandbox, sandbox} from '../support/run.ts'

const refused = [102, 103, 107]

describe('a package with one byte changed', function () {
  this.timeout(120_000)
  let box: Sandbox
  let path: string

  before(async () => {
    box = await sandbox()
    path = await packedApplication(box, {...application, 'app/data.txt': 'some text that zstd stores\n'.repeat(20)})
  })

  after(() => box.remove())

  /** Starts in an empty cache, or in one where the sound package has run. */
  async function start(file: string, warm: boolean) {
    const cache = box.path('starts')
    rmSync(cache, {force: true, recursive: true})
    const env = {...box.env, FLAVOR_CACHE: cache}
    if (warm) assert.equal((await execute(path, [], {env})).stdout, 'hello\n')
    return execute(file, [], {env})
  }

  for (const name of ['metadata', 'slot table', 'trailer', 'padding']) {
    it(`in the ${name}: every start is refused, cold and warm`, async () => {
      for (const at of samples(name)) {
        const file = flipped(path, at, box.path('flipped'))
        for (const warm of [false, true]) {
          const {code, stderr, stdout} = await start(file, warm)
          assert.ok(refused.includes(code ?? 0), `byte ${at}: exit code ${code}, ${stdout}${stderr}`)
          assert.equal(stdout, '', `byte ${at}`)
        }
      }
    })
  }

  it('in a slot: a start that would unpack it is refused, and leaves nothing of it', async () => {
    for (const at of samples('slot 1')) {
      const {code, stdout} = await start(flipped(path, at, box.path('flipped')), false)
      assert.equal(code, 107, `byte ${at}`)
      assert.equal(stdout, '')
      assert.equal(existsSync(box.path('starts/workenvs/hello')), false)
    }
  })

  for (const name of ['launcher', 'metadata', 'slot table', 'slot 0', 'slot 1', 'trailer', 'padding']) {
    it(`in the ${name}: verify and run exit with 3`, async () => {
      for (const at of samples(name).slice(0, 3)) {
        const file = flipped(path, at, box.path('flipped'))
        const verified = await box.run(['verify', '--json', file])
        assert.equal(verified.code, 3, `byte ${at}: ${verified.stdout}`)
        assert.equal(JSON.parse(verified.stdout).valid, false)
        const run = await box.run(['run', file])
        assert.equal(run.code, 3, `byte ${at}`)
        assert.equal(run.stdout, '')
      }
    })
  }

  function samples(name: string): readonly number[] {
    const regions = regionsOf(path).filter((region) => region.name === name)
    assert.ok(regions.length > 0, `there is no ${name}`)
    return regions.flatMap(({offset, size}) => [
      ...new Set([0, 0.1, 0.37, 0.5, 0.83, 0.999].map((part) => offset + Math.floor(size * part))),
    ])
  }
})
