import {Flags} from '@oclif/core'
import {type CheckedAddon, checkAddons} from '../addon-checking.ts'
import {addonManager, baseStack} from '../addon-managers.ts'
import {FlavorCommand} from '../command.ts'
import {problemLines} from '../errors.ts'
import {inName, note} from '../terminal.ts'
import {printable} from '../text.ts'

/** Where something is wrong, as far as that is known, and what. */
interface CheckProblem {
  readonly line: number | null
  readonly column: number | null
  /** Of the key: `config.x.type`; empty for the whole file. */
  readonly path: string
  readonly message: string
  readonly hint: string | null
}

interface Checked {
  readonly valid: boolean
  /** Identifier of the manager that was asked, and the plugin that offers it. */
  readonly manager: string
  readonly plugin: string
  readonly addons: readonly (Omit<CheckedAddon, 'problems'> & {readonly problems: readonly CheckProblem[]})[]
}

export default class Check extends FlavorCommand {
  static override description =
    `Answers True or False for each file: is it an addon.flavour of version 0.1 of the protocol, and is it for the stack of the addon manager? What is wrong stands on stderr, with line and column. Exit code 0 when all are valid, else 1.

Without --addonmanager the manager that every other builds on is asked, which accepts any sound addon.flavour. \`<%= config.bin %> capabilities\` lists the addon managers that are installed.`
  static override examples = [
    '<%= config.bin %> check --package addon.flavour',
    '<%= config.bin %> check --package one.flavour --package two.flavour --addonmanager flavour/fam-flavour:0.1 --json',
  ]
  static override flags = {
    addonmanager: Flags.string({
      default: baseStack,
      description: 'stack, identifier or id of the manager that is asked',
      helpValue: 'MANAGER',
    }),
    package: Flags.string({
      char: 'p',
      description: 'an addon.flavour; may be given several times',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
  }
  static override strict = false
  static override summary = 'Say whether files describe addons, for a stack'

  async run(): Promise<Checked> {
    const {flags} = await this.parse(Check)
    const manager = await addonManager(this.config, flags.addonmanager)
    const addons = await checkAddons(flags.package, manager)
    const valid = addons.every((addon) => addon.valid)
    note(`asked ${manager.identifier}, of plugin ${manager.plugin.name}`)
    for (const addon of addons) this.#tell(addon)
    if (!valid) process.exitCode = 1
    return {
      addons: addons.map((addon) => ({...addon, problems: addon.problems.map(plainProblem)})),
      manager: manager.identifier,
      plugin: manager.plugin.name,
      valid,
    }
  }

  #tell({addon, file, problems, valid}: CheckedAddon): void {
    this.log(printable(`${valid ? 'True ' : 'False'}  ${addon === null ? file : `${addon}  ${file}`}`))
    for (const line of problemLines(problems, process.cwd())) process.stderr.write(`${printable(inName(line))}\n`)
  }
}

function plainProblem({at: {column, line}, hint, message, path}: CheckedAddon['problems'][number]): CheckProblem {
  return {column: column ?? null, hint: hint ?? null, line: line ?? null, message, path}
}
