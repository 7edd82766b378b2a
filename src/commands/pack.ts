import {resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {tellAssumed} from '../assumption.ts'
import {capabilities} from '../capabilities.ts'
import {FlavorCommand} from '../command.ts'
import {FlavorError} from '../errors.ts'
import {chainWord} from '../format/chain.ts'
import {publicKeyText} from '../format/keys.ts'
import {targets as knownTargets} from '../format/registry.ts'
import {outputFor, type PackOptions, type PackReport, pack, withPrepared} from '../pack/pack.ts'
import {presets} from '../pack/preset.ts'
import {findSigner, type Signer} from '../pack/signer.ts'
import {startProgress} from '../progress.ts'
import {planProject} from '../project/assumed.ts'
import type {Compat, Plan} from '../project/plan.ts'
import {systemOf} from '../project/platforms.ts'
import {signingFlags, signingOptions} from '../signing-flags.ts'
import {note, warn} from '../terminal.ts'
import {count, formatBytes} from '../text.ts'
import {type Environment, openBase} from '../workenv/base.ts'

interface PackedSlot {
  readonly id: string
  readonly purpose: string
  readonly lifecycle: string
  readonly operations: string
  readonly size: number
  readonly originalSize: number
  readonly sha256: string
}

interface Packed {
  readonly package: string
  readonly size: number
  readonly digest: string
  readonly publicKey: string
  readonly development: boolean
  readonly launcher: PackReport['launcher']
  readonly slots: readonly PackedSlot[]
  readonly elapsedMs: number
}

interface PlannedFiles {
  readonly id: string
  /** As the manifest names it; empty when the purpose makes the content. */
  readonly source: string
  readonly target: string
  readonly operations: string
  readonly originalSize: number
  readonly files: readonly {readonly path: string; readonly size: number}[]
  readonly excluded: readonly string[]
}

interface DryRun {
  readonly dryRun: true
  readonly package: string
  readonly launcher: PackReport['launcher']
  readonly slots: readonly PlannedFiles[]
}

export default class Pack extends FlavorCommand {
  static override description =
    `Reads flavor.yaml (or flavor.json, .flavorrc, flavor.config.ts, the "flavor" key of package.json), puts every slot into one file behind a launcher, signs it, and reads it back. A failed pack leaves nothing behind.

Without a manifest it packs what \`<%= config.bin %> init\` would write down for the project, and says so: Node (package.json), Python (pyproject.toml, requirements.txt), a built Cargo or Go program, or pages (index.html).`
  static override examples = [
    '<%= config.bin %> pack',
    '<%= config.bin %> pack --dry-run',
    '<%= config.bin %> pack --private-key ~/release-keys/flavor-private.key --output dist/hello',
  ]
  static override flags = {
    balanced: Flags.boolean({description: 'compress as usual: zstd 3', exclusive: ['fast', 'small']}),
    cache: Flags.boolean({allowNo: true, default: true, description: 'keep what is costly to make for the next pack'}),
    compat: Flags.string({description: 'pack only what these tools run too', helpValue: 'TOOLS', options: ['flavorpack']}),
    'dry-run': Flags.boolean({description: 'list files and sizes, write nothing'}),
    fast: Flags.boolean({description: 'compress fast: zstd 1, wherever a slot states no level', exclusive: ['balanced', 'small']}),
    launcher: Flags.string({description: "launcher to use instead of the manifest's: an id, or auto", helpValue: 'ID'}),
    manifest: Flags.string({char: 'm', description: 'manifest to use instead of the one that is found', helpValue: 'FILE'}),
    output: Flags.string({char: 'o', description: 'where the package goes; default dist/<name>', helpValue: 'FILE'}),
    quiet: Flags.boolean({char: 'q', description: 'say only what is wrong'}),
    small: Flags.boolean({description: 'compress well, taking its time: zstd 19', exclusive: ['balanced', 'fast']}),
    target: Flags.string({description: 'systems to pack for, separated by commas: linux-x64,darwin-arm64', helpValue: 'OS-ARCH,...'}),
    verify: Flags.boolean({allowNo: true, default: true, description: 'read the package back and check all of it'}),
    ...signingFlags,
  }
  static override strict = false
  static override summary = 'Pack an application into one signed file that runs'

  async run(): Promise<Packed | DryRun | {readonly packages: readonly (Packed | DryRun)[]}> {
    const {flags} = await this.parse(Pack)
    const targets = parseTargets(flags.target)
    const {plan, starter} = await planProject({cwd: process.cwd(), manifest: flags.manifest}, targets.map(systemOf))
    if (starter && !flags.quiet) tellAssumed(starter)
    const signer = flags['dry-run'] ? undefined : await findSigner(signingOptions(flags), process.env, process.stdin)
    const results: (Packed | DryRun)[] = []
    for (const target of targets) {
      const output = outputFor(resolve(flags.output ?? plan.output), target, targets.length > 1)
      const shared = {
        base: () => (flags.cache ? baseOrNone(process.env) : undefined),
        capabilities: capabilities(this.config, {prefer: plan.prefer}),
        compat: (flags.compat as Compat | undefined) ?? plan.compat,
        epoch: epoch(),
        launcher: flags.launcher ?? plan.launcher,
        output,
        preset: presets.find((preset) => flags[preset]),
        target,
      }
      results.push(signer ? await this.#pack(plan, {...shared, signer, verify: flags.verify}, flags.quiet) : await this.#list(plan, shared))
    }
    // Who names a seed knows what comes of it, and may ask for silence.
    if (signer?.development && !(flags.quiet && flags['key-seed'] !== undefined))
      warn(`signed with ${signer.from}: a development package, which nobody can trust by its key (flavor keygen --default)`)
    const [first] = results
    return results.length === 1 && first ? first : {packages: results}
  }

  async #pack(
    plan: Plan,
    options: Omit<PackOptions, 'progress' | 'signer' | 'toolVersion'> & {readonly signer: Signer},
    quiet: boolean,
  ): Promise<Packed> {
    const started = performance.now()
    const progress = startProgress(`packing ${plan.name}`)
    const update = quiet ? () => {} : progress.update
    const report = await pack(plan, {...options, progress: update, toolVersion: this.config.version}).finally(() => progress.stop())
    for (const warning of report.warnings) warn(warning)
    if (!quiet) report.notes.forEach(note)
    const packed = packedFrom(report, Math.round(performance.now() - started))
    if (!quiet) this.log(summary(plan, packed, options))
    return packed
  }

  async #list(plan: Plan, options: Parameters<typeof withPrepared>[1]): Promise<DryRun> {
    return withPrepared(plan, options, async ({image, imageTarget, launcher, slots, warnings}) => {
      for (const warning of warnings) warn(warning)
      for (const message of slots.flatMap(({notes}) => notes)) note(message)
      const listed = slots.map(({chain, entries, excluded, facts, originalSize}) => ({
        excluded,
        id: facts.id,
        files: entries.filter(({kind}) => kind !== 'directory').map(({path, size}) => ({path, size})),
        operations: chainWord(chain.map(({operation}) => operation)),
        originalSize,
        source: facts.source,
        target: facts.target,
      }))
      for (const line of listing(listed)) this.log(line)
      this.log(`would write ${options.output}, launcher ${launcher.id} ${imageTarget}, ${formatBytes(image.size)}`)
      return {dryRun: true, launcher: {id: launcher.id, size: image.size, target: imageTarget}, package: options.output, slots: listed}
    })
  }
}

/** Packing needs none: then nothing is kept. */
function baseOrNone(env: Environment): string | undefined {
  try {
    return openBase(env)
  } catch {
    return undefined
  }
}

function parseTargets(flag: string | undefined): readonly (string | undefined)[] {
  if (flag === undefined) return [undefined]
  const names = knownTargets.map(({name}) => name as string)
  const wanted = [...new Set(flag.split(',').map((name) => name.trim()))]
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown === undefined) return wanted
  throw new FlavorError(`pack for ${unknown === '' ? 'an empty target' : unknown}: there is no such target`, {
    code: 'EFLAVOR_TARGET',
    exit: 2,
    hints: [`known: ${names.join(', ')}`],
  })
}

const endOfYear9999 = 253_402_300_799

/** Seconds since 1970 (reproducible-builds.org): the same for every build unless somebody asks otherwise. */
function epoch(): number {
  const value = process.env.SOURCE_DATE_EPOCH
  if (value === undefined || value === '') return 0
  if (/^\d{1,12}$/.test(value) && Number(value) <= endOfYear9999) return Number(value)
  throw new FlavorError(`read SOURCE_DATE_EPOCH: ${JSON.stringify(value)} is not a number of seconds since 1970, up to the year 9999`, {
    code: 'EFLAVOR_USAGE',
    exit: 2,
    hints: ['SOURCE_DATE_EPOCH=1700000000 flavor pack'],
  })
}

function packedFrom(report: PackReport, elapsedMs: number): Packed {
  return {
    package: report.package,
    size: report.size,
    digest: `sha256:${report.digest}`,
    publicKey: publicKeyText(report.publicKey),
    development: report.development,
    launcher: report.launcher,
    slots: report.slots.map(({checksum, id, lifecycle, operations, original_size, purpose, size}) => ({
      id,
      purpose,
      lifecycle,
      operations,
      size,
      originalSize: original_size,
      sha256: checksum.replace('sha256:', ''),
    })),
    elapsedMs,
  }
}

function summary(plan: Plan, packed: Packed, {signer, verify}: {readonly signer: Signer; readonly verify: boolean}): string {
  const content = packed.slots.reduce((sum, {originalSize}) => sum + originalSize, 0)
  return [
    packed.package,
    `  ${plan.name} ${plan.version}, ${formatBytes(packed.size)} from ${formatBytes(content)} in ${count(packed.slots.length, 'slot')}`,
    `  launcher ${packed.launcher.id} ${packed.launcher.target}, ${formatBytes(packed.launcher.size)}`,
    `  ${verify ? 'signed and verified' : 'signed'} with ${signer.from}`,
    `  ${packed.digest}`,
  ].join('\n')
}

function* listing(slots: readonly PlannedFiles[]): Generator<string> {
  for (const {excluded, files, id, operations, originalSize, source, target} of slots) {
    const facts = [count(files.length, 'file'), formatBytes(originalSize), ...(operations === 'none' ? [] : [operations])]
    yield `${id} → ${target}: ${facts.join(', ')}${source === '' ? '' : `, from ${source}`}`
    for (const {path, size} of files) yield `  ${formatBytes(size).padStart(10)}  ${path}`
    if (excluded.length > 0) yield `  left out: ${excluded.join(', ')}`
  }
}
