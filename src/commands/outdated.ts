import {FlavorCommand} from '../command.ts'
import {addonFlags} from '../flavour/flags.ts'
import {interruptible} from '../flavour/interruption.ts'
import type {NewestAddon} from '../flavour/newest.ts'
import {projectOf} from '../flavour/project.ts'
import {type ErrorSummary, summary} from '../report.ts'
import {table} from '../table.ts'
import {complain, note} from '../terminal.ts'
import {printable} from '../text.ts'

interface Row {
  readonly name: string
  readonly current: string
  /** Null when nobody could be asked. */
  readonly newest: string | null
  readonly outdated: boolean
  /** Where the newest comes from, or null. */
  readonly from: string | null
  /** Why nobody could be asked, or null. */
  readonly error: ErrorSummary | null
}

export default class Outdated extends FlavorCommand {
  static override description =
    `Asks for the newest version of each addon where it came from, as .flavour/sources.yaml says; where that is not known, the sources that \`<%= config.bin %> add\` would ask, by the name that app.flavour lists. Exit code 1 when a newer one exists, as with npm outdated. What nobody knows, or came from a file, is said, and is no failure. A source that cannot be asked is one.`
  static override examples = ['<%= config.bin %> outdated', '<%= config.bin %> outdated --registry https://registry.example/api --json']
  static override flags = {registry: addonFlags.registry}
  static override strict = false
  static override summary = 'List the addons of which there is a newer version'

  async run(): Promise<readonly Row[]> {
    const {flags} = await this.parse(Outdated)
    const project = await projectOf(process.cwd())
    const {newestAddons} = await import('../flavour/newest.ts')
    const wishes = {cache: true, network: undefined, registry: flags.registry, timeout: undefined, verbose: false}
    const addons = await interruptible((signal) => newestAddons(this.config, project, wishes, signal))
    const old = addons.filter(({outdated}) => outdated)
    const rows = old.map(({current, from, name, newest}) => [name, current, newest ?? '', from ?? ''].map(printable))
    if (rows.length > 0) this.log(table([['ADDON', 'CURRENT', 'NEWEST', 'FROM'], ...rows]))
    for (const addon of addons) tellUnknown(addon)
    if (addons.some(({error, outdated, unknown}) => outdated || (error !== undefined && !unknown))) process.exitCode = 1
    return addons.map(row)
  }
}

function tellUnknown({error, name, unknown}: NewestAddon): void {
  if (error === undefined) return
  const {hints, message} = summary(error)
  if (unknown) note(printable(`nobody knows ${name}: ${message.split('\n', 1)[0]}`))
  else complain(message, hints)
}

function row({current, error, from, name, newest, outdated}: NewestAddon): Row {
  return {current, error: error === undefined ? null : summary(error), from: from ?? null, name, newest: newest ?? null, outdated}
}
