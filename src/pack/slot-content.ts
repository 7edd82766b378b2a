/**
 * The first of two steps from a slot in the plan to bytes for the writer: everything that can be known without
 * compressing it: the purpose's defaults, the content, its entries, the chain. `stored-slot.ts` then makes the bytes.
 */
import {statSync} from 'node:fs'
import {posix} from 'node:path'
import type {Descriptor, EnvironmentAddition, PrepareContext, SlotContent, SlotDeclaration, SlotPurpose} from '@flavor/contract'
import type {BuildCaches} from '../cache/build-cache.ts'
import type {LifecycleName} from '../format/registry.ts'
import type {SlotFacts} from '../format/writer.ts'
import type {Compat, PlannedSlot} from '../project/plan.ts'
import {shapeOf} from '../project/slot-source.ts'
import {count} from '../text.ts'
import type {Capabilities} from './capabilities.ts'
import {type ChainStep, settleChain} from './chain.ts'
import {packErrors} from './errors.ts'
import {excluder} from './exclude.ts'
import {followLinks} from './flavorpack/links.ts'
import {gather} from './gather.ts'
import {runPlugin} from './plugin-code.ts'
import type {Preset} from './preset.ts'
import {type ProvidedSource, provideSource} from './source.ts'
import {tarSize, tarStream} from './tar-stream.ts'
import {readTree, type Tree, type TreeEntry} from './tree.ts'

export interface PreparedSlot {
  readonly facts: SlotFacts
  readonly chain: readonly ChainStep[]
  /** Of a tree, or the one file of a file slot. */
  readonly entries: readonly TreeEntry[]
  readonly excluded: readonly string[]
  readonly environment: EnvironmentAddition
  /** Before the chain: of the tar stream, or of the file. */
  readonly originalSize: number
  readonly warnings: readonly string[]
  /** What was decided for the user: by the purpose, and by `compression: auto`. */
  readonly notes: readonly string[]
  /** The content before the chain's first compressor; reads the files anew. A chunk is valid until the next one is asked for. */
  content(): Iterable<Uint8Array>
}

/** What all slots of a package have in common. */
export interface SlotContext {
  readonly builds: BuildCaches
  readonly capabilities: Capabilities
  readonly compat: Compat | undefined
  readonly mtime: Date
  readonly package: SlotDeclaration['package']
  readonly platform: string
  readonly preset: Preset | undefined
  readonly project: string
  /** A new empty directory for a purpose to build in. */
  scratch(): Promise<string>
}

/** Throws FlavorError for whatever its purpose, its files or its chain make impossible. */
export async function prepareSlot(slot: PlannedSlot, index: number, context: SlotContext): Promise<PreparedSlot> {
  const purpose = await context.capabilities.purpose(slot.purpose)
  const source = await provideSource(slot, context)
  const declaration = declare(slot, source.path, purpose, context)
  const {content, environment, notes} = await askPurpose(purpose, declaration, slot.exclude, context)
  const target = slot.target ?? declaration.target
  const {entries, excluded, warnings} = originals(entriesOf(content, target, slot, purpose, context), source)
  const original = originalOf(content, entries, context.mtime)
  const {chain, notes: choices} = await settleChain(slot, purpose, {content, entries, originalSize: original.originalSize}, context)
  const facts = factsOf(slot, index, {
    chain,
    lifecycle: slot.lifecycle ?? purpose.defaults.lifecycle,
    mode: slot.mode ?? purpose.defaults.mode,
    purpose,
    // Elsewhere than in the root, FlavorPack's Go launcher would put a tree beside its target; the members say where they belong.
    target: context.compat && content.kind === 'directory' ? '{workenv}' : target,
  })
  return {
    ...original,
    chain,
    entries,
    environment,
    excluded,
    facts,
    notes: [...notes, ...choices],
    warnings,
  }
}

interface PurposeAnswer {
  readonly content: SlotContent
  readonly environment: EnvironmentAddition
  readonly notes: readonly string[]
}

async function askPurpose(
  purpose: Descriptor<'purposes'>,
  declaration: SlotDeclaration,
  exclude: readonly string[],
  context: SlotContext,
): Promise<PurposeAnswer> {
  const scratch = await context.scratch()
  const notes: string[] = []
  const atWork: PrepareContext = {
    cache: context.builds.of(purpose.id),
    files: (directory, more = []) => pathsIn(directory, [...exclude, ...more]),
    note: (message) => notes.push(`slot ${declaration.id}: ${message}`),
  }
  return runPlugin(`slot ${declaration.id}`, `purpose ${purpose.id}`, async () => {
    const {default: code} = await purpose.load()
    await requireSound(code, declaration)
    return {content: await code.prepare(declaration, scratch, atWork), environment: code.environment?.(declaration) ?? {}, notes}
  })
}

function pathsIn(directory: string, exclude: readonly string[]): readonly string[] {
  return readTree(directory, {excludes: excluder(exclude), keepModes: true, target: ''}).entries.map(({path}) => path)
}

function declare(slot: PlannedSlot, source: string | undefined, purpose: Descriptor<'purposes'>, context: SlotContext): SlotDeclaration {
  return {
    id: slot.id,
    options: slot.options,
    package: context.package,
    platform: context.platform,
    project: context.project,
    source,
    target:
      slot.target ?? purpose.defaults.target.replace('{id}', slot.id).replace('{suffix}', programSuffix(slot, source, context.platform)),
  }
}

/** Windows starts by their suffix what it starts. */
function programSuffix({source, unpack}: PlannedSlot, path: string | undefined, platform: string): string {
  if (!platform.startsWith('win32') || shapeOf(source, unpack) === 'directory') return ''
  return posix.extname(path ?? '') || '.exe'
}

async function requireSound(code: SlotPurpose, declaration: SlotDeclaration): Promise<void> {
  const [problem] = await code.check(declaration)
  if (problem) throw packErrors.slotProblem(declaration.id, problem.message, problem.hint === undefined ? [] : [problem.hint])
}

function entriesOf(
  content: SlotContent,
  target: string,
  slot: PlannedSlot,
  purpose: Descriptor<'purposes'>,
  {compat}: SlotContext,
): Pick<PreparedSlot, 'entries' | 'excluded' | 'warnings'> {
  if (content.kind === 'directory') {
    const tree = readTree(content.path, {excludes: excluder(slot.exclude), keepModes: slot.keepModes, target})
    return compat ? withoutLinks(tree, slot.id) : tree
  }
  const {path, size} = content.kind === 'bytes' ? {path: target, size: content.bytes.length} : fileAt(content.path)
  const entry: TreeEntry = {kind: 'file', link: '', mode: slot.mode ?? purpose.defaults.mode, path: target, size, source: path}
  return {entries: [entry], excluded: [], warnings: []}
}

/** Packing reads, and messages name, what somebody can mend. */
function originals<T extends Pick<PreparedSlot, 'entries' | 'excluded'>>(tree: T, {excluded, original}: ProvidedSource): T {
  const entries = tree.entries.map((entry) => ({...entry, source: original(entry.source)}))
  return {...tree, entries, excluded: [...excluded, ...tree.excluded]}
}

function withoutLinks(tree: Tree, slot: string): Tree {
  const {count: followed, entries} = followLinks(tree.entries)
  if (followed === 0) return tree
  return {
    ...tree,
    entries,
    warnings: [...tree.warnings, `slot ${slot}: copies of files take the place of ${count(followed, 'symbolic link')}`],
  }
}

function fileAt(path: string): {readonly path: string; readonly size: number} {
  try {
    return {path, size: statSync(path).size}
  } catch (error) {
    throw packErrors.unreadable(path, error)
  }
}

function originalOf(content: SlotContent, entries: readonly TreeEntry[], mtime: Date): Pick<PreparedSlot, 'content' | 'originalSize'> {
  if (content.kind === 'directory') return {content: () => tarStream(entries, mtime), originalSize: tarSize(entries, mtime)}
  if (content.kind === 'bytes') return {content: () => [content.bytes], originalSize: content.bytes.length}
  const [file] = entries
  if (!file) throw new TypeError('a file slot has one entry')
  return {content: () => gather([{path: file.source, size: file.size}]), originalSize: file.size}
}

interface Settled {
  readonly chain: readonly ChainStep[]
  readonly lifecycle: LifecycleName
  readonly mode: number
  readonly purpose: Descriptor<'purposes'>
  readonly target: string
}

function factsOf(slot: PlannedSlot, index: number, {chain, lifecycle, mode, purpose, target}: Settled): SlotFacts {
  return {
    chain: chain.map(({codec, operation}) => ({codec, operation})),
    class: purpose.class,
    id: slot.id,
    lifecycle,
    permissions: mode.toString(8).padStart(4, '0'),
    purpose: purpose.id,
    shareable: purpose.shareable,
    slot: index,
    source: slot.source?.relative ?? '',
    target: posix.normalize(target === '' ? '.' : target),
  }
}
