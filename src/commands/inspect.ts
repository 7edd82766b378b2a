import {Args} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import type {CommandJson} from '../format/metadata.ts'
import {type InspectedSlot, type Inspection, inspectFile} from '../inspection.ts'
import {joinWords} from '../project/words.ts'
import {count, formatBytes, printable} from '../text.ts'

export default class Inspect extends FlavorCommand {
  static override args = {file: Args.string({description: 'the package', required: true})}
  static override description = 'Works on a broken package as far as it can, and says what is broken. It proves nothing: `verify` does.'
  static override examples = ['<%= config.bin %> inspect dist/hello', '<%= config.bin %> inspect --json dist/hello']
  static override summary = 'Show what is in a package'

  async run(): Promise<Inspection> {
    const {args} = await this.parse(Inspect)
    const inspection = inspectFile(args.file)
    for (const line of tree(inspection)) this.log(printable(line))
    if (inspection.problems.length > 0) process.exitCode = 1
    return inspection
  }
}

function tree(inspection: Inspection): readonly string[] {
  const {name = '?', version = '', description = ''} = (inspection.package_metadata ?? {}) as Readonly<Record<string, string>>
  const build = (inspection.build_metadata ?? {}) as Readonly<Record<string, unknown>>
  const launcher = (inspection.launcher ?? {}) as Readonly<Record<string, unknown>>
  const branches = [
    `format    ${inspection.format} ${inspection.format_version ?? '?'}, ${formatBytes(inspection.size)}`,
    `signed    ${inspection.publicKey ?? '?'}${build.development === true ? ' (development)' : ''}`,
    `built     by ${build.tool ?? '?'} ${build.tool_version ?? ''}, ${build.timestamp ?? '?'}`,
    `launcher  ${launcher.tool ?? '?'} ${launcher.target ?? ''}, ${inspection.launcher_size === null ? '?' : formatBytes(inspection.launcher_size)}`,
    ...commandLines(inspection),
    count(inspection.slots.length, 'slot'),
  ]
  const head = [
    `${name} ${version}${description === '' ? '' : `: ${description}`}`,
    ...branches.map((branch, index) => `${last(branches, index)} ${branch}`),
  ]
  const slots = inspection.slots.flatMap((slot, index) =>
    slotLines(slot).map((line, row) =>
      row === 0 ? `   ${last(inspection.slots, index)} ${line}` : `   ${index === inspection.slots.length - 1 ? ' ' : '│'}  ${line}`,
    ),
  )
  const problems = inspection.problems.map(({detail, name: check}) => `broken: ${check}: ${detail}`)
  return [...head, ...slots, ...problems]
}

/** Of several, each by its name; the words of the one called default stand in `execution`. */
function commandLines({commands, execution}: Inspection): readonly string[] {
  const {command = '?'} = (execution ?? {}) as Readonly<Record<string, string>>
  if (commands === null) return [`command   ${command}`]
  return Object.entries({default: {argv: []}, ...commands}).map(([name, {argv, slots}]: [string, CommandJson]) => {
    const line = name === 'default' ? command : joinWords(argv)
    return `command   ${name}: ${line}${slots === undefined ? '' : ` (slots ${slots.join(', ')})`}`
  })
}

function slotLines(slot: InspectedSlot): readonly string[] {
  const stored = slot.size === null ? '?' : formatBytes(slot.size)
  const original = slot.originalSize === null || slot.operations === 'none' ? '' : ` of ${formatBytes(slot.originalSize)}`
  return [
    `${slot.index} ${slot.name} → ${slot.target}`,
    `${slot.purpose || 'no purpose'}, ${slot.lifecycle}, ${slot.operations}, ${stored}${original}`,
  ]
}

function last(list: readonly unknown[], index: number): string {
  return index === list.length - 1 ? '└─' : '├─'
}
