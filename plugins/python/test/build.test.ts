/**
 * Environments built for real, from wheels made here, so that no index is asked: by uv where it is on PATH, else by pip. All
 * share one build cache, so that the interpreter is made once, and once more to see that it comes out the same.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {SlotDeclaration, SlotFailure} from '@flavor/contract'
import {contextIn} from '@flavor/contract/testkit'
import {after, afterEach, before, describe, it} from 'mocha'
import python from '../dist/python-environment.js'

const wheels = `
import sys, zipfile
def wheel(where, name, files, tag='py3-none-any', requires=(), commands=''):
    info = f'{name}-1.0.dist-info'
    meta = f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n' + ''.join(f'Requires-Dist: {need}\\n' for need in requires)
    pure = 'true' if tag.endswith('any') else 'false'
    about = {'METADATA': meta, 'WHEEL': f'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: {pure}\\nTag: {tag}\\n'}
    if commands: about['entry_points.txt'] = f'[console_scripts]\\n{commands}\\n'
    all = {**files, **{f'{info}/{key}': value for key, value in about.items()}}
    all[f'{info}/RECORD'] = ''.join(f'{path},,\\n' for path in [*all, f'{info}/RECORD'])
    with zipfile.ZipFile(f'{where}/{name}-1.0-{tag}.whl', 'w') as archive:
        for path, content in all.items(): archive.writestr(zipfile.ZipInfo(path), content)
main = 'import sys, tinier\\ndef main(): print(tinier.word, sys.prefix, *sys.argv[1:])\\n'
wheel('good', 'tiny', {'tiny/__init__.py': main}, requires=['tinier'], commands='tiny = tiny:main')
wheel('good', 'tinier', {'tinier.py': 'word = "small"\\n'})
wheel('lonely', 'lonely', {'lonely.py': ''}, requires=['nowhere-to-be-found'])
wheel('alien', 'alien', {'alien.py': ''}, tag='cp39-cp39-win_amd64')
other = {62: 183}.get(int.from_bytes(open(sys.executable, 'rb').read(20)[18:], 'little'), 62)
elf = b'\\x7fELF\\x02\\x01\\x01' + bytes(9) + b'\\x03\\x00' + bytes([other, 0, 1, 0, 0, 0]) + bytes(40)
wheel('machine', 'machine', {'machine/code.so': elf})
`

/** A project whose backend lies in it: the version is known to nobody else. */
const project: Readonly<Record<string, string>> = {
  'backend.py': `
import os, zipfile
def build_wheel(directory, settings=None, metadata=None):
    open('made-by-the-build', 'w').close()
    name = 'own-7.5-py3-none-any.whl'
    files = {'own.py': 'def main(): print("own", __import__("importlib.metadata").metadata.version("own"))\\n',
        'own-7.5.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: own\\nVersion: 7.5\\nRequires-Dist: tinier\\n',
        'own-7.5.dist-info/WHEEL': 'Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
        'own-7.5.dist-info/entry_points.txt': '[console_scripts]\\nown = own:main\\n'}
    files['own-7.5.dist-info/RECORD'] = ''.join(f'{path},,\\n' for path in [*files, 'own-7.5.dist-info/RECORD'])
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as archive:
        for path, content in files.items(): archive.writestr(path, content)
    return name
`,
  'pyproject.toml':
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "own"\ndynamic = ["version", "dependencies", "scripts"]\n',
}

describe('an environment that is built', function () {
  this.timeout(240_000)
  const system = `${process.platform}-${process.arch}`
  const variable = process.env.PATH
  let place: string
  let built: string
  let builds = 0
  const notes: string[] = []

  before(async function () {
    const found = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'])
    if (process.platform !== 'linux' || found.status !== 0) return this.skip()
    place = mkdtempSync(join(tmpdir(), 'flavor-python-build-'))
    for (const name of ['good', 'lonely', 'alien', 'machine', 'empty', 'own']) mkdirSync(join(place, name))
    const made = spawnSync('python3', ['-'], {cwd: place, input: wheels})
    assert.equal(made.status, 0, String(made.stderr))
    for (const [name, text] of Object.entries(project)) writeFileSync(join(place, 'own', name), text)
    built = await prepare({wheels: 'good'})
  })

  afterEach(() => {
    process.env.PATH = variable
  })

  after(() => {
    if (place) rmSync(place, {force: true, recursive: true})
  })

  const slotOf = (options: SlotDeclaration['options'], changes: Partial<SlotDeclaration> = {}): SlotDeclaration => ({
    id: 'python',
    options,
    package: {description: '', name: 'sample', version: '1.0.0'},
    platform: system,
    project: place,
    source: undefined,
    target: 'python',
    ...changes,
  })

  async function entry(cache: string, key: string, build: (directory: string) => Promise<void>): Promise<string> {
    const directory = join(place, cache, createHash('sha256').update(key).digest('hex'))
    if (existsSync(directory)) return directory
    builds += 1
    const draft = `${directory}.draft`
    mkdirSync(draft, {recursive: true})
    await build(draft).catch((error) => {
      rmSync(draft, {recursive: true})
      throw error
    })
    renameSync(draft, directory)
    return directory
  }

  async function prepare(
    options: SlotDeclaration['options'],
    {cache = 'cache', ...changes}: Partial<SlotDeclaration> & {cache?: string} = {},
  ) {
    const slot = slotOf(options, changes)
    assert.deepEqual(await python.check(slot), [])
    const scratch = mkdtempSync(join(place, 'scratch-'))
    const {files} = contextIn(scratch)
    const context = {
      cache: {entry: (key: string, build: (directory: string) => Promise<void>) => entry(cache, key, build)},
      files,
      note: (message: string) => void notes.push(message),
    }
    const content = await python.prepare(slot, scratch, context).finally(() => rmSync(scratch, {recursive: true}))
    assert.equal(content.kind, 'directory')
    return content.kind === 'directory' ? content.path : ''
  }

  async function failure(options: SlotDeclaration['options']): Promise<string> {
    const error = await prepare(options).then(
      () => assert.fail('it was built'),
      (thrown: SlotFailure) => thrown,
    )
    assert.ok(error.problem, error.stack)
    assert.ok((error.output ?? []).length <= 10)
    return [error.problem.message, error.problem.hint, ...(error.output ?? [])].join('\n')
  }

  function run(program: string, ...args: readonly string[]): string {
    const {status, stderr, stdout} = spawnSync(program, args, {encoding: 'utf8', env: {}})
    assert.equal(status, 0, stderr)
    return stdout.trim()
  }

  describe('runs', () => {
    it('from any place, its commands too, also through a link and with spaces in the path', () => {
      const moved = join(place, 'moved here')
      cpSync(built, moved, {recursive: true, verbatimSymlinks: true})
      assert.equal(run(join(moved, 'bin/tiny'), 'a b'), `small ${moved} a b`)
      symlinkSync(join(moved, 'bin/tiny'), join(place, 'link'))
      const {stdout} = spawnSync(join(place, 'link'), {encoding: 'utf8', env: {PATH: '/usr/bin:/bin'}})
      assert.equal(stdout.trim(), `small ${moved}`)
      assert.equal(run(join(moved, 'bin/python3'), '-c', 'import json, zlib, sys; print(sys.prefix == sys.base_prefix)'), 'True')
    })

    it('with shared libraries of its own, and of the system only those of glibc', function () {
      if (spawnSync('ldd', ['--version']).status !== 0) return this.skip()
      const binaries = files(built).filter((path) => readFileSync(join(built, path)).subarray(0, 4).toString('latin1') === '\x7fELF')
      assert.ok(binaries.length > 5)
      const {stdout} = spawnSync('ldd', binaries, {cwd: built, encoding: 'utf8', env: {PATH: variable}})
      assert.doesNotMatch(stdout, /not found/)
      const outside = [...stdout.matchAll(/^\s+(\S+) => (\/\S+)/gm)].filter(([, , path = '']) => !path.startsWith(`${built}/`))
      const names = new Set(outside.map(([, name = '']) => name.replace(/\.so.*$/, '')))
      for (const name of names) assert.match(name, /^lib(c|m|dl|pthread|rt|util|resolv)$|^ld-linux/)
    })
  })

  describe('holds', () => {
    it('no place, no time, and nothing of no use in it', () => {
      const prefix = run('/bin/sh', '-c', `PATH='${variable}' python3 -c 'import sys; print(sys.base_prefix)'`)
      const telltales = [place, built, ...(prefix === '/usr' ? [] : [prefix])]
      for (const path of files(built)) {
        assert.doesNotMatch(path, /(^|\/)(tests?|idlelib|tkinter|turtledemo|_bundled|include|direct_url\.json|pyvenv\.cfg|[^/]*\.a)(\/|$)/)
        const bytes = readFileSync(join(built, path))
        if (path.endsWith('.pyc')) assert.equal(bytes.readUInt32LE(4), 1, `${path} looks at its source`)
        if (bytes.subarray(0, 4).toString('latin1') === '\x7fELF') continue
        for (const telltale of telltales) assert.ok(!bytes.includes(telltale), `${path} names ${telltale}`)
      }
    })

    it('records with the hashes of what is there', () => {
      const [record = ''] = files(built).filter((path) => path.endsWith('tiny-1.0.dist-info/RECORD'))
      const lines = readFileSync(join(built, record), 'utf8').trim().split('\n')
      assert.deepEqual(lines, [...lines].sort())
      const command = lines.find((line) => line.includes('bin/tiny,')) ?? ''
      const [path = '', hash = ''] = command.split(',')
      const bytes = readFileSync(join(built, dirname(dirname(record)), path))
      assert.equal(hash, `sha256=${createHash('sha256').update(bytes).digest('base64url')}`)
    })

    it('the same bytes whoever builds it, wherever', async () => {
      const again = await prepare({wheels: 'good'}, {cache: 'a cache elsewhere'})
      assert.notEqual(again, built)
      assert.deepEqual(digests(again), digests(built))
    })

    it('what the cache has, where nothing has changed', async () => {
      const before = builds
      assert.equal(await prepare({wheels: 'good'}), built)
      assert.equal(builds, before)
    })
  })

  describe('is made from', () => {
    it('requirements, one file naming the next', async () => {
      writeFileSync(join(place, 'requirements.txt'), '-r more.txt\n')
      writeFileSync(join(place, 'more.txt'), 'tiny==1.0\n')
      assert.match(run(join(await prepare({requirements: 'requirements.txt', wheels: 'good'}), 'bin/tiny')), /^small/)
    })

    it('a project, whose backend alone knows the version, and whose folder stays as it was', async () => {
      const directory = await prepare({project: 'own', wheels: 'good'})
      assert.equal(run(join(directory, 'bin/own')), 'own 7.5')
      assert.deepEqual(readdirSync(join(place, 'own')).sort(), Object.keys(project).sort())
    })

    it('the project that lies in its source', async () => {
      assert.equal(run(join(await prepare({wheels: 'good', packages: ['./own']}), 'bin/own')), 'own 7.5')
      const slot = slotOf({}, {source: join(place, 'own')})
      assert.deepEqual(await python.check(slot), [])
    })

    it('a lock with hashes', async () => {
      const hash = (name: string) =>
        createHash('sha256')
          .update(readFileSync(join(place, 'good', `${name}-1.0-py3-none-any.whl`)))
          .digest('hex')
      const lines = ['tiny', 'tinier'].map((name) => `${name}==1.0 --hash=sha256:${hash(name)}`)
      writeFileSync(join(place, 'lock.txt'), `${lines.join('\n')}\n`)
      assert.match(run(join(await prepare({lock: 'lock.txt', wheels: 'good'}), 'bin/tiny')), /^small/)
    })

    it('a project with a uv.lock, by uv, and by pip with a word that it is not followed', async function () {
      const locked = join(place, 'locked')
      cpSync(join(place, 'own'), locked, {recursive: true})
      const known = '[project]\nname = "own"\nversion = "7.5"\nrequires-python = ">=3.9"\ndependencies = ["tinier"]\n'
      writeFileSync(join(locked, 'pyproject.toml'), project['pyproject.toml']?.replace(/\[project\].*/s, known) ?? '')
      writeFileSync(join(locked, 'uv.toml'), 'no-index = true\nfind-links = ["../good"]\n')
      const found = uvDirectory()
      if (found === undefined) return this.skip()
      process.env.PATH = `${found}:${variable}`
      const {status, stderr} = spawnSync('uv', ['lock', '--project', locked], {encoding: 'utf8'})
      assert.equal(status, 0, stderr)
      const directory = await prepare({lock: 'locked/uv.lock', wheels: 'good'})
      assert.equal(run(join(directory, 'bin/own')), 'own 7.5')
      assert.ok(files(directory).some((path) => path.endsWith('/tinier.py')))
      process.env.PATH = variable
      if (spawnSync('uv', ['--version']).status === 0) return
      const settings = {PIP_FIND_LINKS: join(place, 'good'), PIP_NO_INDEX: '1'}
      const before = {PIP_FIND_LINKS: process.env.PIP_FIND_LINKS, PIP_NO_INDEX: process.env.PIP_NO_INDEX}
      Object.assign(process.env, settings)
      const byPip = await prepare({project: 'locked'}).finally(() => restore(before))
      assert.equal(run(join(byPip, 'bin/own')), 'own 7.5')
      assert.match(notes.at(-1) ?? '', /locked\/uv\.lock is not followed, because there is no uv on PATH: pip chooses the versions$/)
    })

    it('a Python that uv downloads', async function () {
      const found = uvDirectory()
      if (found === undefined) return this.skip()
      process.env.PATH = `${found}:${variable}`
      const number = run(join(built, 'bin/python3'), '-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
      const archive = join(place, 'python.tar.gz')
      assert.equal(spawnSync('tar', ['-I', 'gzip -1', '--transform', 's:^[.]:python:', '-cf', archive, '-C', built, '.']).status, 0)
      const [major, minor, patch] = number.split('.').map(Number)
      const family = {arm64: 'aarch64', x64: 'x86_64'}[process.arch as string]
      const one = {
        arch: {family, variant: null},
        build: '1',
        libc: 'gnu',
        major,
        minor,
        name: 'cpython',
        os: 'linux',
        patch,
        prerelease: '',
      }
      const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex')
      const list = {[`cpython-${number}-linux-${family}-gnu`]: {...one, sha256, url: `file://${archive}`, variant: null}}
      process.env.UV_PYTHON_DOWNLOADS_JSON_URL = join(place, 'downloads.json')
      writeFileSync(process.env.UV_PYTHON_DOWNLOADS_JSON_URL, JSON.stringify(list))
      const directory = await prepare({python: `uv:${major}.${minor}`}, {project: join(place, 'empty')}).finally(() => {
        delete process.env.UV_PYTHON_DOWNLOADS_JSON_URL
      })
      assert.equal(run(join(directory, 'bin/python3'), '-c', 'import sys; print(sys.prefix)'), directory)
      for (const path of files(directory)) {
        if (path.endsWith('.py')) assert.ok(!readFileSync(join(directory, path)).includes(place), `${path} names ${place}`)
      }
    })

    it("Debian's packages", async function () {
      const {stdout} = spawnSync('apt-cache', ['depends', 'python3-minimal'], {encoding: 'utf8'})
      const [, series] = /Depends: python(3\.\d+)-minimal/.exec(stdout ?? '') ?? []
      if (series === undefined || spawnSync('apt-get', ['download', '--print-uris', `python${series}`]).status !== 0) return this.skip()
      const directory = await prepare({python: `debian:${series}`}, {project: join(place, 'empty')})
      assert.equal(readlinkSync(join(directory, 'bin/python3')), `python${series}`)
      assert.equal(run(join(directory, 'bin/python3'), '-c', 'import ssl, sqlite3, ctypes, sys; print(sys.prefix)'), directory)
    })
  })

  describe('is refused', () => {
    it('where it says nothing that can be had', async () => {
      const problems = async (options: SlotDeclaration['options'], changes: Partial<SlotDeclaration> = {}) =>
        (await python.check(slotOf(options, changes))).map(({hint, message}) => `${message}\n${hint}`).join('\n')
      assert.match(await problems({wheels: 'empty'}), /there is no wheel in .*\n.*pip download -d /)
      assert.match(await problems({wheels: 'missing'}), /there is no directory /)
      assert.match(await problems({requirements: 'missing.txt'}), /there is no file /)
      assert.match(await problems({project: 'good'}), /holds neither pyproject\.toml nor setup\.py/)
      assert.match(
        await problems({requirements: 7}),
        /`requirements` must be a text or a list of texts\nfor example requirements: requirements\.txt/,
      )
      assert.match(await problems({requirement: 'x'}), /`requirement` means nothing here/)
      writeFileSync(join(place, 'editable.txt'), 'tiny\n-e ./own\n')
      assert.match(
        await problems({requirements: 'editable.txt'}),
        /editable\.txt:2 asks for an editable installation.*\nwrite \.\/own alone/,
      )
    })

    it('for another system than this', async () => {
      const platform = process.arch === 'arm64' ? 'linux-x64' : 'linux-arm64'
      const [problem] = await python.check(slotOf({wheels: 'good'}, {platform}))
      assert.match(problem?.message ?? '', new RegExp(`it cannot be built for ${platform} on ${system}`))
      assert.match(problem?.hint ?? '', new RegExp(`pack on ${platform}, .* platforms: \\[${system}\\]`))
    })

    it('without python3, and with a prefix that holds none', async () => {
      assert.match(await failure({python: 'good', wheels: 'good'}), /`python` names .*good: it has no bin\/python3\n/)
      assert.match(await failure({python: 'missing', wheels: 'good'}), /`python` names .*missing: there is no such directory\n/)
      process.env.PATH = join(place, 'empty')
      const said = await failure({wheels: 'good'}).finally(() => {
        process.env.PATH = variable
      })
      assert.match(said, /^there is no python3 on PATH\ninstall Python 3/)
    })

    it('with a wheel for another platform, by its name or by what is in it', async () => {
      assert.match(
        await failure({wheels: 'alien'}),
        /^(?:pip|uv) cannot install alien-1\.0-cp39-cp39-win_amd64\.whl.*\ntake wheels for this system: /,
      )
      assert.match(
        await failure({wheels: 'machine'}),
        /machine\/code\.so is a program for another machine than this .* one\ntake a wheel for this system/,
      )
    })

    it('with a library that is neither in it nor here, unless the target is said to have it', async function () {
      if (spawnSync('cc', ['--version']).status !== 0) return this.skip()
      const needy = join(place, 'needy')
      mkdirSync(needy)
      for (const [name, more] of [
        ['libabsent.so', []],
        ['needy.so', ['-Wl,--no-as-needed', '-L.', '-labsent']],
      ] as const) {
        const made = spawnSync('cc', ['-shared', '-nostdlib', '-x', 'c', '/dev/null', '-x', 'none', '-o', name, ...more], {cwd: needy})
        assert.equal(made.status, 0, String(made.stderr))
      }
      const script = "wheel('needy', 'needy', {'needy/code.so': open('needy/needy.so', 'rb').read()})"
      const [definition = ''] = wheels.split('\nmain = ')
      assert.equal(spawnSync('python3', ['-'], {cwd: place, input: `${definition}\n${script}\n`}).status, 0)
      assert.match(
        await failure({wheels: 'needy'}),
        /needy\/code\.so needs libabsent\.so, which is neither .*\n.*system-libraries: \[libabsent\.so\]/,
      )
      assert.ok(await prepare({'system-libraries': ['libabs*'], wheels: 'needy'}))
    })

    it('with a dependency that is nowhere', async () => {
      const said = await failure({wheels: 'lonely'})
      assert.match(said, /^(?:pip|uv) cannot install lonely-1\.0-py3-none-any\.whl: .*\npython3 -m pip download -d /)
      assert.match(said, /nowhere-to-be-found/)
    })

    it('with a pyproject.toml that is broken', async () => {
      const broken = join(place, 'broken')
      mkdirSync(broken)
      writeFileSync(join(broken, 'pyproject.toml'), '[project]\nname = broken\n')
      assert.match(
        await failure({project: 'broken', wheels: 'good'}),
        new RegExp(`cannot install broken.*\ncorrect ${broken}/pyproject\\.toml\n`),
      )
    })

    it('with a lock that its packages do not have the hashes of, or that has none', async () => {
      writeFileSync(join(place, 'wrong.txt'), `tinier==1.0 --hash=sha256:${'0'.repeat(64)}\n`)
      assert.match(
        await failure({lock: 'wrong.txt', wheels: 'good'}),
        /cannot install wrong\.txt.*\nif the change is wanted, write the lock anew/,
      )
      writeFileSync(join(place, 'bare.txt'), 'tinier==1.0\n')
      assert.match(await failure({lock: 'bare.txt', wheels: 'good'}), /cannot install bare\.txt.*\ngive each line its hash: /)
    })

    it('with a uv.lock, where there is no uv to read it', async function () {
      if (spawnSync('uv', ['--version']).status === 0) return this.skip()
      writeFileSync(join(place, 'own', 'uv.lock'), 'version = 1\n')
      const said = await failure({lock: 'own/uv.lock', wheels: 'good'}).finally(() => rmSync(join(place, 'own', 'uv.lock')))
      assert.match(said, /uv\.lock is read by uv, and there is none on PATH\npython3 -m pip install uv$/)
    })

    it('leaving nothing behind', () => {
      assert.deepEqual(
        readdirSync(place).filter((name) => name.startsWith('scratch-')),
        [],
      )
      for (const name of readdirSync(join(place, 'cache'))) assert.ok(readdirSync(join(place, 'cache', name)).length > 0, name)
    })
  })

  /** Where a uv lies: on PATH, or fetched from PyPI; undefined where neither can be had. */
  function uvDirectory(): string | undefined {
    const here = spawnSync('sh', ['-c', 'command -v uv'], {encoding: 'utf8'})
    if (here.status === 0) return dirname(here.stdout.trim())
    const target = join(place, 'uv')
    if (existsSync(join(target, 'bin', 'uv'))) return join(target, 'bin')
    const fetched = spawnSync('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--target',
      target,
      'uv==0.13.9',
    ])
    return fetched.status === 0 ? join(target, 'bin') : undefined
  }

  function restore(variables: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }

  const files = (root: string): readonly string[] =>
    readdirSync(root, {recursive: true, withFileTypes: true})
      .filter((found) => found.isFile())
      .map((found) => join(found.parentPath, found.name).slice(root.length + 1))
      .sort()

  const digests = (root: string): readonly string[] =>
    files(root).map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`,
    )
})
