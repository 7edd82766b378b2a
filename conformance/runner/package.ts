/** A package from its description: the launcher under test, slots made by the codecs at hand, signed by a seed. */
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import * as zlib from 'node:zlib'
import {Header, Pax} from 'tar'
import {align} from '../../dist/format/bytes.js'
import {chainWord, operationCode, packChain} from '../../dist/format/chain.js'
import {storeGzip} from '../../dist/format/gzip.js'
import {adlerOf, encodeIndex, frameIndex} from '../../dist/format/index-block.js'
import {keyPairFromText} from '../../dist/format/keys.js'
import {signMetadata} from '../../dist/format/signature.js'
import {encodeDescriptor} from '../../dist/format/slot.js'
import type {MemberDescription, PackageDescription, SlotDescription} from './case.ts'

type Json = Record<string, unknown>
type Layout = NonNullable<PackageDescription['layout']>

interface SlotBytes {
  readonly json: Json & {readonly id: string; readonly size: number; readonly lifecycle: string}
  readonly stored: Uint8Array
  readonly chain: readonly number[]
  readonly mode: number
  readonly sha256: string
  readonly original: number
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** `directory` is the case's, for bytes that lie beside it. */
export function buildPackage(description: PackageDescription, launcher: Uint8Array, directory: string): Uint8Array {
  const {layout = {}, seed = 'conformance'} = description
  const flavors = description.builder !== 'another'
  const slots = slotsOf(description).map((slot, index) => slotBytes(slot, index, directory, layout))
  const json = Buffer.from(JSON.stringify(metadataOf(description, slots, launcher, flavors)))
  const metadata = storeGzip(json)
  const metadataOffset = launcher.length + (layout.gap ?? 0)
  const tableOffset = align(metadataOffset + metadata.length, 8)
  const parts: Uint8Array[] = [
    launcher,
    Buffer.alloc(layout.gap ?? 0),
    metadata,
    Buffer.alloc(tableOffset - metadataOffset - metadata.length),
  ]
  let end = tableOffset + 64 * slots.length
  const body: Uint8Array[] = []
  for (const slot of slots) {
    const offset = slot.stored.length === 0 ? 0 : align(end, layout.align ?? 8)
    parts.push(rowOf(slot, offset))
    if (offset === 0) continue
    body.push(Buffer.alloc(offset - end), slot.stored)
    end = offset + slot.stored.length
  }
  const keys = keyPairFromText(seed)
  const signer = keyPairFromText(description['signed by'] ?? seed)
  const index = encodeIndex({
    launcherSize: launcher.length,
    metadataChecksum: layout.sums === false ? new Uint8Array(32) : new Uint8Array(createHash('sha256').update(metadata).digest()),
    metadataOffset,
    metadataSize: metadata.length,
    packageSize: end + 8200,
    publicKey: keys.publicKey,
    signature: description['signed by'] === 'zeros' ? new Uint8Array(64) : signMetadata(signer.seed, json),
    slotCount: slots.length,
    tableOffset,
    tailMark: layout['tail mark'] ?? flavors,
  })
  new DataView(index.buffer, index.byteOffset).setUint32(4, layout.sums === false ? 0 : adlerOf(index), true)
  return Buffer.concat([...parts, ...body, frameIndex(index)])
}

function metadataOf(description: PackageDescription, slots: readonly SlotBytes[], launcher: Uint8Array, flavors: boolean): Json {
  const {argv, command, development = false, json = {}, name = 'sample', version = '1.0.0'} = description
  const words = argv ?? wordsOf(description)
  const base: Json = {
    format: 'PSPF/2025',
    format_version: '1.0.0',
    package: {description: '', name, version},
    slots: slots.map((slot) => slot.json),
    execution: {
      primary_slot: 0,
      ...(words ? {argv: words} : {}),
      command: command ?? words?.join(' ') ?? '/bin/true',
      environment: {},
      env: {},
    },
    build: {
      tool: flavors ? 'flavor' : 'somebody',
      tool_version: '0.0.0',
      timestamp: '1970-01-01T00:00:00Z',
      ...(flavors || development ? {development} : {}),
    },
    ...(description.rotations ? {rotations: rotationsOf(description.rotations, name)} : {}),
    ...(flavors ? {launcher: {checksum: `sha256:${sha256(launcher)}`, size: launcher.length, target: 'any-any', tool: 'conformance'}} : {}),
  }
  return merged(base, json)
}

/** SPEC.md, section 21. */
function rotationsOf(rotations: NonNullable<PackageDescription['rotations']>, ofPackage: string): readonly Json[] {
  return rotations.map(({broken = false, from, name = ofPackage, to}) => {
    const [old, next] = [keyPairFromText(from), keyPairFromText(to)]
    const [oldKey, nextKey] = [hex(old.publicKey), hex(next.publicKey)]
    const signature = signMetadata(old.seed, Buffer.from(`flavor key rotation 1\n${oldKey}\n${nextKey}\n${name}`))
    if (broken) signature[0] = (signature[0] as number) ^ 1
    return {from: oldKey, signature: hex(signature), to: nextKey}
  })
}

function wordsOf({command, prints, script}: PackageDescription): readonly string[] | undefined {
  if (prints === 'environment') return ['/usr/bin/env', '-0']
  if (prints === 'arguments') return ['/bin/sh', '-c', 'for word; do printf "<%s>\\n" "$word"; done', 'sh']
  return script !== undefined && command === undefined ? ['/bin/sh', '{workenv}/app/run.sh'] : undefined
}

/** Objects key by key; anything else replaces; null in a case's file means the JSON's null. */
function merged(base: Json, more: Readonly<Json>): Json {
  const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
  const result = {...base}
  for (const [key, value] of Object.entries(more)) {
    const old = result[key]
    result[key] = isObject(old) && isObject(value) ? merged(old, value) : value
  }
  return result
}

function slotsOf({script, slots = []}: PackageDescription): readonly SlotDescription[] {
  const own = {id: 'app', tree: {'app/': null, 'app/run.sh': {mode: 755, text: script ?? ''}}}
  return script === undefined ? slots : [own, ...slots]
}

// --- slots -----------------------------------------------------------------------------------------------------------

function slotBytes(slot: SlotDescription, index: number, directory: string, {codes = true, prefixes = 1}: Layout): SlotBytes {
  const content = contentOf(slot)
  const chain = (slot.chain ?? (slot.tree || slot.tar ? ['tar', 'gzip'] : [])).map(codeOf)
  const stored = slot.stored ? storedOf(slot.stored, directory) : chain.reduce<Uint8Array>((bytes, code) => encode(code, bytes), content)
  const original = slot.original ?? content.length
  const mode = Number.parseInt(slot.mode ?? '644', 8)
  const digest = sha256(stored)
  const json = {
    checksum: `${'sha256:'.repeat(prefixes)}${digest}`,
    chain: chain.map((operation) => ({codec: 'conformance', operation})),
    class: 1,
    id: slot.id,
    lifecycle: slot.lifecycle ?? 'persistent',
    operations: chainWord(chain),
    original_size: original,
    permissions: mode.toString(8).padStart(4, '0'),
    purpose: slot.purpose ?? 'application-code',
    shareable: slot.shareable ?? false,
    size: stored.length,
    slot: index,
    source: slot.id,
    target: slot.target ?? slot.id,
  }
  return {chain: codes ? chain : [], json, mode, original, sha256: digest, stored}
}

function rowOf({chain, json, mode, original, sha256, stored}: SlotBytes, offset: number): Uint8Array {
  const row = encodeDescriptor(
    {
      ...json,
      chain: chain.map((operation) => ({codec: '', operation})),
      mode,
      original_size: original,
      sha256,
      size: stored.length,
    } as never,
    offset,
  )
  new DataView(row.buffer, row.byteOffset).setBigUint64(40, packChain(chain), true)
  return row
}

function codeOf(word: string | number): number {
  const code = typeof word === 'number' ? word : operationCode(word)
  if (code === undefined) throw new Error(`there is no operation ${word}`)
  return code
}

/** What has no encoder here brings its `stored` bytes along. */
function encode(code: number, bytes: Uint8Array): Uint8Array {
  if (code === 0x01) return bytes
  if (code === 0x10) return zlib.gzipSync(bytes)
  if (code === 0x1b) return zlib.zstdCompressSync(bytes)
  if (code === 0x21) return zlib.brotliCompressSync(bytes)
  throw new Error(`operation ${code} has no encoder here: give the slot its stored bytes`)
}

function storedOf({base64, bytes}: NonNullable<SlotDescription['stored']>, directory: string): Uint8Array {
  return bytes === undefined ? Buffer.from(base64 ?? '', 'base64') : readFileSync(join(directory, bytes))
}

function contentOf({file, tar, tree, zeros}: SlotDescription): Uint8Array {
  if (tar) return Buffer.from(tar.base64, 'base64')
  if (tree) return tarOf(tree)
  return zeros === undefined ? Buffer.from(file ?? '') : Buffer.alloc(zeros)
}

function tarOf(tree: NonNullable<SlotDescription['tree']>): Uint8Array {
  const members = Array.isArray(tree)
    ? (tree as readonly MemberDescription[])
    : Object.entries(tree).map(([path, member]) => ({path, ...(typeof member === 'string' ? {text: member} : member)}))
  return Buffer.concat([...members.flatMap(memberBytes), Buffer.alloc(1024)])
}

function memberBytes(member: MemberDescription): readonly Uint8Array[] {
  const {path = ''} = member
  const bytes = bytesOf(member)
  const type = member.type ?? kindOf(member)
  const linkpath = member.link ?? member.hardlink ?? ''
  const fields = {
    linkpath,
    mode: member.mode === undefined ? usualMode(type) : Number.parseInt(String(member.mode), 8),
    mtime: new Date(0),
    path,
    size: type === 'File' ? bytes.length : 0,
    type,
  }
  const header = new Header(fields as never)
  const long = header.encode()
  const pax = long || header.needPax ? [new Pax({linkpath, path} as never).encode()] : []
  return [...pax, header.block as Uint8Array, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
}

function bytesOf({base64, size, text}: MemberDescription): Uint8Array {
  if (size !== undefined) return Buffer.alloc(size, text ?? 'x')
  return base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64')
}

function kindOf({hardlink, link, path = ''}: MemberDescription): string {
  if (link !== undefined) return 'SymbolicLink'
  if (hardlink !== undefined) return 'Link'
  return path.endsWith('/') ? 'Directory' : 'File'
}

function usualMode(type: string): number {
  if (type === 'SymbolicLink') return 0o777
  return type === 'Directory' ? 0o755 : 0o644
}
