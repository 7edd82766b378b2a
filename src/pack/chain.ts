/**
 * The chain of a slot: what its manifest says, else what its purpose has as a default, else (`auto`) what a sample of it says is worth the
 * while. Then each step with its code and its level.
 */
import type {Duplex} from 'node:stream'
import type {Compressor, Descriptor, SlotContent} from '@flavor/contract'
import {operationName, tarOperation} from '../format/chain.ts'
import type {Compat, PlannedSlot} from '../project/plan.ts'
import {formatBytes} from '../text.ts'
import type {Capabilities} from './capabilities.ts'
import {packErrors} from './errors.ts'
import {largeEnough, portableChain} from './flavorpack/chain.ts'
import {runPlugin} from './plugin-code.ts'
import {levelOf, type Preset} from './preset.ts'
import {type Sampled, sampleBytes, sampleFiles} from './sample.ts'
import {through} from './transforms.ts'
import type {TreeEntry} from './tree.ts'

export interface ChainStep {
  readonly operation: number
  /** Name and version: bytes depend on it. */
  readonly codec: string
  /** Bytes depend on it, too; undefined for tar. */
  readonly level: number | undefined
  /** So slow that its result is worth keeping; of others, the SHA-256 by which to look for it costs as much as compressing. */
  readonly costly: boolean
  /** Undefined for tar. */
  readonly transform: (() => Duplex) | undefined
}

/** A slot whose content is known. */
export interface ChainedContent {
  readonly content: SlotContent
  readonly entries: readonly TreeEntry[]
  /** Of the tar stream, or of the file. */
  readonly originalSize: number
}

export interface ChainContext {
  readonly capabilities: Capabilities
  readonly compat: Compat | undefined
  readonly preset: Preset | undefined
}

export interface SettledChain {
  readonly chain: readonly ChainStep[]
  readonly notes: readonly string[]
}

/** Throws FlavorError for a chain that is none. */
export async function settleChain(
  slot: PlannedSlot,
  purpose: Descriptor<'purposes'>,
  content: ChainedContent,
  context: ChainContext,
): Promise<SettledChain> {
  const {names, notes} = slot.compression.auto
    ? await autoOperations(slot, content, context)
    : {names: slot.compression.operations ?? usualOperations(purpose, content, context), notes: []}
  requireShape(slot, content.content.kind, names)
  const chain = await Promise.all(names.map((name, place) => chainStep(slot, name, place, context)))
  requireHeeded(slot, chain)
  requireGain(slot, names)
  return {chain, notes}
}

/** For messages: `tar + zstd`. */
export function chainText(chain: readonly ChainStep[]): string {
  return chain.length === 0 ? 'none' : chain.map(({operation}) => operationName(operation)).join(' + ')
}

function usualOperations(
  purpose: Descriptor<'purposes'>,
  {content, originalSize}: ChainedContent,
  {compat}: ChainContext,
): readonly string[] {
  const shape = content.kind === 'directory' ? 'directory' : 'file'
  return compat ? portableChain(purpose, shape, originalSize) : purpose.defaults.operations[shape]
}

/** Less than this share saved is not worth the time that every start of the package would take for it. */
const worthwhile = 0.05
/** What compressing leaves of tar's headers, which no sample holds. */
const headerShare = 0.1

async function autoOperations(
  slot: PlannedSlot,
  content: ChainedContent,
  context: ChainContext,
): Promise<{readonly names: readonly string[]; readonly notes: readonly string[]}> {
  const tar = content.content.kind === 'directory' ? ['tar'] : []
  const compressor = context.compat ? 'gzip' : 'zstd'
  const {sample, size} = sampleOf(content)
  const left = sample.length === 0 ? 0 : (await compressedSize(slot, sample, compressor, context)) / sample.length
  const expected = left * size + headerShare * (content.originalSize - size)
  const wanted = expected < (1 - worthwhile) * content.originalSize ? [...tar, compressor] : tar
  const names = context.compat ? largeEnough(wanted, content.originalSize) : wanted
  const choice = names.includes(compressor) ? `chose ${compressor}` : 'left it uncompressed'
  const found = `a sample of ${formatBytes(sample.length)} becomes ${Math.round(left * 100)} % of its size`
  return {names, notes: [`slot ${slot.id}: auto ${choice}: ${found}`]}
}

function sampleOf({content, entries}: ChainedContent): Sampled {
  return content.kind === 'bytes' ? sampleBytes(content.bytes) : sampleFiles(entries)
}

/** At the default level, so that no preset changes what is chosen. */
async function compressedSize(slot: PlannedSlot, sample: Uint8Array, name: string, {capabilities}: ChainContext): Promise<number> {
  const {levels, load} = await capabilities.compressor(name)
  return runPlugin(`slot ${slot.id}`, `compressor ${name}`, async () => {
    const {default: code} = await load()
    let size = 0
    for await (const part of through([sample], [() => code.compress({level: levels.default})])) size += part.length
    return size
  })
}

function requireShape(slot: PlannedSlot, kind: SlotContent['kind'], names: readonly string[]): void {
  const tree = kind === 'directory'
  if (tree === (names[0] === 'tar')) return
  const hint = tree ? 'put tar first: operations: [tar, zstd]' : 'leave tar out: operations: [zstd]'
  throw packErrors.chain(slot.id, tree ? 'a directory needs tar as its first operation' : 'a single file takes no tar', [hint])
}

/** A level with `auto` is for the case that it compresses. */
function requireHeeded({compression: {auto, level}, id}: PlannedSlot, chain: readonly ChainStep[]): void {
  if (auto || level === undefined || chain.some(({transform}) => transform !== undefined)) return
  throw packErrors.chain(id, `level ${level} is asked for, and nothing compresses it`, ['leave level out, or add compression: zstd'])
}

/** Nor does every launcher undo xz inside xz. */
function requireGain({id}: PlannedSlot, names: readonly string[]): void {
  const once = [...new Set(names)]
  const again = names.find((name, place) => names.indexOf(name) < place)
  if (again === undefined) return
  throw packErrors.chain(id, `${again} a second time saves nothing`, [`name it once: operations: [${once.join(', ')}]`])
}

async function chainStep(slot: PlannedSlot, name: string, place: number, {capabilities, preset}: ChainContext): Promise<ChainStep> {
  if (name === 'tar') {
    if (place > 0) throw packErrors.chain(slot.id, 'tar can only be the first operation', [])
    return {codec: 'pax', costly: false, level: undefined, operation: tarOperation, transform: undefined}
  }
  const compressor = await capabilities.compressor(name)
  const level = slot.compression.level ?? levelOf(preset, compressor)
  const {max, min} = compressor.levels
  if (level < min || level > max) throw packErrors.chain(slot.id, `${name} has no level ${level}`, [`use a level from ${min} to ${max}`])
  return runPlugin(`slot ${slot.id}`, `compressor ${name}`, async () => {
    const {default: code}: {readonly default: Compressor} = await compressor.load()
    const costly = level >= (compressor.levels.costly ?? Number.POSITIVE_INFINITY)
    return {codec: code.version, costly, level, operation: compressor.operation, transform: () => code.compress({level})}
  })
}
