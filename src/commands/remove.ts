import {ChangeCommand, type ChangeResult} from '../flavour/change-command.ts'

export default class Remove extends ChangeCommand {
  static override description =
    `By the name that app.flavour lists, with or without its version. Nobody else is asked: what was added was kept in .flavour/addons, and app.flavour says who added it. Where a document was lost or changed, --package gives it.

One that fails stops no other; the exit code is 1 then. All changes of files are made at once, or not at all.`
  static override examples = ['<%= config.bin %> remove npm/lodash', '<%= config.bin %> remove django-divio:0.1 sentry --dry-run']
  static override summary = 'Remove addons from the project'

  async run(): Promise<ChangeResult> {
    return await this.changeProject('remove')
  }
}
