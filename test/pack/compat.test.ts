/** `compat: flavorpack`: what it refuses, what it does by itself, and the bytes that come out, read here without flavor's own reader. */
import assert from 'node:assert/strict'
import {createHash, createPublicKey, verify} from 'node:crypto'
import {chmodSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {describe, it} from 'mocha'
import {sizeProblems} from '../../dist/pack/flavorpack/slots.js'
import {loadPlan} from '../../dist/project/load.js'
import {packPlan} from '../support/pack.ts'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

const app = {'app/index.js': 'console.log("hello")\n'}
const head = 'name: hello\nversion: 1.0.0\ncompat: flavorpack\n'
const appSlot = 'slots:\n  - id: app\n    purpose: application-code\n    source: app\n'
const command = 'command: node {workenv}/app/index.js\n'

async function packed(files: Files): Promise<{readonly bytes: Buffer; readonly warnings: readonly string[]}> {
  const cwd = writeFiles(temporaryDirectory(), files)
  const {package: file, warnings} = await packPlan(await loadPlan({cwd, manifest: undefined}))
  return {bytes: readFileSync(file), warnings}
}

/** The lines of the error but the first, which counts them. */
async function refused(files: Files): Promise<readonly string[]> {
  const root = writeFiles(temporaryDirectory(), files)
  const {code, exit, message} = await loadPlan({cwd: root, manifest: undefined})
    .then(packPlan)
    .then(
      () => assert.fail('it was packed'),
      (error: {code: string; exit: number; message: string}) => error,
    )
  assert.deepEqual({code, exit}, {code: 'EFLAVOR_COMPAT', exit: 1}, message)
  return message.replaceAll(`${root}/`, '').split('\n').slice(1)
}

interface Refusal {
  readonly title: string
  /** After the head, from line 4 on. */
  readonly manifest: string
  readonly files?: Files
  /** The lines without their hints. */
  readonly said: readonly string[]
}

const script = "holds a space, a quote or a backslash, at which FlavorPack's launchers cut it"
const extra = (...lines: readonly string[]) =>
  `${command}${appSlot}  - id: extra\n    purpose: data-files\n${lines.map((line) => `    ${line}\n`).join('')}`
const withEnv = (...lines: readonly string[]) => `${command}env:\n${lines.map((line) => `  ${line}\n`).join('')}${appSlot}`

const refusals: readonly Refusal[] = [
  // --- commands
  {
    manifest: `command: [node, "{workenv}/app/index.js", two words, 'qu"ote', 'back\\slash', '']\n${appSlot}`,
    said: [
      `flavor.yaml:4:43 command[2] "two words" ${script}`,
      `flavor.yaml:4:54 command[3] "qu\\"ote" ${script}`,
      `flavor.yaml:4:64 command[4] "back\\\\slash" ${script}`,
      "flavor.yaml:4:78 command[5] has an empty word, which FlavorPack's launchers lose",
    ],
    title: 'words that launchers would cut, each at its place',
  },
  {
    manifest: `command: sh "{workenv}/app/two words"\n${appSlot}`,
    said: [`flavor.yaml:4:10 command[1] "{workenv}/app/two words" ${script}`],
    title: 'a word of a line',
  },
  {
    manifest: `command: sh {workenv}/app/{version}\nversion: 1.0.0 beta\nname: hello\ncompat: flavorpack\n${appSlot}`,
    said: [`flavor.yaml:1:10 command[1] "{workenv}/app/{version}" ${script}`],
    title: 'a placeholder that stands for a space',
  },
  {
    manifest: `command: node {slot:0}/index.js\n${appSlot}`,
    said: ['flavor.yaml:4:10 command[1] "{slot:0}/index.js" means another thing to FlavorPack\'s Go launcher'],
    title: "another launcher's placeholder",
  },
  {
    manifest: `command: /opt/node/bin/node {workenv}/app/index.js\n${appSlot}`,
    said: ['flavor.yaml:4:10 command[0] /opt/node/bin/node is looked up by its last name only, whatever its directory'],
    title: 'a program at a place of its own',
  },
  {
    files: {'tool/hello': '#!/bin/sh\necho hello from here\n'},
    manifest: 'command: hello\nslots:\n  - id: tool\n    purpose: native-binary\n    source: tool/hello\n    target: bin/hello\n',
    said: ["flavor.yaml:4:10 command[0] hello is looked up on the user's PATH only, not in the package"],
    title: 'a program of the package by its name',
  },
  {
    manifest: `command: node {workenv}/app/index.js {workenv}/data/settings {workenv}/tmp\n${appSlot}`,
    said: [
      'flavor.yaml:4:10 command[2] "{workenv}/data/settings" names data, which FlavorPack\'s work environments do not have',
      'flavor.yaml:4:10 command[3] "{workenv}/tmp" names tmp, which FlavorPack\'s work environments do not have',
    ],
    title: "places that only flavor's work environments have",
  },
  {
    manifest: `${command}directories: [var]\nsetup:\n  - sh -c 'touch x'\n  - cp {workenv}/app/index.js {workenv}/var/index.js\n${appSlot}`,
    said: [
      `flavor.yaml:7:5 setup[0][2] "touch x" ${script}`,
      "flavor.yaml:8:5 setup[1][2] names var of `directories`, which is not there yet when FlavorPack's Rust launcher runs it",
    ],
    title: 'setup that needs quotes, or a directory that is made elsewhere',
  },
  {
    manifest: `commands: {default: node x, worker: node "a b"}\nsetup: [sh -c 'a b']\n${appSlot}`,
    said: [
      "flavor.yaml:4:11 commands are several, and FlavorPack's launchers know one command alone",
      `flavor.yaml:5:9 setup[0][2] "a b" ${script}`,
    ],
    title: 'several commands',
  },
  // --- the environment
  {
    manifest: withEnv('set:', '  STATE: "{workenv}/var"', '  PATH: /bin', '  FLAVOR_WORKENV: /x'),
    said: [
      "flavor.yaml:7:12 env.set.STATE holds {workenv}, which FlavorPack's Go launcher does not fill in",
      'flavor.yaml:8:11 env.set.PATH changes PATH, which each launcher sets in its own way',
      'flavor.yaml:9:21 env.set.FLAVOR_WORKENV changes FLAVOR_WORKENV, which each launcher sets in its own way',
    ],
    title: 'variables with placeholders, and those of the launcher',
  },
  {
    manifest: withEnv('unset: ["*", "A[BC]*", "X**"]'),
    said: [
      'flavor.yaml:6:11 env.unset[0] "*" removes PATH, and FlavorPack\'s Go launcher then starts the application without one',
      'flavor.yaml:6:16 env.unset[1] "A[BC]*" matches other names in FlavorPack\'s launchers',
      'flavor.yaml:6:26 env.unset[2] "X**" matches other names in FlavorPack\'s launchers',
    ],
    title: 'globs that match more, or too much',
  },
  {
    manifest: withEnv('pass: [KEPT]', 'map:', '  KEPT: NEW', '  A: B', '  B: C', '  LANG: PATH'),
    said: [
      "flavor.yaml:8:11 env.map.KEPT renames KEPT, which `pass` keeps in flavor's launchers and not in FlavorPack's Go launcher",
      "flavor.yaml:10:8 env.map.B depends on the order of renames, which is not fixed in FlavorPack's launchers",
      'flavor.yaml:11:11 env.map.LANG changes PATH, which each launcher sets in its own way',
    ],
    title: 'renames of what is kept, of each other, and onto PATH',
  },
  // --- directories
  {
    manifest: `${command}directories: [var, {path: app/var}]\n${appSlot}`,
    said: ["flavor.yaml:5:20 directories[1] is inside what a slot makes, and FlavorPack's Rust launcher loses it"],
    title: 'a directory inside a slot',
  },
  // --- slots
  {
    files: {'extra.bin': 'a file of some length'},
    manifest: extra('source: extra.bin', 'compression: zstd'),
    said: ["flavor.yaml:12:18 slots[1].compression gives zstd; FlavorPack's launchers undo gzip once, and nothing else"],
    title: 'a compressor that they do not know',
  },
  {
    files: {'extra.bin': 'a file of some length'},
    manifest: `${command}slots:
  - {id: other, purpose: data-files, source: gone, platforms: [${process.platform === 'win32' ? 'linux' : 'win32'}]}
  - {id: extra, purpose: data-files, source: extra.bin, compression: zstd}
`,
    said: ["flavor.yaml:7:70 slots[1].compression gives zstd; FlavorPack's launchers undo gzip once, and nothing else"],
    title: 'a slot behind one of another platform, at the place that it has in the manifest',
  },
  {
    files: {'extra/x': 'a file of some length'},
    manifest: extra('source: extra', 'operations: [tar, gzip, zstd]'),
    said: ["flavor.yaml:12:17 slots[1].operations gives tar, gzip, zstd; FlavorPack's launchers undo gzip once, and nothing else"],
    title: 'a chain, step by step',
  },
  ...['volatile', 'temporary', 'lazy'].map((lifecycle) => ({
    files: {'extra.bin': 'a file of some length'},
    manifest: extra('source: extra.bin', `lifecycle: ${lifecycle}`),
    said: [`flavor.yaml:12:16 slots[1].lifecycle is ${lifecycle}; FlavorPack's launchers unpack every slot at the first start and keep it`],
    title: `the lifecycle ${lifecycle}`,
  })),
  {
    files: {'extra.bin': 'tiny'},
    manifest: extra('source: extra.bin', 'compression: none'),
    said: ["flavor.yaml:9:5 slots[1] stores 4 bytes; FlavorPack's Go launcher fails below 16"],
    title: 'a file too small, which is to stay as it is',
  },
  {
    files: {
      'extra/deep/file': 'x',
      'extra/directory': {link: 'deep'},
      'extra/nowhere': {link: 'gone'},
      'extra/sideways': {link: '../app/index.js'},
    },
    manifest: extra('source: extra', 'target: extra'),
    said: [
      "flavor.yaml:9:5 slots[1] has the link extra/directory to deep, and FlavorPack's launchers know links to files of the same slot only",
      "flavor.yaml:9:5 slots[1] has the link extra/nowhere to gone, and FlavorPack's launchers know links to files of the same slot only",
      "flavor.yaml:9:5 slots[1] has the link extra/sideways to ../app/index.js, and FlavorPack's launchers know links to files of the same slot only",
    ],
    title: 'links to directories, to nothing, and into another slot',
  },
  {
    files: {'extra.tar': `${'\0'.repeat(257)}ustar${'\0'.repeat(250)}`},
    manifest: extra('source: extra.tar', 'target: extra.tar'),
    said: ["flavor.yaml:9:5 slots[1] is a tar file, which FlavorPack's Go launcher unpacks"],
    title: 'a file that is a tar',
  },
  {
    files: {'extra/x': 'a file of some length'},
    manifest: extra('source: extra', 'target: slot_machine'),
    said: ["flavor.yaml:12:13 slots[1].target makes a directory slot_machine, which FlavorPack's Go launcher takes apart"],
    title: 'a directory whose name the Go launcher takes for its own',
  },
  {
    files: {'extra.bin': 'a file of some length'},
    manifest: `command: cat {workenv}/slot_1_extra\nslots:\n  - id: extra\n    purpose: data-files\n    source: extra.bin\n    target: .\n`,
    said: ['flavor.yaml:9:13 slots[0].target is the work environment itself'],
    title: 'a file without a name of its own',
  },
  {
    files: {extra: null},
    manifest: extra('source: extra', 'target: .'),
    said: ["flavor.yaml:9:5 slots[1] is empty, which FlavorPack's Rust launcher takes for no tar"],
    title: 'nothing at all',
  },
  {
    files: {'venv/bin/python': 'x', 'venv/pyvenv.cfg': 'x'},
    manifest: `${command}${appSlot}  - id: venv\n    purpose: python-environment\n    source: venv\n`,
    said: [
      "flavor.yaml:9:5 slots[1] puts venv/bin first on PATH, and FlavorPack's launchers know bin only",
      "flavor.yaml:9:5 slots[1] sets VIRTUAL_ENV to {workenv}/venv, which FlavorPack's Go launcher does not fill in",
    ],
    title: 'a purpose that adds to the environment',
  },
  {
    manifest: `${command}output: out/hello world\n${appSlot}`,
    said: ['flavor.yaml:5:9 output calls the file "hello world", and FlavorPack\'s launchers cut the paths of its work environment there'],
    title: 'a file name with a space',
  },
]

describe('compat: flavorpack refuses', () => {
  for (const {files = {}, manifest, said, title} of refusals) {
    it(title, async () => {
      const whole = manifest.includes('compat:') ? manifest : `${head}${manifest}`
      const lines = await refused({...app, ...files, 'flavor.yaml': whole})
      assert.deepEqual(
        lines.filter((line) => !line.startsWith('    ')),
        said,
      )
      assert.equal(lines.length, 2 * said.length, 'each has a hint')
    })
  }

  it('a directory that nobody could fill', async () => {
    const files = {...app, 'extra/closed/file': 'x', 'flavor.yaml': `${head}${extra('source: extra', 'modes: keep')}`}
    const root = writeFiles(temporaryDirectory(), files)
    chmodSync(join(root, 'extra/closed'), 0o500)
    const packing = loadPlan({cwd: root, manifest: undefined}).then(packPlan)
    await assert.rejects(packing, {
      code: 'EFLAVOR_COMPAT',
      message: /slots\[1\] has extra\/closed, which FlavorPack's launchers cannot fill without its owner's w and x\n/,
    })
  })

  it('everything at once, in the order of the file', async () => {
    const manifest = `${head}slots:\n  - id: app\n    purpose: application-code\n    source: app\n    lifecycle: lazy\n    compression: zstd\nenv: {set: {PATH: x}}\ncommand: node "a b"\n`
    const lines = await refused({...app, 'flavor.yaml': manifest})
    assert.deepEqual(
      lines.filter((line) => !line.startsWith(' ')).map((line) => line.split(' ', 2).join(' ')),
      [
        'flavor.yaml:8:16 slots[0].lifecycle',
        'flavor.yaml:9:18 slots[0].compression',
        'flavor.yaml:10:19 env.set.PATH',
        'flavor.yaml:11:10 command[1]',
      ],
    )
  })

  it('slots of a gibibyte, whose size compression decides', () => {
    assert.deepEqual(
      sizeProblems([60, 16, 2 ** 30, 2 ** 30 - 1]).map(({message, place}) => [place, message]),
      [[['slots', 1], "stores 1073741824 bytes; FlavorPack's Go launcher reads less than 1073741824"]],
    )
  })

  it('nothing when nobody asked', async () => {
    const files = {...app, 'flavor.yaml': `${head.replace('compat: flavorpack\n', '')}command: [node, "a b"]\n${appSlot}`}
    assert.ok((await packed(files)).bytes.length > 0)
  })
})

describe('compat: flavorpack does by itself', () => {
  const everything: Files = {
    ...app,
    'app/again.js': {link: 'index.js'},
    'bin/hello': {mode: 0o755, text: '#!/bin/sh\necho hello from here\n'},
    'data/deep/er/file': 'x',
    'flavor.yaml': `name: hello
version: 1.0.0
compat: flavorpack
command: '"{workenv}/bin/hello" {package_name}'
setup:
  - '{workenv}/bin/hello  "once"'
  - sh {workenv}/app/x
env: {unset: ["*"], pass: [PATH], set: {A: b c}}
slots:
  - {id: app, purpose: application-code, source: app}
  - {id: hello, purpose: native-binary, source: bin/hello}
  - {id: data, purpose: data-files, source: data, target: opt/data}
  - {id: tiny, purpose: data-files, source: tiny, target: share/tiny}
  - {id: pages, purpose: static-resources, source: data}
  - {id: runtime, purpose: python-environment, source: runtime, target: .}
`,
    'runtime/bin/python': 'x',
    tiny: '',
  }

  it('the chains that the mission names, small files and links', async () => {
    const {bytes, warnings} = await packed(everything)
    const {json, rows} = parse(bytes)
    assert.deepEqual(
      json.slots.map(({id, operations, target}) => [id, operations, target]),
      [
        ['package-metadata', 'none', 'metadata.json'],
        ['app', 'tar', '{workenv}'],
        ['hello', 'none', 'bin/hello'],
        ['data', 'tar', '{workenv}'],
        ['tiny', 'gzip', 'share/tiny'],
        ['pages', 'tgz', '{workenv}'],
        ['runtime', 'tgz', '{workenv}'],
      ],
    )
    assert.deepEqual(
      rows.map(({operations}) => operations),
      [0n, 0x01n, 0n, 0x01n, 0x10n, 0x1001n, 0x1001n],
    )
    assert.deepEqual(
      members(contentOf(bytes, rows, 1)).map(({name, type}) => [name, type]),
      [
        ['app/', '5'],
        ['app/again.js', '0'],
        ['app/index.js', '0'],
      ],
    )
    assert.deepEqual(warnings, ['slot app: copies of files take the place of 1 symbolic link'])
  })

  it('commands that everybody reads alike, and an environment that everybody makes alike', async () => {
    const {execution, runtime, setup_commands, workenv} = parse((await packed(everything)).bytes).json
    assert.deepEqual(execution.argv, ['/usr/bin/env', '{workenv}/bin/hello', '{package_name}'])
    assert.equal(execution.command, '/usr/bin/env {workenv}/bin/hello {package_name}')
    assert.deepEqual([execution.env, execution.environment], [{}, {}])
    assert.deepEqual(
      setup_commands.map(({command}) => command),
      ['/usr/bin/env {workenv}/bin/hello once', 'sh {workenv}/app/x'],
    )
    const python = {PYTHONDONTWRITEBYTECODE: '1', PYTHONHOME: '', PYTHONNOUSERSITE: '1', PYTHONPATH: ''}
    assert.deepEqual(runtime.env.set, {...python, A: 'b c'})
    assert.deepEqual(runtime.env.pass, ['PATH', 'FLAVOR_COMMAND_NAME', 'FLAVOR_ORIGINAL_COMMAND', 'FLAVOR_WORKENV'])
    assert.deepEqual(workenv, {directories: [], env: {}, path: []})
  })

  it('a file that keeps every point of the checklist (pspf-2025, 10.1)', async () => {
    requireEmittable((await packed(everything)).bytes)
  })
})

// --- a package, read from its bytes alone ----------------------------------------------------------------------------

interface Slot {
  readonly slot: number
  readonly id: string
  readonly target: string
  readonly operations: string
  readonly size: number
  readonly checksum: string
  readonly permissions: string
  readonly lifecycle: string
}

interface Json {
  readonly [key: string]: unknown
  readonly package: Readonly<Record<string, unknown>>
  readonly slots: readonly Slot[]
  readonly execution: {argv: string[]; command: string; env: object; environment: object; primary_slot: number}
  readonly runtime: {env: {pass: string[]; set: object}}
  readonly setup_commands: readonly {command: string; type: string}[]
  readonly workenv: {env: object; path: string[]; directories: unknown[]}
}

interface Row {
  readonly id: bigint
  readonly offset: number
  readonly size: number
  readonly operations: bigint
  readonly checksum: Buffer
  readonly permissions: number
}

interface Parsed {
  readonly index: Buffer
  readonly json: Json
  readonly text: Buffer
  readonly rows: readonly Row[]
}

function parse(bytes: Buffer): Parsed {
  const index = bytes.subarray(bytes.length - 8196, bytes.length - 4)
  const [metadata, size, table] = [32 - 8, 32, 40].map((at) => Number(index.readBigUInt64LE(at))) as [number, number, number]
  const text = gunzipSync(bytes.subarray(metadata, metadata + size))
  const rows = Array.from({length: index.readUInt32LE(56)}, (_, at) => rowOf(bytes.subarray(table + 64 * at, table + 64 * (at + 1))))
  return {index, json: JSON.parse(text.toString()), rows, text}
}

function rowOf(row: Buffer): Row {
  return {
    checksum: row.subarray(48, 56),
    id: row.readBigUInt64LE(0),
    offset: Number(row.readBigUInt64LE(16)),
    operations: row.readBigUInt64LE(40),
    permissions: row.readUInt16LE(62),
    size: Number(row.readBigUInt64LE(24)),
  }
}

function contentOf(bytes: Buffer, rows: readonly Row[], index: number): Buffer {
  const {offset, operations, size} = rows[index] as Row
  const stored = bytes.subarray(offset, offset + size)
  return operations >> 8n === 0x10n || operations === 0x10n ? gunzipSync(stored) : stored
}

function members(tar: Buffer): readonly {readonly magic: string; readonly name: string; readonly type: string}[] {
  const found: {magic: string; name: string; type: string}[] = []
  for (let at = 0; tar[at] !== 0; ) {
    const field = (from: number, to: number) => tar.toString('latin1', at + from, at + to).replace(/\0.*$/s, '')
    found.push({magic: field(257, 262), name: field(0, 100), type: field(156, 157)})
    at += 512 + Math.ceil(Number.parseInt(field(124, 136), 8) / 512) * 512
  }
  return found
}

function requireEmittable(bytes: Buffer): void {
  const parsed = parse(bytes)
  requireTrailer(bytes, parsed)
  requireKeys(parsed)
  for (const [at, row] of parsed.rows.entries()) requireRow(bytes, parsed, row, at)
  requireCommand(parsed.json)
  assert.ok(parsed.text.length <= 2 ** 20)
}

/** Point 1. */
function requireTrailer(bytes: Buffer, {index, text}: Parsed): void {
  const [start, end] = ['f09f93a6', 'f09faa84']
  assert.equal(bytes.toString('hex', bytes.length - 8200, bytes.length - 8196), start)
  assert.equal(bytes.toString('hex', bytes.length - 8), start + end, 'the marks side by side')
  assert.equal(index.readUInt32LE(0), 0x20250001)
  assert.equal(index.readUInt32LE(4), adler(Buffer.concat([index.subarray(0, 4), Buffer.alloc(4), index.subarray(8)])))
  assert.equal(Number(index.readBigUInt64LE(8)), bytes.length)
  const [metadata, size] = [Number(index.readBigUInt64LE(24)), Number(index.readBigUInt64LE(32))]
  assert.ok(
    index.subarray(96, 128).equals(
      createHash('sha256')
        .update(bytes.subarray(metadata, metadata + size))
        .digest(),
    ),
  )
  const key = createPublicKey({format: 'jwk', key: {crv: 'Ed25519', kty: 'OKP', x: index.toString('base64url', 64, 96)}})
  assert.ok(verify(null, text, key, index.subarray(128, 192)))
  assert.ok(index.subarray(192, 640).every((byte) => byte === 0))
}

/** By the definition of RFC 1950. */
function adler(bytes: Buffer): number {
  let [a, b] = [1, 0]
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return b * 65536 + a
}

/** Point 2: what the Rust launcher's types demand. */
function requireKeys({json}: Parsed): void {
  const texts = (value: object, keys: readonly string[]) => {
    for (const key of keys) assert.equal(typeof (value as Record<string, unknown>)[key], 'string', key)
  }
  const fields = (key: string) => json[key] as Record<string, unknown>
  assert.equal(json.format, 'PSPF/2025')
  texts(json, ['format_version'])
  texts(json.package, ['name', 'version', 'description'])
  for (const [index, slot] of json.slots.entries()) {
    texts(slot, ['id', 'source', 'target', 'checksum', 'operations', 'purpose', 'lifecycle', 'permissions'])
    assert.deepEqual([slot.slot, Number.isInteger(slot.size)], [index, true])
  }
  assert.ok(Number.isInteger(json.execution.primary_slot))
  texts(json.execution, ['command'])
  texts(fields('build'), ['tool', 'tool_version', 'timestamp'])
  texts(fields('build').platform as object, ['os', 'arch', 'host'])
  texts(fields('launcher'), ['tool', 'tool_version', 'checksum'])
  assert.ok(Number.isInteger(fields('launcher').size) && Array.isArray(fields('launcher').capabilities))
  texts(fields('compatibility'), ['min_format_version'])
  assert.ok(Array.isArray(fields('compatibility').features))
  assert.deepEqual(fields('verification').integrity_seal, {algorithm: 'ed25519', required: true})
  for (const value of Object.values(json.runtime.env.set)) assert.equal(typeof value, 'string')
  assert.equal(JSON.stringify(json).includes(':null'), false)
}

/** Points 3, 4, 5 and 8. */
function requireRow(bytes: Buffer, {json}: Parsed, row: Row, at: number): void {
  const slot = json.slots[at] as Slot
  const stored = bytes.subarray(row.offset, row.offset + row.size)
  const hash = createHash('sha256').update(stored).digest()
  assert.equal(row.offset % 8, 0)
  assert.ok(row.size >= 16 && row.size < 2 ** 30, `${slot.id} stores ${row.size} bytes`)
  assert.ok([0n, 0x01n, 0x10n, 0x1001n].includes(row.operations), slot.id)
  assert.ok(row.checksum.equals(hash.subarray(0, 8)) && slot.checksum === `sha256:${hash.toString('hex')}` && slot.size === row.size)
  assert.notEqual(row.id & 0xffn, 0x7bn)
  assert.notEqual(row.id & 0xffffn, 0x8b1fn)
  if ((row.operations & 0xffn) === 0x01n) {
    const found = members(contentOf(bytes, [row], 0))
    assert.ok(found.length > 0)
    assert.deepEqual([...new Set(found.map(({magic}) => magic))], ['ustar'])
    assert.ok(found.every(({name, type}) => ['0', '5', 'x'].includes(type) && !name.startsWith('/') && !name.split('/').includes('..')))
    assert.equal(slot.target, '{workenv}')
  } else {
    assert.ok(!slot.target.startsWith('/') && slot.target !== '' && slot.target !== '.')
    assert.equal(Number.parseInt(slot.permissions, 8), row.permissions)
    assert.match(slot.permissions, /^0[0-7]{3}$/)
  }
}

/** Points 6 and 7. */
function requireCommand({execution, setup_commands, workenv}: Json): void {
  for (const {command} of [execution, ...setup_commands]) {
    assert.doesNotMatch(command, /['"\\]|\{slot:/)
    assert.match(command, /^(?:\/usr\/bin\/env|\w+)(?: \S+)*$/)
  }
  assert.equal(execution.command, execution.argv.join(' '))
  assert.deepEqual(execution.env, execution.environment)
  assert.deepEqual([workenv.env, workenv.path], [{}, []])
  for (const {type} of setup_commands) assert.equal(type, 'execute')
}
