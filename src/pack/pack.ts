/**
 * From a plan to a package: prepare every slot, choose the launcher's image, write, and read back what was written.
 *
 *   plan ─▶ prepareSlot (purposes, files, chains) ─▶ writePackage (one pass) ─▶ openPackage, examineContent
 *
 * Equal plan, files, key and versions give equal bytes: nothing here looks at the clock, the environment's locale, the
 * order of a directory or the place of the project.
 */
import {mkdtempSync} from 'node:fs'
import type {FileHandle} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, dirname, join} from 'node:path'
import type {Descriptor, LauncherImage} from '@flavor/contract'
import {type BuildCaches, openBuildCaches} from '../cache/build-cache.ts'
import {operationName} from '../format/chain.ts'
import {examineContent} from '../format/content.ts'
import {PackageError} from '../format/errors.ts'
import {openPackage} from '../format/examination.ts'
import {type FileSource, openFileSource} from '../format/file-source.ts'
import type {CommandJson, MetadataJson, SetupCommand, SlotJson} from '../format/metadata.ts'
import {buildTool, formatName, metadataVersion, targets} from '../format/registry.ts'
import {checkSignature} from '../format/signature.ts'
import {splitWords} from '../format/words.ts'
import {type WrittenPackage, writePackage} from '../format/writer.ts'
import {undoIfEnded} from '../leftovers.ts'
import type {Compat, Plan, PlannedSlot} from '../project/plan.ts'
import {planFor, systemOf} from '../project/platforms.ts'
import {removeTree} from '../workenv/remove-tree.ts'
import type {Capabilities} from './capabilities.ts'
import {missingPaths} from './command-paths.ts'
import {fileDigest} from './digest.ts'
import {packErrors} from './errors.ts'
import {portableWords} from './flavorpack/command.ts'
import {portableEnvironment} from './flavorpack/environment.ts'
import {requireFlavorpack, requireFlavorpackSizes} from './flavorpack/rules.ts'
import {garbageCollector} from './garbage.ts'
import {findImageTarget, thisSystem} from './image-target.ts'
import {unnamedSlots} from './lazy-slots.ts'
import {writeOutput} from './output.ts'
import {requirePlaces} from './places.ts'
import {runPlugin, streamPlugin} from './plugin-code.ts'
import type {Preset} from './preset.ts'
import {requireRotations, rotationsOf} from './rotations.ts'
import type {Signer} from './signer.ts'
import {type PreparedSlot, prepareSlot, type SlotContext} from './slot-content.ts'
import {storedStream} from './stored-slot.ts'

export interface PackOptions {
  /** The base directory, in which costly content is kept; undefined, or none: nothing is kept. Asked when it is first needed. */
  readonly base?: () => string | undefined
  readonly capabilities: Capabilities
  /** Whose launchers must run the package too; nobody's unless it is said. */
  readonly compat?: Compat | undefined
  /** Seconds since 1970 for everything that carries a time. */
  readonly epoch: number
  /** An id, an alias, or `auto`. */
  readonly launcher: string
  /** Absolute. */
  readonly output: string
  readonly signer: Signer
  /** What sets the level of slots that state none; undefined: each compressor's default. */
  readonly preset?: Preset | undefined
  /** `linux-x64`, …, or undefined for what the launcher can do here. */
  readonly target: string | undefined
  /** Of flavor. */
  readonly toolVersion: string
  /** Read the finished package back and check every hash. */
  readonly verify: boolean
  /** Told now and then how many bytes of content, of how many, have been read. */
  progress(done: number, total: number): void
}

export interface PackReport {
  /** Absolute path of the file. */
  readonly package: string
  /** SHA-256 of the whole file. */
  readonly digest: string
  readonly size: number
  readonly publicKey: Uint8Array
  readonly development: boolean
  readonly launcher: {readonly id: string; readonly size: number; readonly target: string}
  readonly slots: readonly SlotJson[]
  readonly warnings: readonly string[]
  /** What was decided for the user. */
  readonly notes: readonly string[]
}

/** A package that could be written: everything is settled except the bytes. */
export interface PreparedPackage {
  readonly builds: BuildCaches
  readonly image: LauncherImage
  readonly imageTarget: string
  readonly launcher: Descriptor<'launchers'> & {readonly plugin: {readonly version: string}}
  readonly slots: readonly PreparedSlot[]
  readonly warnings: readonly string[]
}

/** Throws FlavorError or PackageError; then no file was made and none was changed. */
export async function pack(whole: Plan, options: PackOptions): Promise<PackReport> {
  const plan = planFor(whole, systemOf(options.target))
  requireRotations(plan, options.signer)
  return withPrepared(plan, options, async (prepared) => {
    const {digest, written} = await writeOutput(
      options.output,
      (file) => write(file, plan, prepared, options),
      async (partial, written) => {
        if (options.verify) readBack(partial)
        return {digest: await fileDigest(partial), written}
      },
    )
    return reportOf(options, prepared, written, digest)
  })
}

/** Prepares, hands over, and cleans up what purposes built on the way. */
export async function withPrepared<T>(
  whole: Plan,
  options: Pick<PackOptions, 'base' | 'capabilities' | 'compat' | 'epoch' | 'launcher' | 'output' | 'preset' | 'target'>,
  use: (prepared: PreparedPackage) => Promise<T>,
): Promise<T> {
  const plan = planFor(whole, systemOf(options.target))
  const scratches: string[] = []
  const scratch = async (): Promise<string> => {
    const directory = mkdtempSync(join(tmpdir(), 'flavor-pack-'))
    scratches.push(directory)
    return directory
  }
  const removeScratches = (): void => {
    for (const directory of scratches) removeTree(directory)
  }
  const done = undoIfEnded(removeScratches)
  const builds = openBuildCaches({base: options.base ?? (() => undefined), scratch})
  try {
    const launcher = await options.capabilities.launcher(options.launcher, options.target)
    const imageTarget = requireImage(launcher, options.target)
    const context: SlotContext = {
      builds,
      capabilities: options.capabilities,
      compat: options.compat,
      mtime: new Date(options.epoch * 1000),
      package: {description: plan.description, name: plan.name, version: plan.version},
      platform: options.target ?? imageTarget,
      preset: options.preset,
      project: plan.project,
      scratch,
    }
    const slots = await prepareSlots(plan, context)
    if (options.compat) requireFlavorpack(plan, slots, options.output)
    requireDecodable(launcher, slots)
    requirePlaces(slots)
    const image = await runPlugin(imageTarget, `launcher ${launcher.id}`, async () => (await launcher.load()).default.open(imageTarget))
    const warnings = [
      ...slots.flatMap((slot) => slot.warnings),
      ...missingPaths(plan, slots, context.platform),
      ...unnamedSlots(plan, slots),
    ]
    return await use({builds, image, imageTarget, launcher, slots, warnings})
  } finally {
    builds.close()
    removeScratches()
    done()
  }
}

const packageMetadataSlot: PlannedSlot = {
  compression: {key: undefined, level: undefined, operations: undefined},
  exclude: [],
  id: 'package-metadata',
  index: -1,
  keepModes: false,
  lifecycle: undefined,
  mode: undefined,
  options: {},
  platforms: [],
  purpose: 'package-metadata',
  source: undefined,
  target: undefined,
  unpack: false,
}

async function prepareSlots(plan: Plan, context: SlotContext): Promise<readonly PreparedSlot[]> {
  const slots: PreparedSlot[] = []
  for (const [index, slot] of [packageMetadataSlot, ...plan.slots].entries()) slots.push(await prepareSlot(slot, index, context))
  return slots
}

/** Throws FlavorError EFLAVOR_TARGET. Without a target this system's image is taken. */
function requireImage(launcher: Descriptor<'launchers'>, wanted: string | undefined): string {
  const found = findImageTarget(launcher, wanted ?? thisSystem)
  if (found === undefined) throw packErrors.target(launcher.id, wanted ?? thisSystem, launcher.targets, launcher.builds)
  return found
}

/** A launcher that could not open what it starts would fail on the user's machine; so it fails here. */
function requireDecodable(launcher: Descriptor<'launchers'>, slots: readonly PreparedSlot[]): void {
  for (const {chain, facts} of slots) {
    const unknown = chain.find(({operation}) => !launcher.operations.includes(operation))
    if (!unknown) continue
    const known = launcher.operations.map((operation) => operationName(operation)).join(', ')
    const step = `${unknown.codec} (${operationName(unknown.operation)})`
    throw packErrors.chain(facts.id, `launcher ${launcher.id} cannot undo ${step}`, [`it undoes ${known}`])
  }
}

async function write(file: FileHandle, plan: Plan, prepared: PreparedPackage, options: PackOptions): Promise<WrittenPackage> {
  const {builds, image, launcher} = prepared
  const total = prepared.slots.reduce((sum, {originalSize}) => sum + originalSize, 0)
  let done = 0
  const tidy = garbageCollector()
  const seen = (bytes: number): void => {
    done += bytes
    tidy(done)
    options.progress(done, total)
  }
  const written = await writePackage(file, {
    describe: (slots) => describe(plan, prepared, options, slots),
    launcher: {...image, stream: () => streamPlugin('the launcher', `launcher ${launcher.id}`, () => image.stream())},
    publicKey: options.signer.publicKey,
    sign: options.signer.sign,
    slots: prepared.slots.map((slot) => ({facts: slot.facts, open: () => storedStream(slot, seen, builds)})),
  })
  if (options.compat)
    requireFlavorpackSizes(
      plan,
      written.metadata.slots.map(({size}) => size),
    )
  return written
}

function describe(plan: Plan, prepared: PreparedPackage, options: PackOptions, slots: readonly SlotJson[]): MetadataJson {
  const {image, imageTarget, launcher} = prepared
  const [os = 'any', arch = 'any'] = (options.target ?? imageTarget).split('-')
  return {
    format: formatName,
    format_version: metadataVersion,
    package: {name: plan.name, version: plan.version, description: plan.description},
    slots,
    execution: {
      primary_slot: Math.min(1, slots.length - 1),
      ...commandOf(plan, imageTarget, options),
      env: {},
      environment: {},
    },
    verification: {integrity_seal: {required: true, algorithm: 'ed25519'}, signed: true, require_verification: true},
    build: {
      tool: buildTool,
      tool_version: options.toolVersion,
      timestamp: new Date(options.epoch * 1000).toISOString().replace('.000Z', 'Z'),
      deterministic: true,
      development: options.signer.development,
      platform: {os, arch, host: 'any'},
    },
    launcher: {
      tool: launcher.id,
      tool_version: launcher.plugin.version,
      size: image.size,
      checksum: `sha256:${image.sha256}`,
      capabilities: launcher.features ?? [],
      target: imageTarget,
    },
    compatibility: {min_format_version: metadataVersion, features: ['runtime_env', 'workenv_dirs']},
    ...rotationsOf(plan),
    ...environmentOf(plan, prepared.slots, options),
    setup_commands: setupOf(plan, imageTarget, options),
    ...commandsOf(plan, prepared.slots),
  }
}

type Compatible = Pick<PackOptions, 'compat'>

function commandOf(
  {command: {text, words}}: Plan,
  target: string,
  {compat}: Compatible,
): Pick<MetadataJson['execution'], 'argv' | 'command'> {
  if (!compat) return {command: text, argv: words}
  const argv = portableWords(words, target)
  return {command: argv.join(' '), argv}
}

/** Slots of other platforms are left out; what the package is called belongs to each command. */
function commandsOf({commands}: Plan, slots: readonly PreparedSlot[]): Pick<MetadataJson, 'commands'> {
  if (commands.length === 0) return {}
  const ids = slots.map(({facts}) => facts.id)
  const needed = (wanted: readonly string[]) => ids.filter((id) => id === packageMetadataSlot.id || wanted.includes(id))
  const entries = commands.map(({name, slots: wanted, words}): [string, CommandJson] => [
    name,
    {argv: words, ...(wanted === undefined ? {} : {slots: needed(wanted)})},
  ])
  return {commands: Object.fromEntries(entries)}
}

function setupOf({setup}: Plan, target: string, {compat}: Compatible): readonly SetupCommand[] {
  const lines = compat ? setup.map((line) => portableWords(splitWords(line), target).join(' ')) : setup
  return lines.map((command) => ({type: 'execute', command}))
}

function environmentOf(plan: Plan, slots: readonly PreparedSlot[], {compat}: Compatible): Pick<MetadataJson, 'runtime' | 'workenv'> {
  const directories = plan.directories.map(({mode, path}) => ({path: `{workenv}/${path}`, mode: mode.toString(8).padStart(4, '0')}))
  if (compat) return {runtime: {env: portableEnvironment(plan, slots)}, workenv: {directories, env: {}, path: []}}
  return {
    runtime: {env: {...plan.env, set: valuesWith(plan.env.set, false)}},
    workenv: {directories, env: workenvVariables(plan, slots), path: slots.flatMap(({environment}) => environment.path ?? [])},
  }
}

/** `workenv.env` comes after `runtime.env` and would win: so what the manifest sets is not among what slots add. */
function workenvVariables(plan: Plan, slots: readonly PreparedSlot[]): Readonly<Record<string, string>> {
  const added = slots.flatMap(({environment}) => Object.entries(environment.set ?? {}))
  return {...Object.fromEntries(added.filter(([name]) => !Object.hasOwn(plan.env.set, name))), ...valuesWith(plan.env.set, true)}
}

/** Launchers replace `{workenv}` in `workenv.env`, never in `runtime.env` (pspf-2025, 4.1): so each value goes where it works. */
function valuesWith(values: Readonly<Record<string, string>>, workenv: boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.includes('{workenv}') === workenv))
}

/** Every check there is. Throws PackageError. */
function readBack(path: string): void {
  const source = openFileSource(path)
  try {
    requireSoundContent(source)
  } finally {
    source.close()
  }
}

function requireSoundContent(source: FileSource): void {
  for (const result of examineContent(openPackage(source, checkSignature))) {
    if (!result.ok) throw new PackageError(result.code ?? 'EFLAVOR_IO', `the package that was written is damaged: ${result.detail}`)
  }
}

function reportOf(options: PackOptions, prepared: PreparedPackage, {metadata, size}: WrittenPackage, digest: string): PackReport {
  return {
    development: options.signer.development,
    digest,
    launcher: {id: prepared.launcher.id, size: prepared.image.size, target: prepared.imageTarget},
    notes: prepared.slots.flatMap(({notes}) => notes),
    package: options.output,
    publicKey: options.signer.publicKey,
    size,
    slots: metadata.slots,
    warnings: prepared.warnings,
  }
}

/** `dist/hello` for one target is `dist/hello-linux-x64` among several; Windows wants its suffix. */
export function outputFor(base: string, target: string | undefined, several: boolean): string {
  const suffix = targets.find(({name}) => name === target)?.executableSuffix ?? ''
  const name = several ? `${basename(base)}-${target}` : basename(base)
  return join(dirname(base), name.endsWith(suffix) ? name : `${name}${suffix}`)
}
