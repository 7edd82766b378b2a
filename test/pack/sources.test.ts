/** Sources that are more than a file or a directory: lists of globs, URLs, archives. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {buffer} from 'node:stream/consumers'
import {gzipSync} from 'node:zlib'
import {after, before, beforeEach, describe, it} from 'mocha'
import {Header} from 'tar/header'
import {openBuildCaches} from '../../dist/cache/build-cache.js'
import {withPrepared} from '../../dist/pack/pack.js'
import {downloadedSource} from '../../dist/pack/source-download.js'
import type {PlannedSlot, PlannedSource} from '../../dist/project/plan.js'
import {capabilities} from '../support/capabilities.ts'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

interface Listed {
  readonly excluded: readonly string[]
  readonly paths: readonly string[]
  readonly sources: readonly string[]
}

/** What would be packed of one slot, target `app`. */
async function listed(project: string, slot: Partial<PlannedSlot>): Promise<Listed> {
  const plan = planOf(project, [slotOf(project, {id: 'app', ...slot})])
  const options = {capabilities, compat: undefined, epoch: 0, launcher: 'auto', output: plan.output, target: undefined}
  return withPrepared(plan, options, async ({slots: [, one]}) => ({
    excluded: one?.excluded ?? [],
    paths: (one?.entries ?? []).map(({kind, path}) => (kind === 'directory' ? `${path}/` : path)),
    sources: (one?.entries ?? []).map(({source}) => source),
  }))
}

const globs = (path: string, ...list: readonly string[]): PlannedSource => ({globs: list, kind: 'globs', path, relative: list.join(', ')})
const fileAt = (path: string): PlannedSource => ({kind: 'file', path, relative: 'archive'})

async function refusal(
  work: Promise<unknown>,
): Promise<{readonly code: string; readonly hints: readonly string[]; readonly message: string}> {
  const error = await work.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  )
  return error as {code: string; hints: readonly string[]; message: string}
}

describe('a source that is a list of globs', () => {
  const files: Files = {
    '.git/config': '',
    '.hidden/x': '',
    'dist/a.js': '',
    'dist/a.js.map': '',
    'dist/deep/b.js': '',
    'dist/deep/c.txt': '',
    'link.js': {link: 'dist/a.js'},
    'package.json': '{}',
    'src/d.js': '',
  }
  const cases: readonly (readonly [globs: readonly string[], paths: readonly string[]])[] = [
    [['package.json'], ['package.json']],
    [['*.js'], ['link.js']],
    [['dist/*.js'], ['dist/', 'dist/a.js']],
    [['**/*.js'], ['dist/', 'dist/a.js', 'dist/deep/', 'dist/deep/b.js', 'link.js', 'src/', 'src/d.js']],
    [
      ['dist', 'package.json'],
      ['dist/', 'dist/a.js', 'dist/a.js.map', 'dist/deep/', 'dist/deep/b.js', 'dist/deep/c.txt', 'package.json'],
    ],
    [
      ['dist/deep/b.js', 'dist/d*'],
      ['dist/', 'dist/deep/', 'dist/deep/b.js', 'dist/deep/c.txt'],
    ],
    [['{src,dist}/?.js'], ['dist/', 'dist/a.js', 'src/', 'src/d.js']],
    [['**/x'], ['.hidden/', '.hidden/x']],
    [
      ['**/config', 'src'],
      ['src/', 'src/d.js'],
    ],
  ]
  for (const [list, paths] of cases) {
    it(`${list.join(' and ')} gives ${paths.filter((path) => !path.endsWith('/')).join(', ')}`, async () => {
      const root = writeFiles(temporaryDirectory(), files)
      assert.deepEqual((await listed(root, {source: globs(root, ...list)})).paths, ['app/', ...paths.map((path) => `app/${path}`)])
    })
  }

  it('leaves out what the slot excludes, and says so', async () => {
    const root = writeFiles(temporaryDirectory(), files)
    const {excluded, paths} = await listed(root, {exclude: ['*.map', 'deep/'], source: globs(root, 'dist')})
    assert.deepEqual(paths, ['app/', 'app/dist/', 'app/dist/a.js'])
    assert.deepEqual([...excluded].sort(), ['dist/a.js.map', 'dist/deep'])
  })

  it('reads the very files of the project', async () => {
    const root = writeFiles(temporaryDirectory(), files)
    const {sources} = await listed(root, {source: globs(root, 'dist/*.js')})
    assert.deepEqual(sources.slice(1), [join(root, 'dist'), join(root, 'dist/a.js')])
  })

  it('takes no named pipe', async () => {
    const root = writeFiles(temporaryDirectory(), files)
    execFileSync('mkfifo', [join(root, 'dist/pipe')])
    const {code, message} = await refusal(listed(root, {source: globs(root, 'dist/*')}))
    assert.deepEqual([code, message.includes(join(root, 'dist/pipe'))], ['EFLAVOR_SPECIAL_FILE', true])
  })

  it('refuses a private key by the name that it has in the project', async () => {
    const root = writeFiles(temporaryDirectory(), {'lib/key': `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n`})
    const {code, message} = await refusal(packPlan(planOf(root, [slotOf(root, {id: 'app', source: globs(root, 'lib/*')})])))
    assert.deepEqual([code, message], ['EFLAVOR_PRIVATE_KEY', `pack ${join(root, 'lib/key')}: it holds a private key`])
  })
})

// --- archives --------------------------------------------------------------------------------------------------------

interface Member {
  readonly path: string
  readonly link?: string
  readonly text?: string
  readonly type?: 'BlockDevice' | 'Directory' | 'FIFO' | 'File' | 'Link' | 'SymbolicLink'
}

function tarOf(...members: readonly Member[]): Buffer {
  const parts = members.flatMap(({link = '', path, text = '', type = 'File'}) => {
    const block = Buffer.alloc(512)
    new Header({linkpath: link, mode: 0o644, path, size: text.length, type}).encode(block)
    return [block, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** The mark and what came with it, and the checksum anew. */
function forgetUstar(block: Buffer): void {
  block.fill(0, 257, 345)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}

describe('a source that is an archive', () => {
  const plain = tarOf({path: 'lib/', type: 'Directory'}, {path: 'lib/a', text: 'a\n'}, {link: 'a', path: 'lib/b', type: 'SymbolicLink'})
  const members = ['app/', 'app/lib/', 'app/lib/a', 'app/lib/b']

  async function unpacked(bytes: Uint8Array, name = 'archive'): Promise<Listed> {
    const root = temporaryDirectory()
    writeFileSync(join(root, name), bytes)
    return listed(root, {source: fileAt(join(root, name)), unpack: true})
  }

  for (const compression of ['brotli', 'bzip2', 'gzip', 'xz', 'zstd']) {
    it(`of tar in ${compression}, whatever its name is`, async () => {
      const {default: code} = await (await capabilities.compressor(compression)).load()
      const encoder = code.compress({level: 1})
      const compressed = buffer(encoder)
      encoder.end(plain)
      // Of these only brotli has no mark of its own.
      assert.deepEqual((await unpacked(await compressed, compression === 'brotli' ? 'archive.tar.br' : 'archive')).paths, members)
    })
  }

  it('of tar alone, of the oldest kind too', async () => {
    assert.deepEqual((await unpacked(plain)).paths, members)
    const old = Buffer.from(plain)
    for (let at = 0; at < old.length; at += 512) {
      if (old.toString('latin1', at + 257, at + 262) === 'ustar') forgetUstar(old.subarray(at, at + 512))
    }
    assert.equal(old.includes('ustar'), false)
    assert.deepEqual((await unpacked(old)).paths, members)
  })

  it('that is a zip keeps links and modes', async function () {
    const root = writeFiles(temporaryDirectory(), {'lib/a': 'a\n', 'lib/b': {link: 'a'}, 'lib/run': {mode: 0o755, text: '#!/bin/sh\n'}})
    if (!existsSync('/usr/bin/zip')) return this.skip()
    execFileSync('zip', ['-qry', 'archive', 'lib'], {cwd: root})
    const plan = planOf(root, [slotOf(root, {id: 'app', source: fileAt(join(root, 'archive.zip')), unpack: true})])
    const options = {capabilities, compat: undefined, epoch: 0, launcher: 'auto', output: plan.output, target: undefined}
    const found = await withPrepared(plan, options, async ({slots: [, one]}) =>
      (one?.entries ?? []).map(({kind, link, mode, path}) => `${path} ${kind} ${mode.toString(8)} ${link}`.trim()),
    )
    assert.deepEqual(found, [
      'app directory 755',
      'app/lib directory 755',
      'app/lib/a file 644',
      'app/lib/b symlink 755 a',
      'app/lib/run file 755',
    ])
    return undefined
  })

  const refused: Readonly<Record<string, readonly [Member, code: string, says: RegExp]>> = {
    'a device': [{path: 'lib/sda', type: 'BlockDevice'}, 'EFLAVOR_ARCHIVE', /lib\/sda/],
    'a link out of it': [{link: '../../etc/passwd', path: 'lib/out', type: 'SymbolicLink'}, 'EFLAVOR_CONFINED', /lib\/out is a link/],
    'a link to an absolute path': [{link: '/etc/passwd', path: 'lib/out', type: 'SymbolicLink'}, 'EFLAVOR_CONFINED', /lib\/out/],
    'a hard link out of it': [{link: '/etc/passwd', path: 'lib/out', type: 'Link'}, 'EFLAVOR_CONFINED', /lib\/out|etc\/passwd/],
    'a named pipe': [{path: 'lib/pipe', type: 'FIFO'}, 'EFLAVOR_ARCHIVE', /lib\/pipe/],
    'a path that climbs': [{path: '../x', text: 'x'}, 'EFLAVOR_CONFINED', /\.\.\/x/],
    'an absolute path': [{path: '/tmp/x', text: 'x'}, 'EFLAVOR_CONFINED', /tmp\/x/],
  }
  for (const [what, [member, code, says]] of Object.entries(refused)) {
    it(`is refused with ${what} in it`, async () => {
      const error = await refusal(unpacked(tarOf({path: 'lib/a', text: 'a'}, member)))
      assert.equal(error.code, code, error.message)
      assert.match(error.message, /^unpack archive: /)
      assert.match(error.message, says)
    })
  }

  it('that is a zip is confined alike', async function () {
    if (!existsSync('/usr/bin/python3')) return this.skip()
    for (const name of ['../x', '/tmp/x', 'a/../../x']) {
      const root = temporaryDirectory()
      const script = 'import sys, zipfile\nz = zipfile.ZipFile("a.zip", "w")\nz.writestr(sys.argv[1], "x")\nz.close()'
      execFileSync('python3', ['-c', script, name], {cwd: root})
      const {code, message} = await refusal(listed(root, {source: fileAt(join(root, 'a.zip')), unpack: true}))
      assert.equal(code, 'EFLAVOR_CONFINED', message)
    }
    return undefined
  })

  it('is refused when it is none, is cut short, or is damaged', async () => {
    const compressed = gzipSync(plain)
    for (const [bytes, says] of [
      [Buffer.from('just text\n'), /neither a tar nor a zip/],
      [Buffer.alloc(0), /neither a tar nor a zip/],
      [compressed.subarray(0, -12), /^unpack archive: /],
      [plain.subarray(0, 700), /stops in the middle/],
      [gzipSync('text in gzip, and no tar\n'.repeat(40)), /^unpack archive: /],
      [Buffer.from('PK\x03\x04 and no more'), /^unpack archive: /],
    ] as const) {
      const {code, hints, message} = await refusal(unpacked(bytes))
      assert.equal(code, 'EFLAVOR_ARCHIVE', message)
      assert.match(message, says)
      assert.equal(hints.length, 1)
    }
  })
})

// --- URLs ------------------------------------------------------------------------------------------------------------

describe('a source that is a URL', () => {
  const content = Buffer.from('a tool of some kind\n'.repeat(1000))
  const sha256 = createHash('sha256').update(content).digest('hex')
  const asked: string[] = []
  const answers: Readonly<Record<string, RequestListener>> = {
    '/away': (_, response) => response.writeHead(302, {location: 'http://files.example.test/tool'}).end(),
    '/circle': (_, response) => response.writeHead(302, {location: '/circle'}).end(),
    '/cut': (_, response) => {
      response.writeHead(200, {'content-length': content.length})
      response.write(content.subarray(0, 100), () => response.destroy())
    },
    '/moved': (_, response) => response.writeHead(301, {location: 'tool-1.0'}).end(),
    '/silent': () => {},
    '/stuck': (_, response) => {
      response.writeHead(200)
      response.write(content.subarray(0, 100))
    },
    '/tool-1.0': (_, response) => response.end(content),
  }
  let server: Server
  let origin: string
  let base: string

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      const answer = answers[new URL(request.url ?? '', 'http://localhost').pathname]
      if (answer) answer(request, response)
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  beforeEach(() => {
    base = join(temporaryDirectory(), 'cache')
    asked.length = 0
  })

  after(() => {
    server.closeAllConnections()
    server.close()
  })

  /** Downloads, and tells how often the server was asked and what is in the cache afterwards. */
  async function downloaded(path: string, hash = sha256, limits = {patience: 20_000, size: 1e6}): Promise<string> {
    const caches = openBuildCaches({base: () => base, scratch: async () => assert.fail('no scratch is needed')})
    const url = path.includes('://') ? path : origin + path
    try {
      return await downloadedSource({kind: 'url', relative: url, sha256: hash, url}, caches.of('downloads'), limits)
    } finally {
      caches.close()
    }
  }

  const kept = (): readonly string[] => {
    mkdirSync(join(base, 'builds/downloads'), {recursive: true})
    return readdirSync(join(base, 'builds/downloads'))
  }

  it('is downloaded once, under its name', async () => {
    const path = await downloaded('/tool-1.0?token=secret')
    assert.equal(path.split('/').at(-1), 'tool-1.0')
    assert.deepEqual(readFileSync(path), content)
    assert.equal(await downloaded('/tool-1.0'), path)
    assert.equal(asked.length, 1)
  })

  it('is not taken from the cache where somebody has changed it there', async () => {
    for (const change of [(path: string) => writeFileSync(path, 'another tool\n'), rmSync]) {
      const path = await downloaded('/tool-1.0')
      change(path)
      const {code, hints, message} = await refusal(downloaded('/tool-1.0'))
      assert.deepEqual([code, message], ['EFLAVOR_DOWNLOAD_HASH', `pack ${path}: it was changed after it was downloaded`])
      assert.match(hints[0] ?? '', /^flavor clean --all/)
      rmSync(base, {recursive: true})
    }
  })

  it('may be redirected', async () => {
    assert.deepEqual(readFileSync(await downloaded('/moved')), content)
    assert.deepEqual(asked, ['/moved', '/tool-1.0'])
  })

  const failures: Readonly<Record<string, readonly [path: string, says: RegExp, limits?: {patience: number; size: number}]>> = {
    'is cut short': ['/cut', /cut: (?:aborted|the connection broke)/],
    'is larger than anything should be': ['/tool-1.0', /larger than 100 bytes/, {patience: 20_000, size: 100}],
    'is not there': ['/nothing', /nothing: the server answers 404/],
    'leads in circles': ['/circle', /circle: it is redirected more than 10 times/],
    'leads to an open connection elsewhere': ['/away', /away: it is redirected to http:\/\/files\.example\.test\/tool/],
    'never answers': ['/silent', /silent: nothing came for 0\.1 seconds/, {patience: 100, size: 1e6}],
    'stops in the middle': ['/stuck', /stuck: nothing came for 0\.1 seconds/, {patience: 100, size: 1e6}],
    'stands for nobody': ['http://127.0.0.1:9/x', /127\.0\.0\.1:9\/x: nobody answers there/],
  }
  for (const [what, [path, says, limits]] of Object.entries(failures)) {
    it(`that ${what} is one error, and leaves nothing`, async () => {
      const {code, hints, message} = await refusal(downloaded(path, sha256, limits))
      assert.equal(code, 'EFLAVOR_DOWNLOAD', message)
      assert.match(message, says)
      assert.equal(hints.length, 1)
      assert.deepEqual(kept(), [])
    })
  }

  it('that gives another file than the manifest says is refused, says which, and leaves nothing', async () => {
    const {code, hints, message} = await refusal(downloaded('/tool-1.0?token=secret', '0'.repeat(64)))
    assert.equal(code, 'EFLAVOR_DOWNLOAD_HASH')
    assert.equal(message, `download ${origin}/tool-1.0: it has another SHA-256 than the manifest says`)
    assert.deepEqual(hints, [`where this is the file that you want: sha256: ${sha256}`])
    assert.deepEqual(kept(), [])
  })
})
