import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {before, describe, it} from 'mocha'
import {writeTestPackage} from './support/package.ts'
import {directory, outcomeOf, run, start} from './support/run.ts'

const members = [
  {path: 'app/'},
  {
    content:
      'console.log(JSON.stringify([process.argv.slice(2), require.main === module, process.execArgv, process.env.FLAVOR_LAUNCHER_CLI ?? null])); process.exitCode = 7',
    path: 'app/index.js',
  },
]

/** What `flavor run` does once it has verified a package. */
const host = `
import {openSync, unlinkSync, writeFileSync} from 'node:fs'
import launcher from ${JSON.stringify(new URL('../dist/launcher.js', import.meta.url).href)}
const [path, ...args] = process.argv.slice(2)
const fd = openSync(path)
if (process.env.REPLACE) { unlinkSync(path); writeFileSync(path, 'another file') }
process.exitCode = await launcher.start({args, env: process.env, fd, path})
`

describe('a package that a host starts from the descriptor it verified', () => {
  let program: string
  before(() => {
    program = join(directory(), 'host.mjs')
    writeFileSync(program, host)
  })
  const make = (argv: readonly string[]) => writeTestPackage(join(directory(), 'app'), {argv, slots: [{id: 'app', members, target: 'app'}]})

  it('runs in a process of its own, with its arguments and exit code, whatever the path names meanwhile', async () => {
    for (const more of [{}, {REPLACE: '1'}, {FLAVOR_LAUNCHER_CLI: '1'}]) {
      const file = await make(['node', '{workenv}/app/index.js'])
      const {status, stderr, stdout} = await run(process.execPath, [program, file, 'a b', ''], {env: {FLAVOR_CACHE: directory(), ...more}})
      assert.equal(status, 7, stderr)
      assert.deepEqual(JSON.parse(stdout), [['a b', ''], true, [], null])
    }
  })

  it('receives the signals sent to the host', async () => {
    const file = await make(['/bin/sh', '-c', 'echo ready; exec sleep 60'])
    const child = start(process.execPath, [program, file], {env: {FLAVOR_CACHE: directory()}})
    child.stdout.once('data', () => child.kill('SIGTERM'))
    assert.equal((await outcomeOf(child)).signal, 'SIGTERM')
  })

  it('gives the exit code of its own failure', async () => {
    const {status, stderr} = await run(process.execPath, [program, await make(['no-such-program'])], {env: {FLAVOR_CACHE: directory()}})
    assert.equal(status, 104)
    assert.match(stderr, /EFLAVOR_COMMAND/)
  })
})
