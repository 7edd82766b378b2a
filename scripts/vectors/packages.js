/** The packages that readers accept: what the known builders make, and what flavor makes. Each is a folder of `format/vectors`. */
import {fromHex} from '../../dist/format/bytes.js'
import {chainWord, packChain} from '../../dist/format/chain.js'
import {storeGzip} from '../../dist/format/gzip.js'
import {encodeDescriptor} from '../../dist/format/slot.js'
import {assemble, demo, join, json, other, sha256, tar, text, u16, u32, u64, zeros, zstdFrames} from './pieces.js'

const stub = text('LAUNCHER-STUB-01')
const head = (bytes) => fromHex(sha256(bytes)).subarray(0, 8)

// --- built by flavor -------------------------------------------------------------------------------------------------

const codecs = {1: 'tar 1', 16: 'stored 1', 27: 'raw 1'}
const classes = {'application-code': 1, configuration: 2, 'data-files': 0, 'package-metadata': 0}

/** A slot that flavor would write: its row of the table, and its object in the JSON. */
export function exactSlot({chain = [], id, lifecycle = 'persistent', original, permissions = '0644', purpose, stored, target}, slot) {
  return {
    checksum: `sha256:${sha256(stored)}`,
    class: classes[purpose],
    chain: chain.map((operation) => ({codec: codecs[operation] ?? 'unknown 1', operation})),
    id,
    lifecycle,
    operations: chainWord(chain),
    original_size: original,
    permissions,
    purpose,
    shareable: false,
    size: stored.length,
    slot,
    source: id,
    target,
  }
}

export function exactRow(slot, offset) {
  return encodeDescriptor({...slot, mode: Number.parseInt(slot.permissions, 8), sha256: slot.checksum.replace('sha256:', '')}, offset)
}

export function exactJson(slots, launcher) {
  return {
    format: 'PSPF/2025',
    format_version: '1.0.0',
    package: {name: 'vector', version: '1.0.0', description: 'A package for tests'},
    slots,
    execution: {
      primary_slot: 1,
      command: '/bin/sh {workenv}/app/run.sh',
      argv: ['/bin/sh', '{workenv}/app/run.sh'],
      env: {GREETING: 'hello'},
      environment: {GREETING: 'hello'},
    },
    verification: {integrity_seal: {required: true, algorithm: 'ed25519'}, signed: true, require_verification: true},
    build: {
      tool: 'flavor',
      tool_version: '0.1.0',
      timestamp: '1970-01-01T00:00:00.000Z',
      deterministic: true,
      development: true,
      platform: {os: 'linux', arch: 'x64', host: 'linux/x64'},
    },
    launcher: {
      tool: 'flavor-vector-launcher',
      tool_version: '0.1.0',
      size: launcher.length,
      checksum: `sha256:${sha256(launcher)}`,
      capabilities: ['signed'],
      target: 'any-any',
    },
    compatibility: {min_format_version: '1.0.0', features: ['runtime_env']},
    runtime: {env: {unset: ['NODE_OPTIONS'], pass: ['HOME'], map: {}, set: {MODE: 'packaged'}}},
    workenv: {path: ['app/bin']},
  }
}

const script = '#!/bin/sh\necho "$GREETING from a vector"\n'
export const appMembers = [
  {mode: 0o755, name: 'app/', type: 5},
  {link: 'run.sh', mode: 0o777, name: 'app/again', type: 2},
  {mode: 0o755, name: 'app/empty/', type: 5},
  {content: script, mode: 0o755, name: 'app/run.sh'},
  {content: 'äöü\n', name: 'app/ümlaut.txt'},
]

/** What `exactPackage` packs unless told otherwise. */
export const exactContents = () => {
  const app = tar(appMembers)
  return [
    {
      id: 'package-metadata',
      original: 36,
      purpose: 'package-metadata',
      stored: text('{"name":"vector","version":"1.0.0"}\n'),
      target: 'metadata.json',
    },
    {chain: [1, 16], id: 'app', original: app.length, purpose: 'application-code', stored: storeGzip(app), target: 'app'},
    {
      id: 'settings',
      lifecycle: 'volatile',
      original: 21,
      permissions: '0600',
      purpose: 'configuration',
      stored: text('[vector]\nanswer = 42\n'),
      target: 'etc/settings.ini',
    },
    {id: 'nothing', original: 0, purpose: 'data-files', stored: zeros(0), target: 'share/nothing'},
    {
      chain: [27],
      id: 'notes',
      lifecycle: 'lazy',
      original: 28,
      purpose: 'data-files',
      stored: zstdFrames('first frame\n', 'second frame\n\n\n\n'),
      target: 'share/notes.txt',
    },
  ]
}

export const exactLauncher = text('#!/bin/sh\necho this vector has no launcher >&2\nexit 101\n')

/**
 * The package that flavor would build of some contents. `alter` changes the JSON before it is signed; the table goes on
 * saying what the contents are. `slack` is what is left of the metadata's room.
 */
export function exactPackage({alter = () => {}, contents = exactContents(), launcher = exactLauncher, raw, slack = 40, ...rest} = {}) {
  const slots = contents.map(exactSlot)
  const base = exactJson(structuredClone(slots), launcher)
  const room = Math.ceil((storeGzip(json(base)).length + slack) / 8) * 8 + ((8 - (launcher.length % 8)) % 8)
  alter(base)
  return assemble({
    index: {tailMark: true, ...rest.index},
    json: raw ? raw(base) : json(base),
    launcher,
    room,
    slots: contents.map(({stored}, at) => ({bytes: stored, row: (offset) => exactRow(slots[at], offset)})),
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'index')),
  })
}

// --- built by others -------------------------------------------------------------------------------------------------

/** A row of the table as FlavorPack's builders write it. */
export function foreignRow({chain = [], hashed, mode = 0o600, originalSize, priority = 1, purpose = 0, lifecycle = 2, slot, stored}) {
  return (offset) =>
    stored.length === 0 && originalSize === undefined
      ? join(u64(slot), zeros(56))
      : join(
          u64(slot),
          head(text(hashed)),
          u64(offset),
          u64(stored.length),
          u64(originalSize ?? stored.length),
          u64(packChain(chain)),
          head(stored),
          Uint8Array.of(purpose, lifecycle, priority, 0, 0, 0),
          u16(mode),
        )
}

const v1Script = text('#!/bin/sh\necho pspf-vector-1 ok\n')
export const v1Json = {
  format: 'PSPF/2025',
  format_version: '1.0.0',
  package: {name: 'vector', version: '1.0.0', description: ''},
  slots: [
    {
      slot: 0,
      id: 'run',
      source: 'run.sh',
      target: 'bin/run.sh',
      size: 32,
      checksum: `sha256:${sha256(v1Script)}`,
      operations: 'none',
      purpose: 'code',
      lifecycle: 'runtime',
      permissions: '0755',
    },
  ],
  execution: {primary_slot: 0, command: '/bin/sh {workenv}/bin/run.sh', env: {}, environment: {}},
}

/** "V1" of the interoperability notes, or a relative of it: `alter` changes the JSON, everything else is `assemble`'s. */
export function v1({alter = () => {}, raw, row = {}, ...rest} = {}) {
  const base = structuredClone(v1Json)
  alter(base)
  return assemble({
    json: raw ? raw(base) : json(base),
    launcher: stub,
    slots: [{bytes: v1Script, row: foreignRow({hashed: 'run', mode: 0o755, purpose: 1, slot: 0, stored: v1Script, ...row})}],
    ...rest,
  })
}

const foreignSlot = (slot, id, stored, more) => ({
  slot,
  id,
  source: `build/${id}`,
  target: '{workenv}',
  size: stored.length,
  checksum: `sha256:${sha256(stored)}`,
  operations: 'tgz',
  purpose: 'runtime',
  lifecycle: 'runtime',
  permissions: '0700',
  ...more,
})

const tree = storeGzip(tar([{content: 'print("hello")\n', name: 'bin/hello.py'}]))
const bare = tar([{content: 'defaults\n', name: 'etc/defaults.txt'}])
const leaf = text('PATH=/nowhere\n')

function rustBuilt() {
  const slots = [
    foreignSlot(0, 'runtime', tree, {operations: 'tar.gz'}),
    foreignSlot(1, 'settings', leaf, {operations: 'none', permissions: null, purpose: 'config', target: '{workenv}/etc/settings'}),
  ]
  const value = {
    ...v1Json,
    slots,
    verification: {integrity_seal: {required: true, algorithm: 'ed25519'}, signed: true, require_verification: false},
    build: {
      tool: 'flavor-rs',
      tool_version: '1.0.0',
      timestamp: '2025-11-01T00:00:00+00:00',
      deterministic: true,
      platform: {os: 'linux', arch: 'x86_64', host: 'linux/x86_64'},
    },
    launcher: {
      tool: 'stub',
      tool_version: '1.0.0',
      size: stub.length,
      checksum: `sha256:${sha256(stub)}`,
      capabilities: ['mmap', 'signed'],
    },
    compatibility: {min_format_version: '1.0.0', features: []},
  }
  return assemble({
    gap: 8192,
    json: text(JSON.stringify(value, null, 2)),
    launcher: stub,
    slots: [
      // Rust's builder does not know the word `tar.gz`, and writes no operation.
      {bytes: tree, row: foreignRow({hashed: 'runtime', mode: 0o700, slot: 0, stored: tree})},
      {bytes: leaf, row: foreignRow({hashed: 'settings', mode: 0o600, slot: 1, stored: leaf})},
    ],
  })
}

function goBuilt() {
  const slots = [foreignSlot(0, 'app', tree, {lifecycle: '', operations: 'tar.gz', permissions: '0600', purpose: ''})]
  const value = {
    ...v1Json,
    format_version: '',
    slots,
    execution: {primary_slot: 0, command: 'python3 {workenv}/bin/hello.py', environment: null},
    verification: {integrity_seal: {required: true, algorithm: 'ecdsa-p256'}, signed: false, require_verification: false},
    build: {tool: 'flavor-go', tool_version: '1.0.0', timestamp: '2025-11-01T00:00:00Z', deterministic: true},
  }
  return assemble({
    json: text(JSON.stringify(value, null, 2)),
    launcher: stub,
    patch: [
      [644, u32(0)],
      [832, zeros(8)],
      [856, zeros(8)],
    ],
    slots: [{bytes: tree, row: foreignRow({chain: [1, 16], hashed: '{workenv}', mode: 0o600, priority: 128, slot: 0, stored: tree})}],
  })
}

/** Python's: sizes before compression, checksum of the launcher with its prefix twice, hints, whole pages or no alignment. */
function pythonBuilt(alignment) {
  const inner = 32
  const slots = [
    foreignSlot(0, 'uv', storeGzip(v1Script), {operations: 'gzip', size: inner, target: 'bin/uv'}),
    foreignSlot(1, 'wheels', bare, {lifecycle: 'cache', operations: 'tar', size: 4096, target: 'wheels'}),
  ]
  const stored = [storeGzip(v1Script), bare]
  const value = {
    ...v1Json,
    slots,
    build: {tool: 'flavor-python', tool_version: '0.3.0', timestamp: '2025-01-01T00:00:00+00:00'},
    launcher: {
      tool: 'launcher',
      tool_version: '1.0.0',
      size: stub.length,
      checksum: `sha256:sha256:${sha256(stub)}`,
      capabilities: ['mmap', 'async', 'sandbox'],
    },
  }
  return assemble({
    alignment,
    json: text(JSON.stringify(value, null, 2)),
    launcher: stub,
    patch: [
      [640, Uint8Array.of(2, 1)],
      [648, u64(134_217_728)],
      [656, u64(8_388_608)],
      [688, u32(65_536)],
      [832, u64(alignment === 1 ? 0x81 : 0x83)],
    ],
    slots: [
      {bytes: stored[0], row: foreignRow({chain: [16], hashed: 'uv', mode: 0o700, originalSize: inner, slot: 0, stored: stored[0]})},
      {bytes: stored[1], row: foreignRow({chain: [1], hashed: 'wheels', lifecycle: 4, mode: 0o644, slot: 1, stored: stored[1]})},
    ],
  })
}

function selfReferential() {
  const value = structuredClone(v1Json)
  const nothing = {checksum: '', operations: 'none', permissions: '0755', self_ref: true, size: 0, source: '$SELF', target: 'bin/self'}
  value.slots.push(foreignSlot(1, 'self', zeros(0), nothing))
  return assemble({
    json: json(value),
    launcher: stub,
    slots: [
      {bytes: v1Script, row: foreignRow({hashed: 'run', mode: 0o755, purpose: 1, slot: 0, stored: v1Script})},
      {bytes: zeros(0), row: foreignRow({slot: 1, stored: zeros(0)})},
    ],
  })
}

function manySlots() {
  const contents = Array.from({length: 125}, (_, slot) => ({
    id: slot === 0 ? 'package-metadata' : `s${slot}`,
    original: 4,
    purpose: slot === 0 ? 'package-metadata' : 'data-files',
    stored: text(String(slot).padStart(4, '0')),
    target: slot === 0 ? 'metadata.json' : `s/${slot}`,
  }))
  return exactPackage({contents})
}

/** One JSON with every liberty that builders take with the keys. */
function tolerated() {
  return v1({
    alter(value) {
      value.unknown = {nested: [1, null, {deep: true}]}
      value.format_version = undefined
      value.build = {timestamp: 1_735_689_600, tool: 'somebody'}
      value.runtime = {env: {unset: ['PYTHONPATH', 'ACME_*'], pass: ['PATH'], map: {OLD: 'NEW'}, set: {A: '1'}}}
      value.workenv = {directories: [{path: '{workenv}/var'}, {mode: '0755', path: 'tmp'}], env: {STATE: '{workenv}/var'}}
      value.setup_commands = [
        '/bin/true',
        {type: 'execute', command: '/bin/sh {workenv}/bin/run.sh'},
        {type: 'chmod', path: '{workenv}/bin/*', mode: '700'},
        {type: 'write_file', path: '{workenv}/metadata/installed', content: '{package_name}-{version}'},
        {type: 'enumerate_and_execute', command: 'ls', enumerate: {path: '{workenv}', pattern: '*.whl'}},
      ]
      value.execution = {command: 'sh {workenv}/bin/run.sh'}
      value.slots[0] = {
        id: 'run',
        target: '{workenv}/bin/run.sh',
        checksum: sha256(v1Script).toUpperCase(),
        permissions: '0o755',
        lifecycle: 'anything',
      }
    },
  })
}

/** Sentence → how the package is made, and what an outside policy says of it. */
export const packages = {
  'built-by-flavor': {make: () => exactPackage()},
  'built-by-flavor-without-slack': {make: () => exactPackage({contents: exactContents().slice(0, 2), slack: 0})},
  'built-by-flavor-with-125-slots': {make: manySlots},
  'built-by-flavor-without-slots': {make: () => exactPackage({contents: []})},
  'built-by-go-with-an-empty-version-and-a-null-environment': {make: goBuilt},
  'built-by-python-on-whole-pages': {make: () => pythonBuilt(4096)},
  'built-by-python-without-alignment': {make: () => pythonBuilt(1)},
  'built-by-rust-with-a-gap-of-8-kib': {make: rustBuilt},
  'checksums-that-are-not-set': {make: () => v1({index: {metadataChecksum: zeros(32)}, patch: [[4, zeros(4)]]})},
  'every-liberty-with-the-keys': {make: tolerated},
  'no-slots-and-no-table': {
    make: () => assemble({index: {tableOffset: 0}, json: json({...v1Json, slots: []}), launcher: stub, slots: []}),
  },
  're-signed-by-somebody-else': {
    make: () => exactPackage({keys: other}),
    withKey: {key: demo.publicKey, accept: false, code: 'EFLAVOR_KEY_MISMATCH', exit: 107},
  },
  'slot-that-refers-to-the-package-itself': {make: selfReferential},
  'the-complete-vector-v1': {make: () => v1()},
  'the-complete-vector-v1-with-the-tail-mark': {make: () => v1({index: {tailMark: true}})},
}
