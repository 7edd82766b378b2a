import {Args} from '@oclif/core'
import {addonErrors} from '../addons/errors.ts'
import {FlavorCommand} from '../command.ts'
import {type CheckedAddon, checkAddons} from '../flavour/checking.ts'
import {addonFlags} from '../flavour/flags.ts'
import {interruptible} from '../flavour/interruption.ts'
import {baseStack} from '../flavour/managers.ts'
import {projectRoot} from '../flavour/project.ts'
import {openSession} from '../flavour/session.ts'
import {type ErrorSummary, summary} from '../report.ts'
import {complain} from '../terminal.ts'
import {printable} from '../text.ts'

interface Checked {
  readonly valid: boolean
  readonly addons: readonly {
    /** As it was typed. */
    readonly asked: string
    /** `<name>:<version>`; null when it cannot be read. */
    readonly addon: string | null
    readonly valid: boolean
    /** Identifier of the manager that was asked, and the plugin that offers or runs it; null when nobody was. */
    readonly manager: string | null
    readonly plugin: string | null
    /** What the manager says against it. */
    readonly problems: readonly {readonly message: string; readonly hint: string | null}[]
    /** What kept it from being checked. */
    readonly error: ErrorSummary | null
  }[]
}

export default class Check extends FlavorCommand {
  static override args = {addons: Args.string({description: 'NAMESPACE/NAME[:VERSION], or another word for an addon', multiple: true})}
  static override description =
    `Answers True or False for each addon: is it an addon.flavour of version 0.1 of the protocol, and is it for the stack of its addon manager? What is wrong stands on stderr, with line and column. Exit code 0 when all are valid, else 1.

Where neither --addonmanager nor the addon's source says who is asked, it is the manager that every other builds on, which accepts any sound addon.flavour. \`<%= config.bin %> capabilities\` lists the addon managers that are installed.`
  static override examples = [
    '<%= config.bin %> check --package addon.flavour',
    '<%= config.bin %> check --package one.flavour --package two.flavour --addonmanager flavour/fam-flavour:0.1 --json',
    '<%= config.bin %> check npm/lodash:4.17.21',
  ]
  static override flags = addonFlags
  static override strict = false
  static override summary = 'Say whether addons are sound, and for a stack'

  async run(): Promise<Checked> {
    const {args, flags} = await this.parse(Check)
    const words = args.addons ?? []
    const packages = flags.package ?? []
    if (words.length === 0 && packages.length === 0) throw addonErrors.nothing('check')
    const addons = await interruptible(async (signal) => {
      const session = await openSession(this.config, flags, await projectRoot(process.cwd()), signal)
      return await checkAddons({packages, words}, {otherwise: baseStack, word: flags.addonmanager}, session)
    })
    const valid = addons.every((addon) => addon.valid)
    for (const addon of addons) this.#tell(addon)
    if (!valid) process.exitCode = 1
    return {addons: addons.map(plain), valid}
  }

  #tell({addon, asked, error, problems, valid}: CheckedAddon): void {
    this.log(printable(`${valid ? 'True ' : 'False'}  ${addon === undefined || addon === asked ? asked : `${addon}  ${asked}`}`))
    for (const {hint, message} of problems) complain(printable(`check ${asked}: ${message}`), hint === undefined ? [] : [printable(hint)])
    if (error === undefined) return
    const {hints, message} = summary(error)
    complain(message, hints)
  }
}

function plain({addon, asked, error, manager, problems, valid}: CheckedAddon): Checked['addons'][number] {
  return {
    addon: addon ?? null,
    asked,
    error: error === undefined ? null : summary(error),
    manager: manager?.identifier ?? null,
    plugin: manager?.plugin ?? null,
    problems: problems.map(({hint, message}) => ({hint: hint ?? null, message})),
    valid,
  }
}
