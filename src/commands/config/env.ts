import {Flags} from '@oclif/core'
import {settingProblems, settingsOf} from '../../addons/configuration.ts'
import {environmentFormats, environmentText} from '../../addons/environment-text.ts'
import {addonErrors} from '../../addons/errors.ts'
import {FlavorCommand} from '../../command.ts'
import {projectOf} from '../../flavour/project.ts'

export default class ConfigEnv extends FlavorCommand {
  static override description =
    `Every setting that has a value: what the environment holds under its variable, else what \`config set\` has kept, else its default. When one that is required has none, or a value is not what its setting may hold, nothing is printed and the exit code is 1.`
  static override examples = [
    '<%= config.bin %> config env > .env',
    'eval "$(<%= config.bin %> config env --format shell)"',
    '<%= config.bin %> config env --format json',
  ]
  static override flags = {
    defaults: Flags.boolean({
      allowNo: true,
      default: true,
      description: 'fill in defaults; without them, only what the environment holds or was kept',
    }),
    format: Flags.option({default: 'dotenv' as const, description: 'how it is written', options: environmentFormats})(),
  }
  static override strict = false
  static override summary = 'Print the settings of the project as environment variables'

  async run(): Promise<Readonly<Record<string, string>>> {
    const {flags} = await this.parse(ConfigEnv)
    const settings = await settingsOf(await projectOf(process.cwd()), process.env, {defaults: flags.defaults})
    const problems = settingProblems(settings)
    if (problems.length > 0) throw addonErrors.config(problems)
    const variables = Object.fromEntries(settings.flatMap(({value, variable}) => (value === null ? [] : [[variable, value]])))
    if (!this.jsonEnabled()) process.stdout.write(environmentText(variables, flags.format))
    return variables
  }
}
