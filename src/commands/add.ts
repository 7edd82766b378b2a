import {addonErrors} from '../addons/errors.ts'
import {FlavorCommand} from '../command.ts'
import {type ChangeResult, changeArgs, changeFlags, tellChange} from '../flavour/change-command.ts'
import {interruptible} from '../flavour/interruption.ts'

export default class Add extends FlavorCommand {
  static override args = changeArgs
  static override description =
    `Each addon is resolved to its addon.flavour, checked, and added by the addon manager of its stack: that of a plugin, else the image flavour/fam-STACK. One that fails stops no other; the exit code is 1 then. All changes of files are made at once, or not at all: after an error, Ctrl-C or a power cut every file is what it was.

On a terminal the files are listed and one question is asked; without one, or with --yes, it goes ahead. Where there is no app.flavour, here or above, one is made here.`
  static override examples = [
    '<%= config.bin %> add npm/lodash:4.17.21 pypi/django:5.2',
    '<%= config.bin %> add --package addon.flavour --addonmanager flavour/fam-python --dry-run',
    '<%= config.bin %> add divio/django --registry https://registry.example/api --json',
  ]
  static override flags = changeFlags
  static override strict = false
  static override summary = 'Add addons to the project'

  async run(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(Add)
    const [words, packages] = [args.addons ?? [], flags.package ?? []]
    if (words.length === 0 && packages.length === 0) throw addonErrors.nothing('add')
    const {changeAddons} = await import('../flavour/changing.ts')
    const {changeDialogue} = await import('../flavour/dialogue.ts')
    const request = {
      change: 'add',
      check: flags.check,
      dryRun: flags['dry-run'],
      inPlace: flags['in-place'],
      manager: flags.addonmanager,
      packages,
      words,
    } as const
    const dialogueFlags = {allowRun: flags['allow-run'], json: this.jsonEnabled(), yes: flags.yes}
    const outcome = await interruptible((signal) =>
      changeAddons(this.config, request, flags, changeDialogue(dialogueFlags, signal), signal),
    )
    return tellChange(outcome, (line) => this.log(line))
  }
}
