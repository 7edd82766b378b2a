import {ChangeCommand, type ChangeResult} from '../flavour/change-command.ts'

export default class Add extends ChangeCommand {
  static override description =
    `Each addon is resolved to its addon.flavour, checked, and added by the addon manager of its stack: that of a plugin, else the image flavour/fam-STACK. One that fails stops no other; the exit code is 1 then. All changes of files are made at once, or not at all: after an error, Ctrl-C or a power cut every file is what it was.

On a terminal the files are listed and one question is asked; without one, or with --yes, it goes ahead. Where there is no app.flavour, here or above, one is made here.`
  static override examples = [
    '<%= config.bin %> add npm/lodash:4.17.21 pypi/django:5.2',
    '<%= config.bin %> add --package addon.flavour --addonmanager flavour/fam-python --dry-run',
    '<%= config.bin %> add divio/django --registry https://registry.example/api --json',
  ]
  static override summary = 'Add addons to the project'

  async run(): Promise<ChangeResult> {
    return await this.changeProject('add')
  }
}
