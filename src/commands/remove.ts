import {addonErrors} from '../addons/errors.ts'
import {FlavorCommand} from '../command.ts'
import {type ChangeResult, changeArgs, changeFlags, tellChange} from '../flavour/change-command.ts'
import {interruptible} from '../flavour/interruption.ts'

export default class Remove extends FlavorCommand {
  static override args = changeArgs
  static override description =
    `By the name that app.flavour lists, with or without its version. Nobody else is asked: what was added was kept in .flavour/addons, and app.flavour says who added it. Where a document was lost or changed, --package gives it.

One that fails stops no other; the exit code is 1 then. All changes of files are made at once, or not at all.`
  static override examples = ['<%= config.bin %> remove lodash', '<%= config.bin %> remove django-divio:0.1 sentry --dry-run']
  static override flags = changeFlags
  static override strict = false
  static override summary = 'Remove addons from the project'

  async run(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(Remove)
    const [words, packages] = [args.addons ?? [], flags.package ?? []]
    if (words.length === 0 && packages.length === 0) throw addonErrors.nothing('remove')
    const {changeAddons} = await import('../flavour/changing.ts')
    const {changeDialogue} = await import('../flavour/dialogue.ts')
    const request = {
      change: 'remove',
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
