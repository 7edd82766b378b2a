import type {Interfaces} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {conflicting} from '../selection.ts'
import {type Failure, type Offered, type Survey, surveyAll} from '../survey.ts'
import {table} from '../table.ts'
import {paint} from '../terminal.ts'

export interface Capability {
  readonly kind: string
  readonly id: string
  readonly aliases: readonly string[]
  readonly summary: string
  readonly features: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
  readonly plugin: string
  readonly version: string
  /** `core`, `user` or `linked`. */
  readonly from: string
  /** Others answer to one of its words, or claim its operation byte: choosing it needs `prefer` or its full name. */
  readonly conflict: boolean
}

export interface CapabilitiesResult {
  readonly capabilities: readonly Capability[]
  readonly failures: readonly Failure[]
}

export default class Capabilities extends FlavorCommand {
  static override strict = false
  static override summary = 'List what the installed plugins offer'
  static override description =
    `Compressors, slot purposes, launchers and addon managers, each with the plugin it comes from: part of the program (core), installed by the user, or linked.

Two offers that answer to one name, or claim one operation byte, are in conflict: choose one by its full name (plugin:id), or with \`prefer\` in the manifest.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<CapabilitiesResult> {
    await this.parse(Capabilities)
    const surveys = await surveyAll(this.config as Interfaces.Config)
    const capabilities = surveys.flatMap(listed)
    this.log(table([head, ...capabilities.map(row)]))
    return {capabilities, failures: surveys.flatMap(({failures}) => failures)}
  }
}

function listed(survey: Survey): readonly Capability[] {
  const conflicts = conflicting(survey)
  return survey.offers.map((offer) => ({kind: survey.kind, ...described(offer), conflict: conflicts.has(offer)}))
}

function described({aliases = [], features = [], id, load: _, plugin, summary, ...facts}: Offered) {
  const from = plugin.type === 'link' ? 'linked' : plugin.type
  return {id, aliases, summary, features, facts, plugin: plugin.name, version: plugin.version, from}
}

const head = ['KIND', 'ID', 'FACTS', 'PLUGIN', 'VERSION', 'FROM']

function row({conflict, facts, from, id, kind, plugin, version}: Capability): readonly string[] {
  const mark = conflict ? `${from}  ${paint('yellow', 'conflict', process.stdout)}` : from
  return [kind, id, brief(facts), plugin, version, mark]
}

const classes = ['data', 'code', 'config', 'media']
const hex = (byte: unknown): string => `0x${Number(byte).toString(16).padStart(2, '0')}`

/** The few facts by which people choose; `--json` has them all. */
function brief(facts: Readonly<Record<string, unknown>>): string {
  const {class: purposeClass, extension, identifier, levels, operation, targets} = facts
  if (operation !== undefined) return `${hex(operation)} ${extension} levels ${range(levels as Levels)}`
  if (Array.isArray(targets)) return targets.join(' ')
  if (purposeClass !== undefined) return `${classes[Number(purposeClass)]}${facts.shareable ? ', shared' : ''}`
  return String(identifier ?? '')
}

interface Levels {
  readonly max: number
  readonly min: number
}

const range = ({max, min}: Levels): string => `${min} to ${max}`
