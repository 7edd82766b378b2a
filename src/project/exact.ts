/**
 * From a manifest of the right shape to the exact plan: fills in what is not said, resolves paths, and checks what no
 * schema can. Nothing throws here; every problem goes to `report`, and what is wrong becomes a harmless stand-in, so
 * that the rest is still checked. A plan with problems never leaves `load.ts`.
 */
import {dirname, join, resolve} from 'node:path'
import type {Kind} from '@flavor/contract'
import {operationCode, operationName} from '../format/chain.ts'
import {lifecycleOf, type RuntimeEnvironment} from '../format/metadata.ts'
import {checkPlaceholders, exactCommands} from './commands.ts'
import type {Manifest, ManifestSlot} from './manifest.ts'
import type {Place} from './place.ts'
import type {Plan, PlannedCompression, PlannedSlot, PlannedSource} from './plan.ts'
import {goesAlong, meet, platformProblem} from './platforms.ts'
import {exactRotations} from './rotations.ts'
import type {Report} from './shape.ts'
import {exactSource, shapeOf} from './slot-source.ts'
import type {Sources} from './source.ts'
import {conflictingTarget, type Occupied, plainTarget, targetProblem} from './target.ts'
import {commandWords} from './words.ts'

export interface Identity {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly description: string | undefined
}

export interface Context {
  /** The manifest's file. */
  readonly file: string
  /** What package.json says, for what the manifest does not. */
  readonly defaults: Identity
  readonly sources: Sources
  readonly report: Report
  /** Slots that go along for none of these are left out, and their sources not looked at. */
  readonly systems: readonly string[]
}

const kinds: readonly Kind[] = ['addon-managers', 'compressors', 'launchers', 'purposes']
const longestName = 120
const longestChain = 8

export async function exactPlan(manifest: Manifest, context: Context): Promise<Plan> {
  const project = dirname(context.file)
  const name = exactName(manifest.name ?? context.defaults.name, context.report)
  return {
    ...exactCommands(manifest, context),
    compat: manifest.compat,
    description: manifest.description ?? context.defaults.description ?? '',
    directories: exactDirectories(manifest.directories, context.report),
    env: exactEnvironment(manifest.env, context.sources),
    launcher: manifest.launcher ?? 'auto',
    manifest: context.file,
    name,
    output: resolve(project, manifest.output ?? join('dist', name)),
    position: (place) => context.sources.position(place, 'value'),
    prefer: Object.fromEntries(kinds.map((kind) => [kind, texts(manifest.prefer?.[kind])])) as Plan['prefer'],
    project,
    rotations: await exactRotations(present(manifest.rotations), {
      name,
      position: (index) => context.sources.position(['rotations', index], 'value'),
      project,
      report: (index, message, hint) => context.report(['rotations', index], message, hint),
    }),
    setup: exactSetup(manifest.setup, context.report),
    slots: await exactSlots(manifest.slots ?? [], {...context, project}),
    version: exactVersion(manifest.version, context),
  }
}

// --- the package -----------------------------------------------------------------------------------------------------

function exactName(name: string | undefined, report: Report): string {
  if (name !== undefined && Buffer.byteLength(name) > longestName) {
    report(['name'], `must be at most ${longestName} bytes long, because files are named after it`)
  }
  return name ?? ''
}

/** `1.0` is a number to YAML; what was written counts. */
function exactVersion(version: number | string | undefined, {defaults, sources}: Context): string {
  if (typeof version === 'number') return sources.text(['version']) ?? String(version)
  return version ?? defaults.version ?? ''
}

function exactSetup(setup: Manifest['setup'], report: Report): readonly string[] {
  return present(setup).map(([line, index]) => {
    const split = commandWords(line)
    if ('problem' in split) report(['setup', index], split.problem, split.hint)
    else if (split.words.length === 0) report(['setup', index], 'names no program')
    else checkPlaceholders(split.words, () => ['setup', index], report)
    return line
  })
}

function exactEnvironment(env: Manifest['env'], sources: Sources): RuntimeEnvironment {
  const set = Object.entries(env?.set ?? {}).map(([name, value]) => {
    const written = typeof value === 'string' ? value : sources.text(['env', 'set', name])
    return [name, written ?? String(value)]
  })
  return {
    map: texts(env?.map),
    pass: present(env?.pass).map(([name]) => name),
    set: Object.fromEntries(set),
    unset: present(env?.unset).map(([name]) => name),
  }
}

function exactDirectories(directories: Manifest['directories'], report: Report): Plan['directories'] {
  return present(directories).map(([entry, index]) => {
    const {mode = '0700', path = '?'} = typeof entry === 'string' ? {path: entry} : entry
    const place = ['directories', index, ...(typeof entry === 'string' ? [] : ['path'])]
    const target = plainTarget(path)
    const problem = target === '' ? 'must name a directory inside the work environment' : targetProblem(target)
    if (problem) report(place, problem)
    return {mode: octal(mode), path: target}
  })
}

// --- slots -----------------------------------------------------------------------------------------------------------

type SlotContext = Context & {readonly project: string}

async function exactSlots(slots: readonly (ManifestSlot | undefined)[], context: SlotContext): Promise<readonly PlannedSlot[]> {
  const planned = await Promise.all(present(slots).map(async ([slot, index]) => exactSlot(slot, index, context)))
  checkIds(planned, slots, context.report)
  checkTargets(planned, context.report)
  return planned.filter(({platforms}) => context.systems.some((system) => goesAlong(platforms, system)))
}

async function exactSlot(slot: ManifestSlot, index: number, context: SlotContext): Promise<PlannedSlot> {
  const {report} = context
  const place = ['slots', index]
  const platforms = exactPlatforms(slot.platforms, [...place, 'platforms'], report)
  const wanted = context.systems.some((system) => goesAlong(platforms, system))
  const source = wanted ? await exactSource(slot, place, context) : undefined
  checkModes(slot, source, place, report)
  checkUnpack(slot, source, place, report)
  return {
    compression: exactCompression(slot, source, place, report),
    exclude: exactExcludes(slot.exclude, [...place, 'exclude'], report),
    id: slot.id ?? '?',
    index,
    keepModes: slot.modes === 'keep',
    lifecycle: slot.lifecycle === undefined ? undefined : lifecycleOf(slot.lifecycle),
    mode: slot.mode === undefined ? undefined : octal(slot.mode),
    options: exactOptions(slot.options, [...place, 'options'], report),
    platforms,
    purpose: slot.purpose ?? '?',
    source,
    target: exactTarget(slot.target, [...place, 'target'], report),
    unpack: slot.unpack === true,
  }
}

function exactPlatforms(list: ManifestSlot['platforms'], place: Place, report: Report): readonly string[] {
  const platforms = present(list)
  const wrong = platforms.flatMap(([word, index]) => {
    const problem = platformProblem(word)
    if (problem) report([...place, index], problem.message, problem.hint)
    return problem ? [word] : []
  })
  const words = platforms.map(([word]) => word)
  if (wrong.length > 0) return []
  if (!meet(words, [])) report(place, 'leaves no system over')
  return words
}

/** `!(a|b)` is a glob like others; `!a` would mean everything but a, and nobody who writes it means that. */
function exactExcludes(globs: ManifestSlot['exclude'], place: Place, report: Report): readonly string[] {
  return present(globs).map(([glob, index]) => {
    if (/^!(?!\()/.test(glob)) report([...place, index], `${JSON.stringify(glob)} takes nothing back: what is excluded stays out`)
    return glob
  })
}

function exactTarget(target: string | undefined, place: Place, report: Report): string | undefined {
  if (target === undefined) return undefined
  const path = plainTarget(target)
  const problem = targetProblem(path)
  if (problem) report(place, problem)
  return path
}

function checkModes(slot: ManifestSlot, source: PlannedSource | undefined, place: Place, report: Report): void {
  if (source === undefined) return
  const shape = shapeOf(source, slot.unpack === true)
  const becomes = slot.unpack || source.kind === 'globs' ? 'becomes' : 'is'
  if (slot.mode !== undefined && shape === 'directory') {
    report(
      [...place, 'mode'],
      `is for a single file, and ${source.relative} ${becomes} a directory`,
      'for directories there is `modes: keep`',
    )
  }
  if (slot.modes !== undefined && shape === 'file') {
    report([...place, 'modes'], `is for directories, and ${source.relative} is a file`, 'for a file there is `mode: "0644"`')
  }
}

function checkUnpack(slot: ManifestSlot, source: PlannedSource | undefined, place: Place, report: Report): void {
  if (!slot.unpack || source === undefined || source.kind === 'file' || source.kind === 'url') return
  const is = source.kind === 'globs' ? 'a list' : 'a directory'
  report([...place, 'unpack'], `is for an archive, and ${source.relative} is ${is}`, 'name one file: source: vendor.tar.gz')
}

function exactCompression(slot: ManifestSlot, source: PlannedSource | undefined, place: Place, report: Report): PlannedCompression {
  const {compression, level, operations} = slot
  const tree = shapeOf(source, slot.unpack === true) === 'directory'
  const known = source !== undefined || slot.source === undefined
  if (compression !== undefined && operations !== undefined) {
    report([...place, 'operations'], 'says the same as compression', 'keep one of the two', 'key')
  }
  if (operations !== undefined) {
    const names = operations.map((name) => operation(name ?? '?'))
    if (known) checkOperations(names, tree, [...place, 'operations'], report)
    return {key: 'operations', level, operations: names}
  }
  if (compression === undefined) return {key: undefined, level, operations: undefined}
  if (compression === 'auto') return {auto: true, key: 'compression', level, operations: undefined}
  const tar = tree ? ['tar'] : []
  const name = operation(compression)
  return {key: 'compression', level, operations: name === 'none' || name === 'tar' ? tar : [...tar, name]}
}

function checkOperations(names: readonly string[], tree: boolean, place: Place, report: Report): void {
  if (tree && names[0] !== 'tar') report(place, 'must begin with tar, because a directory can be stored in no other way')
  if (!tree && names.includes('tar')) report(place, 'must not have tar in it, because the source is a single file')
  if (tree && names.lastIndexOf('tar') > 0) report(place, 'can have tar in its first place only')
  if (names.length > longestChain) report(place, `has ${names.length} steps; the format knows at most ${longestChain}`)
}

/** `gz` → `gzip`; what the format has no name for may be a plugin's. */
function operation(word: string): string {
  const code = operationCode(word)
  return code === undefined || word.startsWith('0x') ? word : operationName(code)
}

/** The plan freezes what it holds, and must not freeze what a JavaScript manifest goes on using. */
function exactOptions(options: ManifestSlot['options'], place: Place, report: Report): PlannedSlot['options'] {
  try {
    return structuredClone(options ?? {})
  } catch {
    report(place, 'must hold plain data only, no functions')
    return {}
  }
}

/** One id may stand for another slot on each system. */
function checkIds(planned: readonly PlannedSlot[], slots: Manifest['slots'] & object, report: Report): void {
  for (const [number, slot] of planned.entries()) {
    if (slots[slot.index]?.id === undefined) continue
    const place = ['slots', slot.index, 'id']
    const other = planned.slice(0, number).find(({id, platforms}) => id === slot.id && meet(platforms, slot.platforms))
    if (slot.id === 'package-metadata') report(place, 'package-metadata is the slot that flavor adds to each package', 'choose another id')
    else if (other) report(place, `${slot.id} is taken: slots need different ids`, idHint(slot, other))
  }
}

function idHint(...slots: readonly PlannedSlot[]): string | undefined {
  const conditional = slots.some(({platforms}) => platforms.length > 0)
  return conditional ? 'or `platforms` of which no system is in both' : undefined
}

/** Only among the targets that the manifest names; the purposes' own are known when their plugins are. */
function checkTargets(planned: readonly PlannedSlot[], report: Report): void {
  for (const [number, {index, platforms, ...slot}] of planned.entries()) {
    const place = occupied(slot)
    const beside = planned.slice(0, number).filter((other) => meet(other.platforms, platforms))
    const other =
      place &&
      conflictingTarget(
        place,
        beside.flatMap((one) => occupied(one) ?? []),
      )
    if (place && other) report(['slots', index, 'target'], conflict(place, other))
  }
}

function occupied({id, source, target, unpack}: Pick<PlannedSlot, 'id' | 'source' | 'target' | 'unpack'>): Occupied | undefined {
  return target === undefined ? undefined : {id, kind: shapeOf(source, unpack), target}
}

function conflict(slot: Occupied, other: Occupied): string {
  if (slot.target.toLowerCase() === other.target.toLowerCase()) return `${slot.target || 'the root'} is taken by slot ${other.id}`
  const [file, inside] = slot.target.length < other.target.length ? [slot, other] : [other, slot]
  return `${inside.target} of slot ${inside.id} would be inside ${file.target}, which is a file of slot ${file.id}`
}

// --- small change ----------------------------------------------------------------------------------------------------

/** Items that kept their shape, with the place they have in the manifest. */
function present<T>(list: readonly (T | undefined)[] | undefined): readonly (readonly [T, number])[] {
  return [...(list ?? []).entries()].flatMap(([index, item]) => (item === undefined ? [] : [[item, index] as const]))
}

function texts(map: Readonly<Record<string, string | undefined>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

function octal(text: string): number {
  return Number.parseInt(text.replace(/^0o/, ''), 8)
}
