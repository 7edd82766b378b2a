/**
 * examples/hello-python: a command line in Python with numpy, packed with its interpreter and started in a root that holds
 * glibc, /bin/sh and the package alone: no python, no HOME, another user.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {registryEnvironment} from '../support/downloads.ts'
import {execute, type Finished, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

/** Not in the sandbox: what was fetched once need not be fetched again. */
const caches = {
  PIP_CACHE_DIR: process.env.PIP_CACHE_DIR ?? join(homedir(), '.cache/pip'),
  UV_CACHE_DIR: process.env.UV_CACHE_DIR ?? join(homedir(), '.cache/uv'),
}

interface Report {
  readonly digest: string
  readonly launcher: {readonly id: string}
  readonly package: string
}

describe('hello-python', function () {
  this.timeout(300_000)
  let box: Sandbox
  let program: string
  let first: Report

  before(async function () {
    const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'])
    if (process.platform !== 'linux' || python.status !== 0) return this.skip()
    box = await sandbox()
    cpSync(join(repository, 'examples/hello-python'), box.path('project'), {
      filter: (path) => !/\/(?:dist|__pycache__)$/.test(path),
      recursive: true,
    })
    first = await pack()
    program = first.package
  })

  after(() => box?.remove())

  async function pack(project = 'project'): Promise<Report> {
    const env = {...registryEnvironment(), ...caches}
    const {code, stderr, stdout} = await box.run(['pack', '--json', '--key-seed', 'e2e'], {cwd: box.path(project), env})
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }

  it('is packed to the same bytes again, and leaves its folder as it was', async () => {
    const listed = () => readdirSync(box.path('project'), {recursive: true}).sort()
    const before = listed()
    assert.equal((await pack()).digest, first.digest)
    assert.deepEqual(listed(), before)
  })

  it('runs with what it brings, whatever the environment says of Python', async () => {
    const env = {...box.env, PYTHONHOME: '/nowhere', PYTHONPATH: '/nowhere'}
    const fitted = await execute(program, ['fit', '1', '3', '5'], {cwd: box.directory, env})
    assert.deepEqual([fitted.stdout, fitted.code], ['y = 2.000 x + 1.000\n', 0])
    const {stdout} = await execute(program, ['where'], {cwd: box.directory, env})
    assert.ok(stdout.includes(` at ${box.path('cache')}/`), stdout)
    assert.ok(stdout.includes(`package ${program}\n`), stdout)
  })

  it('so does a project of FlavorPack, without a manifest', async () => {
    await writeTree(box.path('theirs'), flavorpackProject)
    const {package: theirs} = await pack('theirs')
    const {code, stdout} = await execute(theirs, ['a b'], {cwd: box.directory, env: {...box.env, SECRET_WORD: 'x'}})
    assert.deepEqual([stdout, code], ["hi None ['a b']\n", 0])
  })

  it('runs in a root that holds glibc and /bin/sh alone, for another user, without a home', async function () {
    if (first.launcher.id === 'node' || !canEnter()) return this.skip()
    const root = bareRoot(box.path('root'), program)
    const {code, stderr, stdout} = await inRoot(root, ['/hello', 'fit', '--', '-1', '1', '3'])
    assert.deepEqual([stdout, code], ['y = 2.000 x - 1.000\n', 0], stderr)
    const warm = await inRoot(root, ['/hello', 'where'])
    assert.match(warm.stdout, /^python 3\.\d+\.\d+\S* at \/\S+\/python\/bin\/python3\npackage \/hello\n$/)
    assert.equal((await inRoot(root, ['/bin/sh', '-c', 'command -v python3'])).code, 127)
  })
})

/** Its backend lies in it, so that nothing is fetched. */
const flavorpackProject = {
  'backend.py': `
import os, zipfile
def build_wheel(directory, settings=None, metadata=None):
    info = 'theirs-3.0.dist-info'
    files = {'theirs.py': open('theirs.py').read(), f'{info}/METADATA': 'Metadata-Version: 2.1\\nName: theirs\\nVersion: 3.0\\n',
        f'{info}/WHEEL': 'Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'}
    files[f'{info}/RECORD'] = ''.join(f'{path},,\\n' for path in [*files, f'{info}/RECORD'])
    with zipfile.ZipFile(os.path.join(directory, 'theirs-3.0-py3-none-any.whl'), 'w') as archive:
        for path, content in files.items(): archive.writestr(path, content)
    return 'theirs-3.0-py3-none-any.whl'
`,
  'pyproject.toml': `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "theirs"
dynamic = ["version"]
[tool.flavor]
entry_point = "theirs:main"
[tool.flavor.execution.runtime.env]
unset = ["SECRET_*"]
set = {GREETING = "hi"}
`,
  'theirs.py': 'import os, sys\ndef main(): print(os.environ.get("GREETING"), os.environ.get("SECRET_WORD"), sys.argv[1:])\n',
  VERSION: '3.0\n',
}

const entering = ['--user', '--map-user=12345', '--map-group=12345', '--mount', '--pid', '--fork']

const canEnter = (): boolean => spawnSync('unshare', [...entering, '--mount-proc', 'true']).status === 0

/** The kernel's own view of processes is there, as on any system; of files nothing but what is in the root. */
function inRoot(root: string, command: readonly string[]): Promise<Finished> {
  return execute('unshare', [...entering, `--root=${root}`, '--wd=/', '--mount-proc=/proc', ...command], {cwd: root, env: {}})
}

/** Files that everybody may read (a sandbox is for its owner alone), a place for temporary files, and nothing else. */
function bareRoot(root: string, program: string): string {
  for (const path of ['bin', 'proc', 'tmp']) mkdirSync(join(root, path), {recursive: true})
  chmodSync(root, 0o755)
  chmodSync(dirname(root), 0o755)
  chmodSync(join(root, 'tmp'), 0o1777)
  const shell = existsSync('/bin/dash') ? '/bin/dash' : '/bin/sh'
  copyFileSync(shell, join(root, 'bin/sh'))
  for (const library of librariesOf(shell)) {
    mkdirSync(join(root, dirname(library)), {recursive: true})
    copyFileSync(library, join(root, library))
  }
  copyFileSync(program, join(root, 'hello'))
  chmodSync(join(root, 'hello'), 0o755)
  return root
}

/** What a shell needs, and the rest of glibc beside it. */
function librariesOf(program: string): readonly string[] {
  const {stdout} = spawnSync('ldd', [program], {encoding: 'utf8'})
  const needed = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
  const beside = dirname(needed.find((path) => /\/libc\.so\.6$/.test(path)) ?? '/lib/libc.so.6')
  const others = ['libdl.so.2', 'libm.so.6', 'libpthread.so.0', 'libresolv.so.2', 'librt.so.1', 'libutil.so.1']
  return [...new Set([...needed, ...others.map((name) => join(beside, name)).filter((path) => existsSync(path))])]
}
