/** Programs that addon managers run: what they are given, what is told of them, and that nothing of them is left. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync, realpathSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {batchStart} from '../../dist/changes/program-place.js'
import {managerContext} from '../../dist/flavour/manager-context.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'

const {has, run} = managerContext({signal: new AbortController().signal})

describe('a program that an addon manager runs', () => {
  const node = (script: string): readonly string[] => [process.execPath, '-e', script, '--', 'a b', '$HOME', '*;']

  it('gets its words, its input and its directory, and no shell', async () => {
    const cwd = realpathSync(temporaryDirectory())
    const script = 'process.stdin.on("data", (bytes) => process.stdout.write([process.cwd(), ...process.argv.slice(1), bytes].join("|")))'
    assert.deepEqual(await run(node(script), {cwd, input: 'some\ninput'}), {
      code: 0,
      stderr: '',
      stdout: `${cwd}|a b|$HOME|*;|some\ninput`,
    })
    assert.equal((await run(['cat'], {cwd})).stdout, '')
    assert.equal((await run(['true'], {cwd, input: Buffer.alloc(1 << 22)})).code, 0, 'it need not read its input')
  })

  it('knows what this process knows, but for what is taken away, and for keys of flavor', async () => {
    const [kept, cwd] = [{...process.env}, temporaryDirectory()]
    Object.assign(process.env, {FLAVOR_PRIVATE_KEY: 'secret', TEST_GONE: '1', TEST_KEPT: '1', TEST_OTHER: '1'})
    try {
      const {stdout} = await run(['env'], {cwd, env: {TEST_GONE: undefined, TEST_OTHER: '2'}})
      const told = stdout.split('\n').filter((line) => /^FLAVOR_|^TEST_/.test(line))
      assert.deepEqual(told.toSorted(), ['TEST_KEPT=1', 'TEST_OTHER=2'])
    } finally {
      process.env = kept
    }
  })

  it('has failed with its exit code, or without one where a signal has ended it; one that is not there is the problem of the user', async () => {
    const cwd = temporaryDirectory()
    assert.deepEqual(await run(['sh', '-c', 'echo out; echo err >&2; exit 3'], {cwd}), {code: 3, stderr: 'err\n', stdout: 'out\n'})
    assert.equal((await run(['sh', '-c', 'kill -9 $$'], {cwd})).code, undefined)
    await assert.rejects(run(['no-such-program'], {cwd}), {
      code: 'EFLAVOR_COMMAND',
      hints: ['install no-such-program, or put it on the PATH'],
      message: 'run no-such-program: there is no such program',
    })
    await assert.rejects(run(['true'], {cwd: join(cwd, 'gone')}), (error: Error) => !/no such program/.test(error.message))
  })

  it('may print more than is kept', async () => {
    const {stdout} = await run(['sh', '-c', 'head -c 40000000 /dev/zero | tr "\\0" x; echo end'], {cwd: temporaryDirectory()})
    assert.equal(stdout.length, 16 * 1024 * 1024)
    assert.ok(stdout.endsWith('xend\n'))
  })

  it('ends with all that it has started when it is called off', async () => {
    const [controller, cwd] = [new AbortController(), temporaryDirectory()]
    const script = `sh -c 'trap "" TERM; echo $$ > pid; mv pid ready; while :; do sleep 0.05; done' & wait`
    const running = managerContext({signal: controller.signal}).run(['sh', '-c', script], {cwd})
    const rejected = assert.rejects(running, {message: 'enough'})
    while (!existsSync(join(cwd, 'ready'))) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort(new Error('enough'))
    await rejected
    const look = () => spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(join(cwd, 'ready'), 'utf8').trim()], {encoding: 'utf8'}).stdout
    // Killed is not yet gone. A zombie is: its own parent has yet to look.
    for (let state = look(); state !== '' && !state.startsWith('Z'); state = look()) await new Promise((resolve) => setTimeout(resolve, 20))
    await assert.rejects(managerContext({signal: controller.signal}).run(['touch', 'run'], {cwd}), {message: 'enough'})
    assert.ok(!existsSync(join(cwd, 'run')))
  })

  it('is looked for on the PATH, where a directory or a text is none', async () => {
    const place = writeFiles(temporaryDirectory(), {'directory/x': '', program: {mode: 0o755, text: ''}, text: ''})
    const path = process.env.PATH
    process.env.PATH = `${place}:${path}`
    try {
      assert.deepEqual(await Promise.all(['program', 'sh', 'directory', 'text', 'no-such-program'].map(has)), [
        true,
        true,
        false,
        false,
        false,
      ])
    } finally {
      process.env.PATH = path
    }
  })
})

/** Only what is made of the words: no Windows is needed, and none has run it. */
describe('a batch file of Windows', () => {
  it('is given words that mean nothing to cmd.exe', () => {
    const {args, verbatim} = batchStart('C:\\Program Files\\nodejs\\npm.cmd', ['pack', '@a/b@1.2', 'C:\\Users\\José (x)\\scratch', ''])
    const line = '""C:\\Program Files\\nodejs\\npm.cmd" "pack" "@a/b@1.2" "C:\\Users\\José (x)\\scratch" """'
    assert.deepEqual([args, verbatim], [['/d', '/v:off', '/s', '/c', line], true])
  })

  it('is not run with words that do', () => {
    for (const word of ['a"b', '%PATH%', 'a!b', 'a^b', 'a&b', 'a|b', '<a', '>a', 'a\nb', 'a\rb', 'a\0b', 'C:\\'])
      assert.throws(() => batchStart('npm.cmd', ['x', word]), {code: 'EFLAVOR_COMMAND', message: /which cannot be given "/}, word)
    assert.throws(() => batchStart('C:\\100%\\npm.cmd', []), {code: 'EFLAVOR_COMMAND'})
  })
})
