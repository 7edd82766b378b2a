/** Packages for these tests, made of `src/format` and the `tar` package alone, so that nothing here depends on the packer. */
import {createHash} from 'node:crypto'
import {chmod, open, readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {Header, Pax} from 'tar'
import {keyPairFromText} from '../../../../dist/format/keys.js'
import type {MetadataJson, Rotation, SlotJson} from '../../../../dist/format/metadata.js'
import {signMetadata} from '../../../../dist/format/signature.js'
import {writePackage} from '../../../../dist/format/writer.js'

export const image = fileURLToPath(new URL('../../image/flavor-node-launcher', import.meta.url))

export interface Member {
  readonly path: string
  readonly content?: Uint8Array | string
  readonly link?: string
  readonly mode?: number
  /** As `tar` names them; default File, Directory for a path that ends in a slash, SymbolicLink when there is a link. */
  readonly type?: string
}

export interface TestSlot {
  readonly id: string
  readonly target: string
  /** The decoded content: a tree, or a file. */
  readonly content?: Uint8Array | string
  readonly members?: readonly Member[]
  /** What is stored, when it is not the content through gzip (trees) or as it is (files). */
  readonly stored?: Uint8Array
  readonly chain?: readonly number[]
  readonly lifecycle?: SlotJson['lifecycle']
  readonly shareable?: boolean
  readonly mode?: number
  readonly originalSize?: number
}

export interface TestPackage {
  readonly name?: string
  readonly version?: string
  readonly argv?: readonly string[]
  readonly command?: string
  readonly slots?: readonly TestSlot[]
  readonly env?: Readonly<Record<string, string>>
  readonly development?: boolean
  readonly seed?: string
  /** The path of another launcher image than ours. */
  readonly launcher?: string
  readonly more?: Partial<MetadataJson>
}

/** The public key that a seed makes, in hex. */
export function keyOf(seed: string): string {
  return Buffer.from(keyPairFromText(seed).publicKey).toString('hex')
}

/** One seed's key hands a name over to another's (SPEC.md, 21). */
export function rotation(from: string, to: string, name = 'sample'): Rotation {
  const text = `flavor key rotation 1\n${keyOf(from)}\n${keyOf(to)}\n${name}`
  const signature = signMetadata(keyPairFromText(from).seed, Buffer.from(text))
  return {from: keyOf(from), signature: Buffer.from(signature).toString('hex'), to: keyOf(to)}
}

/** Writes an executable package and gives its path. */
export async function writeTestPackage(path: string, description: TestPackage): Promise<string> {
  const {
    argv,
    command,
    development = false,
    env = {},
    launcher: from = image,
    more = {},
    name = 'sample',
    seed = 'launcher tests',
    slots = [],
    version = '1.0.0',
  } = description
  const launcher = await readFile(from)
  const sha256 = createHash('sha256').update(launcher).digest('hex')
  const keys = keyPairFromText(seed)
  const file = await open(path, 'w', 0o755)
  try {
    await writePackage(file, {
      describe: (rows) => ({
        build: {
          deterministic: true,
          development,
          platform: {arch: 'any', host: 'any/any', os: 'any'},
          timestamp: '1970-01-01T00:00:00Z',
          tool: 'flavor',
          tool_version: '0.1.0',
        },
        compatibility: {features: [], min_format_version: '1.0.0'},
        execution: {...(argv ? {argv} : {}), command: command ?? argv?.join(' ') ?? '', env, environment: env, primary_slot: 0},
        format: 'PSPF/2025',
        format_version: '1.0.0',
        launcher: {
          capabilities: [],
          checksum: `sha256:${sha256}`,
          size: launcher.length,
          target: 'any-any',
          tool: 'node',
          tool_version: '0.1.0',
        },
        package: {description: '', name, version},
        slots: rows,
        verification: {integrity_seal: {algorithm: 'ed25519', required: true}, require_verification: true, signed: true},
        ...more,
      }),
      launcher: {sha256, size: launcher.length, stream: () => chunks(launcher)},
      publicKey: keys.publicKey,
      sign: async (json) => signMetadata(keys.seed, json),
      slots: slots.map((slot, index) => slotInput(slot, index)),
    })
  } finally {
    await file.close()
  }
  await chmod(path, 0o755)
  return path
}

function slotInput(slot: TestSlot, index: number) {
  const tree = slot.members !== undefined
  const content = tree ? tarOf(slot.members) : Buffer.from(slot.content ?? '')
  const chain = slot.chain ?? (tree ? [0x01, 0x10] : [])
  const stored = slot.stored ?? (chain.at(-1) === 0x10 ? gzipSync(content) : content)
  const facts = {
    chain: chain.map((operation) => ({codec: 'test', operation})),
    class: 1,
    id: slot.id,
    lifecycle: slot.lifecycle ?? ('persistent' as const),
    permissions: (slot.mode ?? 0o644).toString(8).padStart(4, '0'),
    purpose: 'application-code',
    shareable: slot.shareable ?? false,
    slot: index,
    source: slot.id,
    target: slot.target,
  }
  return {facts, open: () => ({facts, originalSize: () => slot.originalSize ?? content.length, stored: chunks(stored)})}
}

export function tarOf(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBytes), Buffer.alloc(1024)])
}

function memberBytes({content = '', link, mode, path, type}: Member): readonly Uint8Array[] {
  const bytes = Buffer.from(content)
  const kind = type ?? (link !== undefined ? 'SymbolicLink' : path.endsWith('/') ? 'Directory' : 'File')
  const fields = {
    linkpath: link ?? '',
    mode: mode ?? (kind === 'Directory' ? 0o755 : kind === 'SymbolicLink' ? 0o777 : 0o644),
    mtime: new Date(0),
    path,
    size: kind === 'File' ? bytes.length : 0,
    type: kind,
  }
  const header = new Header(fields as never)
  const long = header.encode()
  const pax = long || header.needPax ? [new Pax({linkpath: link ?? '', path} as never).encode()] : []
  return [...pax, header.block as Buffer, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
