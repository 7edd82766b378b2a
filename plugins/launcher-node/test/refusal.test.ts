import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {brotliCompressSync, gzipSync} from 'node:zlib'
import {before, describe, it} from 'mocha'
import {openPackage} from '../../../dist/format/examination.js'
import {openFileSource} from '../../../dist/format/file-source.js'
import {checkSignature} from '../../../dist/format/signature.js'
import {bzip2, xz, zstd} from './support/compressed.ts'
import {type Member, type TestSlot, tarOf, writeTestPackage} from './support/package.ts'
import {directory, nodes, run, scratch} from './support/run.ts'

const at = (cache: string, more: Record<string, string> = {}) => ({env: {FLAVOR_CACHE: cache, ...more}})
const leftovers = (cache: string) =>
  existsSync(join(cache, 'workenvs/.gen')) ? readdirSync(join(cache, 'workenvs/.gen')).filter((name) => !name.startsWith('.')) : []

const hello: Member[] = [{path: 'app/'}, {content: 'console.log("hello", process.argv[2])', path: 'app/index.js'}]

function make(
  slots: readonly TestSlot[] = [{id: 'app', members: hello, target: 'app'}],
  argv = ['node', '{workenv}/app/index.js'],
): Promise<string> {
  return writeTestPackage(join(directory(), 'app'), {argv, slots})
}

/** The same package with one byte changed. */
function flipped(file: string, offset: number): string {
  const copy = join(directory(), 'app')
  copyFileSync(file, copy)
  const bytes = readFileSync(copy)
  bytes[offset] = (bytes[offset] as number) ^ 0x10
  writeFileSync(copy, bytes)
  return copy
}

describe('a package that was altered', () => {
  let file: string
  let warm: string
  before(async () => {
    file = await make()
    warm = directory()
    assert.equal((await run(file, ['x'], at(warm))).stdout, 'hello x\n')
  })

  const regions = () => new Map(openPackage(openFileSource(file), checkSignature).regions.map((region) => [region.name, region]))

  for (const [name, within] of [
    ['metadata', 300],
    ['metadata', 8],
    ['slot table', 16],
    ['slot table', 60],
    ['trailer', 20],
    ['trailer', 100],
    ['trailer', 150],
    ['trailer', 1000],
    ['trailer', 8199],
  ] as const) {
    it(`in its ${name} at byte ${within} is refused by every start`, async () => {
      const altered = flipped(file, (regions().get(name)?.offset ?? 0) + within)
      for (const cache of [directory(), warm]) {
        const {status, stderr, stdout} = await run(altered, [], at(cache))
        assert.equal(stdout, '')
        assert.ok(status === 102 || status === 107, `${status}: ${stderr}`)
        assert.match(stderr, /\(EFLAVOR_[A-Z_]+\)\n/)
      }
    })
  }

  it('in a slot is refused before any of the slot is used, with nothing left', async () => {
    const {offset = 0, size = 0} = regions().get('slot 0') ?? {}
    for (const place of [0, 12, size >> 1, size - 1]) {
      const cache = directory()
      const {status, stderr, stdout} = await run(flipped(file, offset + place), [], at(cache))
      assert.equal(stdout, '')
      assert.equal(status, 107, stderr)
      assert.match(stderr, /EFLAVOR_SLOT_CHECKSUM/)
      assert.deepEqual(leftovers(cache), [])
    }
  })

  it('in its launcher is refused before a cold start', async () => {
    const {status, stderr} = await run(flipped(file, readFileSync(file).indexOf('says more')), [], at(directory()))
    assert.equal(status, 107)
    assert.match(stderr, /EFLAVOR_LAUNCHER_CHECKSUM/)
  })

  it('in a slot or in its launcher is refused by a warm start under FLAVOR_VALIDATION=strict', async () => {
    for (const offset of [regions().get('slot 0')?.offset ?? 0, readFileSync(file).indexOf('says more')]) {
      const altered = flipped(file, offset)
      assert.equal((await run(altered, [], at(warm))).status, 0)
      assert.equal((await run(altered, [], at(warm, {FLAVOR_VALIDATION: 'strict'}))).status, 107)
    }
  })

  it('is refused under every other word of FLAVOR_VALIDATION, and warned of under none', async () => {
    const altered = flipped(file, (regions().get('trailer')?.offset ?? 0) + 4 + 130)
    for (const word of ['standard', 'relaxed', 'minimal', 'nonsense'])
      assert.equal((await run(altered, [], at(warm, {FLAVOR_VALIDATION: word}))).status, 107)
    const {stderr, stdout} = await run(file, ['y'], at(warm, {FLAVOR_VALIDATION: 'none'}))
    assert.equal(stdout, 'hello y\n')
    assert.match(stderr, /signature is not checked/)
  })

  it('by cutting it short or adding to it is no package', async () => {
    const bytes = readFileSync(file)
    for (const [index, content] of [
      bytes.subarray(0, -1),
      bytes.subarray(0, bytes.length - 9000),
      Buffer.concat([bytes, Buffer.from('x')]),
    ].entries()) {
      const copy = join(directory(), `cut ${index}`)
      writeFileSync(copy, content)
      chmodSync(copy, 0o755)
      const {status, stderr} = await run(copy, [], at(warm))
      assert.equal(status, 102, stderr)
      assert.match(stderr, /EFLAVOR_NOT_A_PACKAGE/)
    }
  })

  it('is refused when it was a bare launcher', async () => {
    const {status, stderr} = await run(join(import.meta.dirname, '../image/flavor-node-launcher'), [], at(warm))
    assert.equal(status, 102)
    assert.match(stderr, /EFLAVOR_NOT_A_PACKAGE/)
  })
})

describe('a tar that would leave the work environment', () => {
  const outside = join(scratch, 'outside')
  const bad: Readonly<Record<string, readonly Member[]>> = {
    'by a hard link out of it': [{link: '../../../etc/passwd', path: 'app/hard', type: 'Link'}],
    'by a hard link through a symlink': [
      {link: '.', path: 'app/here'},
      {link: 'app/here/index.js', path: 'app/hard', type: 'Link'},
    ],
    'by a link and its parent': [
      {path: 'app/p/'},
      {path: 'app/p/q/'},
      {link: '../../..', path: 'app/p/q/up'},
      {link: 'p/q/up/..', path: 'app/x'},
    ],
    'by a link that goes around': [
      {link: 'b', path: 'app/a'},
      {link: 'a', path: 'app/b'},
    ],
    'by a member beside its target': [{content: 'x', path: 'other/file'}],
    'by an absolute link': [{link: '/etc', path: 'app/link'}],
    'by an absolute name': [{content: 'x', path: `${outside}/absolute`}],
    'by dots in a link': [{link: '../../etc', path: 'app/link'}],
    'by dots in a name': [{content: 'x', path: 'app/../../escaped'}],
    'by writing into a link': [
      {link: '.', path: 'app/link'},
      {content: 'x', path: 'app/link/file'},
    ],
    'by writing into what becomes a link': [
      {content: 'x', path: 'app/link/file'},
      {link: '.', path: 'app/link'},
    ],
  }
  for (const [how, members] of Object.entries(bad)) {
    it(`${how} is refused`, async () => {
      const cache = directory()
      const {status, stderr, stdout} = await run(await make([{id: 'app', members: [...hello, ...members], target: 'app'}]), [], at(cache))
      assert.equal(stdout, '')
      assert.equal(status, 103, stderr)
      assert.match(stderr, /EFLAVOR_CONFINED/)
      assert.deepEqual(leftovers(cache), [])
      assert.equal(existsSync(outside), false)
    })
  }

  it('by the target of a file slot is refused', async () => {
    for (const target of ['../escaped', '/tmp/escaped', 'a/../../b']) {
      const {status, stderr} = await run(
        await make([
          {id: 'app', members: hello, target: 'app'},
          {content: 'x', id: 'file', target},
        ]),
        [],
        at(directory()),
      )
      assert.equal(status, 103, stderr)
      assert.match(stderr, /EFLAVOR_CONFINED/)
    }
  })

  for (const type of ['CharacterDevice', 'BlockDevice', 'FIFO'] as const) {
    it(`or holds a ${type} is refused`, async () => {
      const {status, stderr} = await run(
        await make([{id: 'app', members: [...hello, {path: 'app/special', type}], target: 'app'}]),
        [],
        at(directory()),
      )
      assert.equal(status, 103)
      assert.match(stderr, /EFLAVOR_TAR/)
    })
  }

  it('or is cut short is refused', async () => {
    const tar = tarOf(hello)
    for (const length of [100, 700, 1100]) {
      const {status, stderr} = await run(
        await make([{chain: [1, 0x10], content: tar.subarray(0, length), id: 'app', target: 'app'}]),
        [],
        at(directory()),
      )
      assert.equal(status, 103, stderr)
      assert.match(stderr, /EFLAVOR_TAR/)
    }
  })
})

describe('slots stored with', () => {
  const tar = tarOf(hello)
  const ways: Readonly<Record<string, {readonly code?: number; readonly stored: () => Buffer}>> = {
    brotli: {code: 0x21, stored: () => brotliCompressSync(tar)},
    bzip2: {code: 0x13, stored: () => bzip2(tar)},
    'gzip of several members': {code: 0x10, stored: () => Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])},
    'nothing but tar': {stored: () => tar},
    xz: {code: 0x16, stored: () => xz(tar)},
    'zstd of several frames': {code: 0x1b, stored: () => Buffer.concat([zstd(tar.subarray(0, 700)), zstd(tar.subarray(700))])},
  }
  for (const node of nodes) {
    for (const [name, {code, stored}] of Object.entries(ways)) {
      const slot = (bytes: Buffer, more: Partial<TestSlot> = {}): TestSlot => ({
        chain: code ? [1, code] : [1],
        content: tar,
        id: 'app',
        stored: bytes,
        target: 'app',
        ...more,
      })

      it(`${name} are unpacked on ${node.name}`, async () => {
        const {stderr, stdout} = await run(await make([slot(stored())]), ['z'], {...at(directory()), node})
        assert.equal(stdout, 'hello z\n', stderr)
      })

      it(`${name} are refused when they hold more or less than signed, or are damaged, on ${node.name}`, async () => {
        const bytes = stored()
        for (const [description, pattern] of [
          [slot(bytes, {originalSize: tar.length - 1}), /EFLAVOR_SLOT_LIMIT/],
          [slot(bytes, {originalSize: tar.length + 1}), /EFLAVOR_SLOT_LIMIT/],
          [slot(bytes.subarray(0, bytes.length >> 1)), /EFLAVOR_(DECODE|TAR|SLOT_LIMIT)/],
        ] as const) {
          const cache = directory()
          const {status, stderr, stdout} = await run(await make([description]), [], {...at(cache), node})
          assert.equal(stdout, '')
          assert.equal(status, 103, stderr)
          assert.match(stderr, pattern)
          assert.deepEqual(leftovers(cache), [])
        }
      })
    }
  }

  it('an operation that nobody knows are refused by its name', async () => {
    const {status, stderr} = await run(
      await make([{chain: [1, 0xd3], content: tar, id: 'app', stored: tar, target: 'app'}]),
      [],
      at(directory()),
    )
    assert.equal(status, 103)
    assert.match(stderr, /0xd3.*EFLAVOR_OPERATION/)
  })
})

describe('a launcher with raised rights', () => {
  it('refuses to start', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const [file, cache] = [await make(), directory()]
    // Many shells give such rights up by themselves, so the head is left out.
    const [, boot = ''] = /FLAVOR_NODE_CODE='(.*)'/.exec(readFileSync(file, 'latin1')) ?? []
    const raise = 'import os,sys; os.setresgid(65534, 0, 0); os.execv(sys.argv[1], sys.argv[1:])'
    const {status, stderr} = await run('python3', ['-c', raise, process.execPath, '-e', boot, '--', file], at(cache))
    assert.equal(status, 107, stderr)
    assert.match(stderr, /EFLAVOR_SETUID/)
  })
})

describe('the image', () => {
  it('has the same bytes whenever it is built, and no path of the builder in it', async () => {
    const output = join(directory(), 'image')
    const {status, stderr} = await run(process.execPath, [join(import.meta.dirname, '../build.js'), output])
    assert.equal(status, 0, stderr)
    const sum = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
    assert.equal(sum(output), sum(join(import.meta.dirname, '../image/flavor-node-launcher')))
    assert.equal(readFileSync(output).includes(join(import.meta.dirname, '../../..')), false)
  })
})
