import {Args} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {interruptible} from '../../flavour/interruption.ts'
import {projectOf} from '../../flavour/project.ts'

export default class ConfigUnset extends FlavorCommand {
  static override args = {variables: Args.string({description: 'VARIABLE', multiple: true, required: true})}
  static override description =
    `Takes values out of .flavour/config.yaml again, also of settings that are not there any more. The environment or the default counts then.`
  static override examples = ['<%= config.bin %> config unset DJANGO_DIVIO_LANGUAGES']
  static override strict = false
  static override summary = 'Forget values of settings that the project keeps'

  async run(): Promise<readonly string[]> {
    const {args} = await this.parse(ConfigUnset)
    const variables = [...new Set(args.variables as unknown as readonly string[])]
    const project = await projectOf(process.cwd())
    const {changeValues} = await import('../../flavour/values.ts')
    await interruptible((signal) => changeValues(project, Object.fromEntries(variables.map((name) => [name, undefined])), signal))
    return variables
  }
}
