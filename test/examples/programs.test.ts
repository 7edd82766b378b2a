/** examples/hello-rust and examples/hello-go: built, packed with their manifests and without one, and run. */
import assert from 'node:assert/strict'
import {cpSync, rmSync} from 'node:fs'
import {basename, join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {packed} from '../support/project.ts'
import {execute, repository, type Sandbox, sandbox} from '../support/run.ts'
import {build, missing, type Toolchain} from '../support/toolchains.ts'

describe('programs of other compilers', function () {
  this.timeout(300_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    for (const name of ['hello-go', 'hello-rust'])
      cpSync(join(repository, 'examples', name), box.path(name), {
        filter: (path) => !(/\/(?:dist|target)$/.test(path) || path.endsWith('hello-go/hello-go') || basename(path) === '.gitignore'),
        recursive: true,
      })
  })

  after(() => box.remove())

  const skipWithout = (test: Mocha.Context, toolchain: Toolchain) => {
    const reason = missing(toolchain)
    if (reason === undefined) return
    if (test.test) test.test.title += ` (skipped: ${reason})`
    test.skip()
  }
  const start = async (program: string, args: readonly string[] = [], input = '') => {
    const {code, stderr, stdout} = await execute(program, args, {cwd: box.directory, env: box.env, input})
    assert.equal(code, 0, stderr)
    return stdout
  }

  it('hello-rust counts words, with the file that its manifest sends along, and without either', async function () {
    skipWithout(this, 'cargo')
    const text = 'The cat and the dog, and a cat'
    await build(box, 'hello-rust', 'cargo build --release --locked --offline')
    assert.equal(await start(await packed(box, 'hello-rust'), [], text), '     2 cat\n     1 dog\n')
    rmSync(box.path('hello-rust/flavor.yaml'))
    assert.match(await start(await packed(box, 'hello-rust'), [], text), /^ +2 and\n +2 cat\n +2 the\n/)
    rmSync(box.path('hello-rust/target'), {recursive: true})
    const {code, stderr} = await box.run(['pack', '--key-seed', 'e2e'], {cwd: box.path('hello-rust')})
    assert.equal(code, 1)
    assert.match(stderr, /Cargo\.toml says: target\/release\/hello-rust is not built yet\n +cargo build --release\n/)
  })

  it('hello-go greets, has a second command, and needs no manifest', async function () {
    skipWithout(this, 'go')
    await build(box, 'hello-go', 'go build')
    const program = await packed(box, 'hello-go')
    assert.equal(await start(program, ['Ada']), 'Hello, Ada!\n')
    assert.match(await start(program, ['--flavor-command', 'table', '7']), /^ 1 × 7 = 7\n/)
    rmSync(box.path('hello-go/flavor.yaml'))
    assert.equal(await start(await packed(box, 'hello-go')), 'Hello, world!\n')
    rmSync(box.path('hello-go/hello-go'))
    const {code, stderr} = await box.run(['pack', '--key-seed', 'e2e'], {cwd: box.path('hello-go')})
    assert.equal(code, 1)
    assert.match(stderr, /go\.mod says: hello-go is not built yet\n +go build\n/)
  })
})
