import {type Setting, settingsOf} from '../../addons/configuration.ts'
import {FlavorCommand} from '../../command.ts'
import {projectOf} from '../../flavour/project.ts'
import {table} from '../../table.ts'
import {printable} from '../../text.ts'

export default class ConfigShow extends FlavorCommand {
  static override description =
    `Settings of the addons that app.flavour lists, and of its own \`config\`. The value of a setting is what the environment holds under its variable, else what \`config set\` has kept, else its default.`
  static override examples = ['<%= config.bin %> config show', 'DJANGO_DIVIO_LANGUAGES=en,de <%= config.bin %> config show --json']
  static override strict = false
  static override summary = 'Show every setting of the project, its variable and its value'

  async run(): Promise<readonly Setting[]> {
    await this.parse(ConfigShow)
    const project = await projectOf(process.cwd())
    const settings = await settingsOf(project, process.env)
    if (settings.length === 0) process.stderr.write(`there are no settings in ${project.root}\n`)
    else this.log(table([['VARIABLE', 'VALUE', 'FROM', 'TYPE', 'ADDON', 'LABEL'], ...settings.map((one) => row(one).map(printable))]))
    for (const {problem, variable} of settings) if (problem !== null) process.stderr.write(`${variable}: ${printable(problem)}\n`)
    return settings
  }
}

function row({addon, from, label, type, value, variable}: Setting): readonly string[] {
  return [variable, value ?? '', from ?? '', type, addon ?? '', label]
}
