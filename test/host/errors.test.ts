/** What goes wrong is said in a line, with a way out, and never as a dump of internals. */
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {FlavorError, problemLines} from '../../dist/errors.js'
import {PackageError} from '../../dist/format/errors.js'
import {report} from '../../dist/report.js'
import {repository, type Sandbox, sandbox} from '../support/run.ts'

const context = {command: 'pack', packageExit: 3} as const

describe('an error', () => {
  it('of flavor keeps its code, exit code and hints', () => {
    const error = new FlavorError('pack a: b', {code: 'EFLAVOR_TEST', exit: 2, hints: ['flavor init']})
    const {stack: _, ...said} = report(error, context)
    assert.deepEqual(said, {code: 'EFLAVOR_TEST', exit: 2, hints: ['flavor init'], message: 'pack a: b'})
  })

  it('of a package ends with 3 where a package is what the command is about, else with 1', () => {
    const error = new PackageError('EFLAVOR_SIGNATURE', 'the signature does not match')
    assert.deepEqual([report(error, context).exit, report(error, {...context, packageExit: 1}).exit], [3, 1])
    assert.equal(report(error, context).code, 'EFLAVOR_SIGNATURE')
    assert.equal(report(new PackageError('EFLAVOR_IO', 'no such file'), context).exit, 1)
  })

  it('does nothing to the terminal, whoever has named what it speaks of', () => {
    const error = new FlavorError('read a\u001b[2J\u009b1m:\n\tb\r', {code: 'EFLAVOR_TEST', hints: ['look at \u001b]0;x\u0007']})
    const {hints, message} = report(error, context)
    assert.deepEqual([message, hints], ['read a\\x1b[2J\\x9b1m:\n\tb\\x0d', ['look at \\x1b]0;x\\x07']])
  })

  it('of very many problems shows the first, and how many there are', () => {
    const problems = Array.from({length: 250}, (_, index) => ({
      at: {column: 1, file: '/x', line: index + 1},
      hint: undefined,
      message: index === 0 ? 'x'.repeat(5000) : 'is wrong',
      path: '',
    }))
    const lines = problemLines(problems, '/')
    assert.deepEqual([lines.length, lines[0]?.length, lines.at(-2), lines.at(-1)], [101, 1002, 'x:100:1 is wrong', 'and 150 more'])
  })

  it('of the system names the path and says why in words', () => {
    const error = Object.assign(new Error('x'), {code: 'EACCES', path: '/srv/app', syscall: 'open'})
    assert.equal(report(error, context).message, 'open /srv/app: permission denied')
    assert.equal(report(Object.assign(error, {code: 'ENOSPC'}), context).code, 'EFLAVOR_DISK_FULL')
  })

  it('that nobody foresaw is one line, and says how to see more', () => {
    const {code, exit, hints, message} = report(new TypeError('x is not a function\nat y'), context)
    assert.deepEqual([code, exit, message], ['EFLAVOR_INTERNAL', 1, 'TypeError: x is not a function'])
    assert.match(hints.join(), /FLAVOR_DEBUG=1/)
  })

  it('may be anything that can be thrown', () => {
    for (const thrown of [null, undefined, 'text', 7, {}]) assert.equal(report(thrown, context).exit, 1)
  })
})

describe('the command line', () => {
  let box: Sandbox
  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  it('misused: exit 2, one line and a hint on stderr, nothing on stdout', async () => {
    for (const args of [['capabilities', '--nonsense'], ['verify'], ['keygen', '--out-dir'], ['pack', 'project']]) {
      const {code, stderr, stdout} = await box.run(args)
      assert.deepEqual([code, stdout], [2, ''], args.join(' '))
      assert.match(stderr, new RegExp(`^flavor: [a-z].*\\n(  .*\\n)*  flavor ${args[0]} --help\\n$`))
    }
  })

  it('misused by a word too many or by a value that means nothing: says which', async () => {
    const said = async (...args: readonly string[]) => (await box.run(args)).stderr
    assert.equal(await said('pack', './project'), 'flavor: unexpected argument: ./project\n  flavor pack --help\n')
    assert.equal(await said('workenv', 'list', 'all'), 'flavor: unexpected argument: all\n  flavor workenv list --help\n')
    assert.equal(await said('extract', 'file', 'slot'), 'flavor: extract: where to is missing\n  flavor extract FILE SLOT OUT\n')
    assert.match(await said('workenv', 'clean', '--older-than', 'x'), /^flavor: read --older-than: expected an integer but received: x\n/)
  })

  it('misused with --json: an object with code, message and hints and nothing else', async () => {
    const {code, stderr, stdout} = await box.run(['capabilities', '--nonsense', '--json'])
    assert.deepEqual([code, stderr], [2, ''])
    assert.deepEqual(JSON.parse(stdout), {
      error: {code: 'EFLAVOR_USAGE', hints: ['flavor capabilities --help'], message: 'nonexistent flag: --nonsense'},
    })
  })

  it('with --json: one JSON value on stdout', async () => {
    const {code, stdout} = await box.run(['capabilities', '--json'])
    assert.equal(code, 0)
    assert.deepEqual(Object.keys(JSON.parse(stdout)), ['capabilities', 'failures'])
  })

  it('shows a stack only when FLAVOR_DEBUG asks for it', async () => {
    const missing = ['verify', box.path('nothing')]
    assert.doesNotMatch((await box.run(missing)).stderr, /^ +at /m)
    assert.match((await box.run(missing, {env: {FLAVOR_DEBUG: '1'}})).stderr, /^ +at /m)
  })

  it('colours nothing that is not a terminal, and nothing at all with NO_COLOR or --no-color', async () => {
    const sequence = '\u001b['
    const plain = await box.run(['capabilities', '--nonsense'])
    const forced = await box.run(['capabilities', '--nonsense'], {env: {FORCE_COLOR: '1'}})
    const refused = await box.run(['capabilities', '--nonsense', '--no-color'], {env: {FORCE_COLOR: '1'}})
    assert.deepEqual(
      [plain, forced, refused].map(({stderr}) => stderr.includes(sequence)),
      [false, true, false],
    )
    assert.equal((await box.run(['capabilities', '--no-color'])).code, 0)
  })

  it('works without a home, and with one that holds nothing', async () => {
    const nowhere = process.platform === 'linux' ? '/proc/nowhere' : '/dev/null'
    const gone = {XDG_CACHE_HOME: undefined, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined}
    for (const env of [{...gone, HOME: nowhere}, {HOME: undefined}]) {
      const {code, stderr, stdout} = await box.run(['capabilities'], {env})
      assert.deepEqual([code, stderr], [0, ''])
      assert.match(stdout, /^compressors/m)
    }
  })

  it('whose output nobody reads to the end is done, not failed', async () => {
    const child = spawn(process.execPath, [join(repository, 'bin/flavor.js'), 'capabilities', '--json'], {
      env: box.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let complaint = ''
    child.stderr.on('data', (text) => (complaint += text))
    const [code] = await once(child, 'close')
    assert.deepEqual([code, complaint], [0, ''])
  })
})
