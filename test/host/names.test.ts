/** One program, two names: each prints itself, and neither prints the other. */
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {chmod, cp, mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {needsOtherUser} from '../support/other-user.ts'
import {execute, repository, type Sandbox, sandbox} from '../support/run.ts'

const ids = Object.keys(JSON.parse(readFileSync(join(repository, 'oclif.manifest.json'), 'utf8')).commands).map((id) =>
  id.replace(':', ' '),
)

/** Help that calls the program by the name that was not typed: before a command, or where a command line begins. */
const stranger = (typed: string): RegExp => {
  const other = typed === 'flavor' ? 'flavour' : 'flavor'
  return new RegExp(`\\$ ${other}\\b|\\b${other} (${[...ids, 'autocomplete', 'help', 'plugins'].join('|')})\\b`)
}

describe('the two names', () => {
  let box: Sandbox
  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  for (const name of ['flavor', 'flavour'] as const) {
    const own = ids.map((id) => ['help', ...id.split(' ')])
    for (const args of [[], ['-h'], ['--help'], ['pack', '--help'], ['help', 'plugins', 'install'], ['autocomplete', '-h'], ...own]) {
      it(`${name} ${args.join(' ')}: prints ${name}`, async () => {
        const {code, stdout} = await box.run(args, {name})
        assert.equal(code, 0)
        assert.match(stdout, new RegExp(`\\$ ${name} `))
        assert.doesNotMatch(stdout, stranger(name))
      })
    }

    it(`${name}: an error and its hint start with the name`, async () => {
      const {code, stderr} = await box.run(['capabilities', '--nonsense'], {name})
      assert.equal(code, 2)
      assert.equal(stderr, `${name}: nonexistent flag: --nonsense\n  ${name} capabilities --help\n`)
    })

    it(`${name}: completes itself in a shell`, async () => {
      const {code, stdout} = await box.run(['autocomplete', 'script', 'bash'], {name})
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`${name.toUpperCase()}_AC_BASH_SETUP_PATH`))
    })

    it(`${name}: the short way to the version prints what the long way prints`, async () => {
      const long = `await (await import(${JSON.stringify(join(repository, 'bundle/main.js'))})).main('${name}', ['--version'])`
      const {stdout} = await execute(process.execPath, ['--input-type=module', '-e', long], {env: box.env})
      for (const flag of ['--version', '-V'])
        assert.deepEqual(await box.run([flag], {name}), {code: 0, signal: undefined, stderr: '', stdout})
      assert.match(stdout, /^@flavor\/cli\/\d+\.\d+\.\d+ /)
    })
  }

  it('share one data directory', async () => {
    await box.link({
      files: {'offer.js': 'export default async () => []'},
      hooks: {'flavor:purposes:v1': './offer.js'},
      name: '@guest/shared',
    })
    for (const name of ['flavor', 'flavour'] as const) assert.match((await box.run(['plugins'], {name})).stdout, /@guest\/shared/)
  })
})

describe('a user without a name', () => {
  it('is served', async function () {
    needsOtherUser(this)
    const box = await sandbox()
    try {
      for (const directory of [box.directory, box.path('home')]) await chmod(directory, 0o777)
      const words = ['--reuid', '54321', '--regid', '54321', '--clear-groups', process.execPath, join(repository, 'bin/flavor.js'), 'list']
      const {code, stderr} = await execute('setpriv', words, {cwd: box.directory, env: {...box.env, SHELL: undefined}})
      assert.equal(code, 1)
      assert.match(stderr, /^flavor: find the project: there is no app\.flavour in /)
    } finally {
      await box.remove()
    }
  })
})

describe('an older Node', () => {
  let box: Sandbox
  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  /** Makes Node say that it is an older one; what it starts is not affected. */
  const pretend = [
    '--import',
    `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})`,
  ]

  it('is replaced by the one that npm installed beside flavor', async () => {
    const {code, stderr, stdout} = await box.run(['capabilities', '--json'], {node: pretend})
    assert.equal(code, 0, stderr)
    assert.ok(JSON.parse(stdout).capabilities.length > 0)
  })

  it('hands back the exit code', async () => {
    assert.equal((await box.run(['capabilities', '--nonsense'], {node: pretend})).code, 2)
    assert.equal((await box.run(['nonsense'], {node: pretend})).code, 127)
  })

  it('passes signals on, and ends by the signal that ended the other', async () => {
    await box.link({
      files: {'offer.js': `process.stderr.write('asked\\n')\nawait new Promise(() => {})\nexport default async () => []`},
      hooks: {'flavor:purposes:v1': './offer.js'},
      name: '@guest/keeps-us-waiting',
    })
    const child = spawn(process.execPath, [...pretend, join(repository, 'bin/flavor.js'), 'capabilities'], {
      env: box.env as NodeJS.ProcessEnv,
    })
    await once(child.stderr, 'data')
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'exit')
    assert.deepEqual([code, signal], [null, 'SIGTERM'])
  })

  it('is told in one line what is needed when there is no other', async () => {
    await mkdir(box.path('bare'), {recursive: true})
    for (const part of ['bin', 'package.json']) await cp(join(repository, part), box.path('bare', part), {recursive: true})
    const {code, stderr, stdout} = await execute(process.execPath, [...pretend, box.path('bare', 'bin', 'flavour.js'), 'pack'], {
      env: box.env,
    })
    assert.deepEqual({code, stderr, stdout}, {code: 1, stderr: 'flavour: needs Node 22.20 or newer; this is 20.20.2\n', stdout: ''})
  })

  it('can still print the version', async () => {
    assert.equal((await box.run(['--version'], {node: pretend})).code, 0)
  })

  it('finds nothing in the programs that it cannot parse', async () => {
    for (const file of ['flavor.js', 'flavour.js', 'start.js']) {
      const text = await readFile(join(repository, 'bin', file), 'utf8')
      assert.doesNotMatch(text, /\?\?=|\?\.|^await |import .* with /m, file)
    }
  })
})
