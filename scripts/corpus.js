/**
 * Makes `format/corpus` anew: what the fuzzers of all three languages begin with, taken from the vectors and from the
 * streams of the conformance cases. One folder a target, one input a file, and `outcomes.json`, what every reader must answer:
 *
 *     npm run build && node scripts/corpus.js
 *
 * Files that this script does not make are findings of a fuzzer, named after what was found. They stay, and every language's
 * own tests read them for ever.
 */
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {gunzipSync, gzipSync} from 'node:zlib'
import {memorySource} from '../dist/format/bytes.js'
import {packChain} from '../dist/format/chain.js'
import {openPackage} from '../dist/format/examination.js'
import {checkSignature} from '../dist/format/signature.js'
import {targets} from '../test/format/corpus.ts'

const root = new URL('../', import.meta.url)
const corpus = new URL('format/corpus/', root)
const vectors = new URL('format/vectors/', root)
const streams = {bz2: 0x13, gz: 0x10, xz: 0x16, zst: 0x1b}
/** Files of ours; the rest are findings. */
const prefix = 'seed-'

const oneSlot = {
  execution: {command: 'sh'},
  format: 'PSPF/2025',
  package: {name: 'a', version: '1'},
  slots: [{id: 'app', target: 'app'}],
}
const severalCommands = {
  names: {'a-1': {argv: ['']}, default: {argv: ['x'], slots: null}},
  'of-another-name': {'a.exe': {argv: ['x']}},
  slots: {a: {argv: ['x'], slots: ['app', 'app']}},
  'unknown-slot': {a: {argv: ['x'], slots: ['ap']}},
  wordless: {a: {argv: null}},
}

function* seeds() {
  for (const name of readdirSync(vectors).filter((entry) => !entry.includes('.'))) yield* ofPackage(name)
  yield* ofCase('07-chains')
  yield* ofCase('12-slot-content')
  yield ['metadata', 'surrogates-and-numbers', Buffer.from('{"a":"\\ud83d\\ude00\\ud83d\\u0000","a":[1e999,-0,16.0]}')]
  for (const [name, commands] of Object.entries(severalCommands))
    yield ['metadata', `commands-${name}`, Buffer.from(JSON.stringify({...oneSlot, commands}))]
  yield ['metadata', 'nested', Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`)]
  yield ['chain', 'two-codecs', inChain([0x10, 0x10], gzipSync(gzipSync('content')))]
}

function* ofPackage(name) {
  const bytes = readFileSync(new URL(`${name}/package.pspf`, vectors))
  const {metadataBytes, regions, slots} = openPackage(memorySource(bytes), checkSignature)
  const region = (wanted) => regions.filter((one) => one.name === wanted).map(({offset, size}) => bytes.subarray(offset, offset + size))
  for (const rows of region('slot table')) if (rows.length < 4096) yield ['table', name, rows]
  for (const trailer of region('trailer')) yield ['index', name, trailer.subarray(0, 200)]
  if (metadataBytes.length < 8192) yield ['metadata', name, metadataBytes]
  for (const {chain, offset, storedSize, index} of slots.slice(0, 4)) {
    if (storedSize > 0 && storedSize < 4096)
      yield ['chain', `${name}-${index}`, inChain(chain, bytes.subarray(offset, offset + storedSize))]
  }
}

function* ofCase(section) {
  const directory = new URL(`conformance/cases/${section}/bytes/`, root)
  for (const name of readdirSync(directory)) {
    const stream = readFileSync(new URL(name, directory))
    yield ['chain', name, inChain([streams[name.split('.').at(-1)]], stream)]
    if (name.endsWith('.tar.gz')) yield ['untar', name.slice(0, -3), gunzipSync(stream)]
  }
}

/** The target `chain` takes the eight bytes of a row's operations, and then what is stored. */
function inChain(codes, stored) {
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(packChain(codes))
  return Buffer.concat([head, stored])
}

for (const target of Object.keys(targets)) {
  const directory = new URL(`${target}/`, corpus)
  mkdirSync(directory, {recursive: true})
  for (const name of readdirSync(directory)) if (name.startsWith(prefix)) rmSync(new URL(name, directory))
}
for (const [target, name, bytes] of seeds()) writeFileSync(new URL(`${target}/${prefix}${name}`, corpus), bytes)

const outcomes = {}
for (const [target, ask] of Object.entries(targets)) {
  outcomes[target] = {}
  for (const name of readdirSync(new URL(`${target}/`, corpus)).sort())
    outcomes[target][name] = await ask(readFileSync(new URL(`${target}/${name}`, corpus)))
}
writeFileSync(new URL('outcomes.json', corpus), `${JSON.stringify(outcomes, null, 2)}\n`)
