/** Bad input is normal: one clear error that says what and what to type next, the right exit code, nothing left behind. */
import assert from 'node:assert/strict'
import {execFileSync, spawn} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {setTimeout as wait} from 'node:timers/promises'
import {after, afterEach, before, describe, it} from 'mocha'
import {buildPackage} from '../../conformance/runner/package.ts'
import {application, manifest, packedApplication} from '../support/project.ts'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const root = process.getuid?.() === 0
const key = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA0WlbRw0mE7\n-----END PRIVATE KEY-----\n'

interface Case {
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** Path to target. */
  readonly links?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly code: number
  readonly error: string
  readonly says: RegExp
}

/** As much of one as says what it is. */
function windowsProgram(): Uint8Array {
  const head = Buffer.alloc(256)
  head.write('MZ')
  head.writeUInt32LE(128, 0x3c)
  head.write('PE', 128)
  head.writeUInt16LE(0xaa64, 132)
  return head
}

const cases: Readonly<Record<string, Case>> = {
  'a chain that does not begin with tar for a directory': {
    code: 1,
    error: 'EFLAVOR_MANIFEST',
    files: {...application, 'flavor.yaml': `${manifest}    operations: [zstd]\n`},
    says: /flavor\.yaml:9:17.*must begin with tar/,
  },
  'a file among the sources that holds a private key': {
    code: 1,
    error: 'EFLAVOR_PRIVATE_KEY',
    files: {...application, 'app/release.txt': key},
    says: /release\.txt.*\n.*exclude/,
  },
  'a level that the compressor does not have': {
    code: 2,
    error: 'EFLAVOR_CHAIN',
    files: {...application, 'flavor.yaml': `${manifest}    compression: zstd\n    level: 99\n`},
    says: /level/,
  },
  'a manifest that is not YAML': {
    code: 1,
    error: 'EFLAVOR_MANIFEST',
    files: {'flavor.yaml': 'name: [unclosed\n'},
    says: /flavor\.yaml:\d+:\d+/,
  },
  'a manifest with several mistakes': {
    code: 1,
    error: 'EFLAVOR_MANIFEST',
    files: {'flavor.yaml': 'name: x\nversion: 1\ncomand: node x\nslots:\n  - id: BAD\n    purpose: application-code\n    source: gone\n'},
    says: /flavor\.yaml:3:1[\s\S]*flavor\.yaml:5:9/,
  },
  'a source that does not exist': {code: 1, error: 'EFLAVOR_MANIFEST', files: {'flavor.yaml': manifest}, says: /flavor\.yaml:8:13.*/},
  'a target that no launcher image serves': {
    args: ['--target', 'win32-x64'],
    code: 2,
    error: 'EFLAVOR_TARGET',
    files: application,
    says: /win32-x64/,
  },
  'a target that nobody knows': {args: ['--target', 'beos-x64'], code: 2, error: 'EFLAVOR_TARGET', files: application, says: /linux-x64/},
  'an unknown compressor that a plugin offers': {
    code: 1,
    env: {FLAVOR_DISABLE_PLUGINS: 'xz'},
    error: 'EFLAVOR_CAPABILITY_MISSING',
    files: {...application, 'flavor.yaml': `${manifest}    compression: xz\n`},
    says: /flavor plugins install xz/,
  },
  'an unknown compressor': {
    code: 1,
    error: 'EFLAVOR_CAPABILITY_MISSING',
    files: {...application, 'flavor.yaml': `${manifest}    compression: squeeze\n`},
    says: /available: .*gzip, .*zstd/,
  },
  'a launcher that is not installed': {
    args: ['--launcher', 'rust'],
    code: 1,
    env: {FLAVOR_DISABLE_PLUGINS: 'launcher-rust'},
    error: 'EFLAVOR_CAPABILITY_MISSING',
    files: application,
    says: /flavor plugins install launcher-rust/,
  },
  'an unknown purpose': {
    code: 1,
    env: {FLAVOR_DISABLE_PLUGINS: 'node'},
    error: 'EFLAVOR_CAPABILITY_MISSING',
    files: {...application, 'flavor.yaml': manifest.replace('application-code', 'node-environment')},
    says: /flavor plugins install node/,
  },
  'links that go in circles': {
    code: 1,
    error: 'EFLAVOR_CONFINED',
    files: application,
    links: {'app/one': 'two', 'app/two': 'deep/../one'},
    says: /app\/one: the symbolic link to two leads in circles\n.*exclude: \["one"\]/,
  },
  'a program of another system': {
    args: ['--target', 'linux-x64'],
    code: 1,
    error: 'EFLAVOR_SLOT',
    files: {
      ...application,
      'flavor.yaml': `${manifest}  - {id: tool, purpose: native-binary, source: tool.exe}\n`,
      'tool.exe': windowsProgram(),
    },
    says: /slot tool: its source .*\/tool\.exe is a program for win32-arm64, and the package is for linux-x64\n.*platforms: \[win32-arm64\]/,
  },
  'a platform that nobody knows': {
    code: 1,
    error: 'EFLAVOR_MANIFEST',
    files: {...application, 'flavor.yaml': `${manifest}    platforms: [linux, macos]\n`},
    says: /flavor\.yaml:9:24 .*"macos" is no platform\n.*did you mean darwin\?/,
  },
  'a glob that finds nothing': {
    code: 1,
    error: 'EFLAVOR_MANIFEST',
    files: {...application, 'flavor.yaml': manifest.replace('source: app', 'source: [app/*.mjs]')},
    says: /flavor\.yaml:8:14 .*"app\/\*\.mjs" finds nothing/,
  },
  'an archive that is none': {
    code: 1,
    error: 'EFLAVOR_ARCHIVE',
    files: {...application, 'flavor.yaml': manifest.replace('source: app', 'source: app/index.js\n    unpack: true')},
    says: /unpack app\/index\.js: it is neither a tar nor a zip archive/,
  },
  'two slots that write one path': {
    code: 1,
    error: 'EFLAVOR_SLOT',
    files: {
      ...application,
      'flavor.yaml': `${manifest}    target: .\n  - {id: two, purpose: data-files, source: other, target: .}\n`,
      'other/index.js': '',
    },
    says: /slot two: it writes index\.js, and so does slot app/,
  },
  'names that some systems cannot tell apart': {
    code: 1,
    error: 'EFLAVOR_CASE_COLLISION',
    files: {...application, 'app/Index.js': ''},
    says: /app\/index\.js: its name differs from .*app\/Index\.js only in case/,
  },
  'no manifest at all': {code: 1, error: 'EFLAVOR_MANIFEST_NOT_FOUND', files: {'readme.txt': ''}, says: /flavor init/},
  'two ways of signing at once': {
    args: ['--private-key', 'a', '--signer', 'b'],
    code: 2,
    error: 'EFLAVOR_USAGE',
    files: application,
    says: /--signer/,
  },
}

describe('packing refuses', function () {
  this.timeout(60_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })

  afterEach(() => execFileSync('rm', ['-rf', box.path('project')]))
  after(() => box.remove())

  for (const [what, {args = [], code, env = {}, error, files, links = {}, says}] of Object.entries(cases)) {
    it(what, async () => {
      await writeTree(box.path('project'), files)
      for (const [path, target] of Object.entries(links)) symlinkSync(target, box.path('project', path))
      const before = readdirSync(box.path('project'), {recursive: true})
      const text = await box.run(['pack', ...args], {cwd: box.path('project'), env})
      assert.equal(text.code, code, text.stderr)
      assert.match(text.stderr, says)
      assert.doesNotMatch(text.stderr, /^\s+at /m, 'a stack trace')
      assert.equal(text.stdout, '')
      const json = await box.run(['pack', '--json', ...args], {cwd: box.path('project'), env})
      assert.equal(json.code, code)
      assert.equal(JSON.parse(json.stdout).error.code, error)
      assert.deepEqual(readdirSync(box.path('project'), {recursive: true}), before, 'something was left behind')
    })
  }

  it('what a URL gives where it is not what was meant, or gives nothing', async () => {
    const server = createServer(({url = ''}, response) => response.writeHead(url === '/tool' ? 200 : 404).end('a tool\n')).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => server.once('listening', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const cases: readonly (readonly [url: string, error: string, says: RegExp])[] = [
      [`${origin}/tool`, 'EFLAVOR_DOWNLOAD_HASH', /tool: it has another SHA-256 than the manifest says\n.*sha256: [0-9a-f]{64}$/m],
      [`${origin}/gone`, 'EFLAVOR_DOWNLOAD', /gone: the server answers 404\n.*source: FILE/],
      ['https://nowhere.invalid/tool', 'EFLAVOR_DOWNLOAD', /nowhere\.invalid\/tool: \S/],
    ]
    try {
      for (const [url, error, says] of cases) {
        const slot = `  - {id: tool, purpose: data-files, source: "${url}", sha256: "${'0'.repeat(64)}"}\n`
        await writeTree(box.path('project'), {...application, 'flavor.yaml': manifest + slot})
        const text = await box.run(['pack'], {cwd: box.path('project')})
        assert.equal(text.code, 1)
        assert.match(text.stderr, says)
        const json = await box.run(['pack', '--json'], {cwd: box.path('project')})
        assert.equal(JSON.parse(json.stdout).error.code, error)
        assert.deepEqual(readdirSync(box.path('project')).sort(), ['app', 'flavor.yaml'])
        assert.deepEqual(readdirSync(box.path('cache/flavor/builds/downloads')), [])
      }
    } finally {
      server.close()
    }
  })

  it('a named pipe, and does not wait for it', async () => {
    await writeTree(box.path('project'), application)
    execFileSync('mkfifo', [box.path('project/app/pipe')])
    const {code, stderr} = await box.run(['pack'], {cwd: box.path('project')})
    assert.equal(code, 1)
    assert.match(stderr, /app\/pipe: it is a device, socket or pipe\n.*exclude: \["pipe"\]/)
  })

  it('a device', async function () {
    await writeTree(box.path('project'), application)
    try {
      execFileSync('mknod', [box.path('project/app/null'), 'c', '1', '3'], {stdio: 'ignore'})
    } catch {
      return this.skip()
    }
    const {code, stderr} = await box.run(['pack'], {cwd: box.path('project')})
    assert.equal(code, 1)
    assert.match(stderr, /app\/null: it is a device, socket or pipe/)
    return undefined
  })

  it('a file that may not be read', async function () {
    await writeTree(box.path('project'), application)
    chmodSync(box.path('project/app/index.js'), 0)
    const asNobody = root ? await nobody(box) : []
    if (!asNobody) return this.skip()
    const [program = '', ...args] = [...asNobody, process.execPath, `${repository}bin/flavor.js`, 'pack']
    const {code, stderr} = await execute(program, args, {cwd: box.path('project'), env: box.env})
    assert.equal(code, 1, stderr)
    assert.match(stderr, /index\.js: permission denied/)
    return undefined
  })

  it('an output that cannot be written', async () => {
    await writeTree(box.path('project'), {...application, taken: 'a file\n'})
    const {code, stderr} = await box.run(['pack', '--output', 'taken/below'], {cwd: box.path('project')})
    assert.equal(code, 1)
    assert.match(stderr, /taken\/below.*directory/)
  })

  it('an output below a directory that takes no entries, as other commands do', async function () {
    if (process.platform !== 'linux') this.skip()
    const output = await packedApplication(box)
    const commands = [
      ['pack', '--output', '/proc/flavor/hello'],
      ['extract', output, 'app', '/proc/flavor/app'],
      ['keygen', '--out-dir', '/proc/flavor/keys'],
    ]
    for (const args of commands) {
      const {code, stderr} = await box.run(args, {cwd: box.path('project')})
      assert.equal(code, 1, stderr)
      assert.match(stderr, /\/proc\/flavor.*no such file/)
    }
  })

  it('a disk that is full, and leaves nothing on it', async function () {
    mkdirSync(box.path('small'), {recursive: true})
    if (!mountSmall(box.path('small'))) return this.skip()
    try {
      await writeTree(box.path('project'), {...application, 'app/big.bin': '0123456789abcdef'.repeat(200_000)})
      writeFileSync(box.path('project/flavor.yaml'), `${manifest}    compression: none\n`)
      const {code, stderr} = await box.run(['pack', '--output', box.path('small/out')], {cwd: box.path('project')})
      assert.equal(code, 1)
      assert.match(stderr, /the disk is full/)
      assert.deepEqual(readdirSync(box.path('small')), [])
    } finally {
      execFileSync('umount', [box.path('small')])
    }
    return undefined
  })

  it('to go on after Ctrl-C, and leaves nothing behind', async () => {
    await writeTree(box.path('project'), {...application, 'app/big.bin': 'some text to compress for a while\n'.repeat(3_000_000)})
    writeFileSync(box.path('project/flavor.yaml'), `${manifest}    compression: zstd\n    level: 19\n`)
    const child = spawn(process.execPath, [`${repository}bin/flavor.js`, 'pack', '--output', box.path('out/hello')], {
      cwd: box.path('project'),
      env: box.env as NodeJS.ProcessEnv,
      stdio: 'ignore',
    })
    while (!existsSync(box.path('out')) && child.exitCode === null) await wait(10)
    child.kill('SIGINT')
    const signal = await new Promise((resolve) => child.on('close', (_, name) => resolve(name)))
    assert.equal(signal, 'SIGINT')
    assert.equal(existsSync(box.path('out')), false)
  })
})

describe('a damaged or foreign file', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string

  before(async () => {
    box = await sandbox()
    path = await packedApplication(box)
    await writeTree(box.directory, {empty: '', 'text.txt': 'no package\n'})
  })

  after(() => box.remove())

  for (const command of ['verify', 'run', 'inspect', 'extract --all', 'sign --key-seed x']) {
    it(`is one clear error to ${command.split(' ')[0]}`, async () => {
      for (const file of ['text.txt', 'empty', 'nowhere', 'home']) {
        const args = [...command.split(' '), box.path(file), ...(command.startsWith('extract') ? [box.path('out')] : [])]
        const {code, stderr, stdout} = await box.run(args)
        assert.ok(code === 1 || code === 3, `${args.join(' ')}: ${code}`)
        assert.doesNotMatch(stderr + stdout, /^\s+at |undefined|\[object/m)
        assert.ok((stderr + stdout).trim() !== '')
      }
    })
  }

  it('has no key in the JSON of verify, and says so', async () => {
    const {code, stdout} = await box.run(['verify', '--json', box.path('text.txt')])
    assert.equal(code, 3)
    assert.deepEqual({...JSON.parse(stdout), checks: []}, {checks: [], publicKey: null, trust: null, valid: false})
  })

  it('that Windows tools signed after it was packed says so, and what to do instead', async () => {
    writeFileSync(box.path('signed.exe'), signedAfterwards())
    for (const [command, code] of [
      ['verify', 3],
      ['run', 3],
      ['inspect', 1],
    ] as const) {
      const ended = await box.run([command, box.path('signed.exe')])
      assert.equal(ended.code, code, command)
      assert.match(ended.stdout + ended.stderr, /certificate table stands behind the package trailer/, command)
      assert.match(ended.stderr, /^ {2}pack it again/m, command)
    }
  })

  it('that is a pipe is refused, and not waited for', async () => {
    execFileSync('mkfifo', [box.path('pipe')])
    for (const command of ['verify', 'inspect', 'run', 'sign --key-seed x']) {
      const {code, stderr} = await box.run([...command.split(' '), box.path('pipe')])
      assert.match(stderr, /not a regular file/, command)
      assert.equal(code, 1)
    }
  })

  it('is named, whatever was to be done with it', async () => {
    await writeTree(box.path('none'), {file: 'no package'})
    const file = box.path('none/file')
    for (const [words, what] of [
      [['inspect', file], 'inspect'],
      [['run', file], 'run'],
      [['sign', file, '--key-seed', 'x'], 'sign'],
      [['trust', 'accept', file], 'accept'],
      [['extract', file, 'app', box.path('none/out')], 'extract'],
      [['extract', '--all', file, box.path('none/out')], 'extract'],
    ] as const) {
      const {stderr} = await box.run([...words])
      assert.ok(stderr.startsWith(`flavor: ${what} ${file}: no package trailer at the end of the file: `), stderr)
    }
  })

  it('that was cut short says so', async () => {
    const {code, stderr, stdout} = await execute(
      'sh',
      [
        '-c',
        `head -c 50000 "${path}" > "${box.path('cut')}" && "${process.execPath}" "${repository}bin/flavor.js" inspect "${box.path('cut')}"`,
      ],
      {env: box.env},
    )
    assert.equal(code, 1)
    assert.match(stderr, /inspect .*cut short/)
    assert.equal(stdout, '')
  })
})

/** A package behind the headers of a PE file, and a certificate table behind the package. */
function signedAfterwards(): Uint8Array {
  const [headers, table] = [Buffer.alloc(512), Buffer.alloc(1024, 0x30)]
  headers.write('MZ', 0)
  headers.writeUInt32LE(0x80, 0x3c)
  headers.write('PE', 0x80)
  headers.writeUInt16LE(0x20b, 0x80 + 24)
  headers.writeUInt32LE(16, 0x80 + 24 + 108)
  const bytes = buildPackage({argv: ['/bin/true']}, headers, '')
  const signed = Buffer.concat([bytes, Buffer.alloc(7 & -bytes.length), table])
  const entry = 0x80 + 24 + 112 + 8 * 4
  signed.writeUInt32LE(signed.length - table.length, entry)
  signed.writeUInt32LE(table.length, entry + 4)
  return signed
}

/** Root may read everything; so the command is run as nobody, if nobody can read this repository. */
async function nobody(box: Sandbox): Promise<readonly string[] | undefined> {
  execFileSync('chown', ['-R', '65534:65534', box.directory])
  const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  const [program = '', ...args] = [...prefix, process.execPath, `${repository}bin/flavor.js`, 'schema']
  const {code} = await execute(program, args, {cwd: box.directory, env: box.env}).catch(() => ({code: 1}))
  return code === 0 ? prefix : undefined
}

/** A tmpfs of one megabyte; false where mounting is not allowed. */
function mountSmall(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}
