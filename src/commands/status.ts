import {type AddonStatus, type ProjectStatus, statusOf} from '../addons/status.ts'
import {FlavorCommand} from '../command.ts'
import {projectOf} from '../flavour/project.ts'
import {table} from '../table.ts'
import {printable} from '../text.ts'

export default class Status extends FlavorCommand {
  static override description =
    `Every addon that app.flavour lists was kept as .flavour/addons/<SHA-256>, byte for byte. This says which of the two was changed by hand since. Exit code 1 when something was.`
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']
  static override strict = false
  static override summary = 'Hold the addons of the project against what was installed'

  async run(): Promise<ProjectStatus> {
    await this.parse(Status)
    const project = await projectOf(process.cwd())
    const status = await statusOf(project)
    const rows = [
      ...status.addons.map(row),
      ...status.strays.map((file) => ['stray', '', `${file} belongs to no addon that app.flavour lists`]),
    ]
    if (rows.length === 0) process.stderr.write(`there are no addons in ${project.root}\n`)
    else this.log(table(rows.map((cells) => cells.map(printable))))
    if (status.drift) process.exitCode = 1
    return status
  }
}

function row({addon, file, state}: AddonStatus): readonly string[] {
  return [state, addon, details[state](file)]
}

const details: Readonly<Record<AddonStatus['state'], (file: string) => string>> = {
  changed: (file) => `${file} was changed since it was installed, or its hash in app.flavour was`,
  missing: (file) => `${file} is not there`,
  renamed: (file) => `${file} is that of another addon or version: the entry in app.flavour was changed`,
  unchanged: () => '',
}
