/** `flavor pack` and nothing else, in real projects of each kind: built, installed and run with the tools that people use. */
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, readdirSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {registryEnvironment} from '../support/downloads.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const json = (value: object) => JSON.stringify(value)
const caches = {PIP_CACHE_DIR: process.env.PIP_CACHE_DIR ?? join(homedir(), '.cache/pip')}

describe('a project without a manifest', function () {
  this.timeout(300_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  const run = (project: string, ...args: readonly string[]) =>
    box.run(args, {cwd: box.path(project), env: {...registryEnvironment(), ...caches, HOME: process.env.HOME}})

  /** Gives the package, its digest, and what was said. */
  const pack = async (project: string, ...args: readonly string[]) => {
    const {code, stderr, stdout} = await run(project, 'pack', '--fast', '--json', '--key-seed', 'e2e', ...args)
    assert.equal(code, 0, stderr)
    const {digest, package: file} = JSON.parse(stdout) as {digest: string; package: string}
    return {digest, file, said: stderr}
  }
  /** Without anything on the PATH that the package should bring. */
  const start = async (file: string, ...args: readonly string[]) => {
    const {code, stderr, stdout} = await execute(file, args, {cwd: box.directory, env: {...box.env, PATH: '/usr/bin:/bin'}})
    assert.equal(code, 0, stderr)
    return stdout
  }
  const refused = async (project: string, code: string, says: RegExp) => {
    const before = existsSync(box.path(project)) ? readdirSync(box.path(project)) : []
    const {code: exit, stderr, stdout} = await run(project, 'pack', '--json', '--key-seed', 'e2e')
    assert.equal(exit, 1, stderr)
    const {error} = JSON.parse(stdout)
    assert.equal(error.code, code)
    assert.match([error.message, ...error.hints].join('\n'), says)
    assert.deepEqual(readdirSync(box.path(project)), before)
  }

  it('in Node, with what npm installs: each program of it, its own Node, and the bytes that `flavor init` leads to', async () => {
    await writeTree(box.path('node'), {
      'cli.js':
        'console.log(require("picocolors").createColors(false).red("cli"), process.argv[2], process.execPath.includes("workenvs"))\n',
      'other.js': 'console.log("other")\n',
      'package.json': json({
        bin: {other: './other.js', tool: './cli.js'},
        dependencies: {picocolors: '1.1.1'},
        name: '@acme/tool',
        version: '1.0.0',
      }),
    })
    await refused(
      'node',
      'EFLAVOR_PROJECT',
      /package\.json with bin says: it has dependencies, and there is no package-lock\.json\nnpm install --package-lock-only/,
    )
    const locked = await execute('npm', ['install', '--package-lock-only', '--silent'], {cwd: box.path('node'), env: process.env})
    assert.equal(locked.code, 0, locked.stderr)
    const {digest, file, said} = await pack('node')
    assert.match(said, /there is no manifest, so package\.json with bin says what to pack/)
    assert.match(said, /it runs \{workenv\}\/node\/bin\/node \{workenv\}\/app\/cli\.js\n +command other: .*other\.js\n/)
    assert.match(said, /slot node: node-runtime\n +slot app: node-environment from the project\n.*flavor init/)
    assert.equal(await start(file, 'word'), 'cli word true\n')
    assert.equal(await start(file, '--flavor-command', 'other'), 'other\n')
    assert.equal((await run('node', 'init')).code, 0)
    assert.equal((await pack('node')).digest, digest)
  })

  it('of pages, with a server of their own', async () => {
    await writeTree(box.path('site'), {'a/index.html': 'inner', 'index.html': '<p>hello</p>', 'style.css': 'p {}'})
    const {file, said} = await pack('site')
    assert.match(said, /index\.html says what to pack/)
    const server = spawn(file, {
      cwd: box.directory,
      env: {...box.env, PATH: '/usr/bin:/bin'} as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = await once(server.stdout, 'data')
      const origin = String(line).trim()
      assert.equal(await (await fetch(origin)).text(), '<p>hello</p>')
      assert.equal(await (await fetch(`${origin}a`)).text(), 'inner')
      assert.equal((await fetch(`${origin}flavor.yaml`)).status, 404)
    } finally {
      const closed = once(server, 'close')
      server.kill()
      await closed
    }
  })

  it('in Python, with what pip installs, from a folder inside it', async function () {
    const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'])
    if (process.platform !== 'linux' || python.status !== 0) {
      if (this.test) this.test.title += ' (skipped: no Python 3.10 on Linux)'
      this.skip()
    }
    await writeTree(box.path('python'), {
      'docs/readme.txt': '',
      'pyproject.toml': `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "snake"
version = "0.1"
dependencies = ["six"]
[project.scripts]
snake = "snake:main"
`,
      'snake.py': 'import six, sys\n\ndef main():\n    print("hiss", six.__name__, "workenvs" in sys.prefix)\n',
    })
    const {file, said} = await pack('python/docs')
    assert.match(said, /pyproject\.toml with scripts says what to pack/)
    assert.equal(file, box.path('python/dist/snake'))
    assert.equal(await start(file), 'hiss six True\n')
  })

  it('of two kinds is taken for one, which is said, with why and how to choose', async () => {
    await writeTree(box.path('both'), {
      'index.html': '<p>pages</p>',
      'main.js': 'console.log("node")\n',
      'package.json': json({main: 'main.js', name: 'both', version: '1.0.0'}),
    })
    const {code, stderr} = await run('both', 'pack', '--dry-run')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /so package\.json with main says what to pack, which is looked for first; not index\.html/)
    assert.match(stderr, /flavor init --kind /)
    const chosen = await run('both', 'init', '--kind', 'static')
    assert.equal(chosen.code, 0, chosen.stderr)
    const listed = await run('both', 'pack', '--dry-run')
    assert.match(listed.stdout, /server\/serve\.mjs/)
    assert.doesNotMatch(listed.stderr, /there is no manifest/)
  })

  it('of no known kind, and one that cannot be read, is an error that says what was looked for', async () => {
    mkdirSync(box.path('empty'))
    await refused(
      'empty',
      'EFLAVOR_MANIFEST_NOT_FOUND',
      /looked for\n +package\.json with bin[\s\S]*Cargo\.toml[\s\S]*index\.html[\s\S]*flavor init/,
    )
    await writeTree(box.path('broken'), {'pyproject.toml': '[project\n'})
    await refused('broken', 'EFLAVOR_MANIFEST', /pyproject\.toml:1:\d+ not TOML/)
    await writeTree(box.path('programless'), {'requirements.txt': 'six\n', 'util.py': ''})
    await refused('programless', 'EFLAVOR_PROJECT', /names no program[\s\S]*flavor init/)
  })

  it('says nothing of what it assumed with --quiet', async () => {
    await writeTree(box.path('quiet'), {'main.js': '', 'package.json': json({main: 'main.js', name: 'quiet', version: '1.0.0'})})
    const {code, stderr} = await run('quiet', 'pack', '--dry-run', '--quiet')
    assert.deepEqual([code, stderr], [0, ''])
  })
})
