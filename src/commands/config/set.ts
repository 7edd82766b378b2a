import {Args} from '@oclif/core'
import {addonErrors} from '../../addons/errors.ts'
import {FlavorCommand} from '../../command.ts'
import {interruptible} from '../../flavour/interruption.ts'
import {projectOf} from '../../flavour/project.ts'

export default class ConfigSet extends FlavorCommand {
  static override args = {
    values: Args.string({description: 'VARIABLE=VALUE; everything behind the first = is the value', multiple: true, required: true}),
  }
  static override description =
    `Values are kept in .flavour/config.yaml, where comments and everything else stay. They count where the environment says nothing. Each is held against its setting first: when one of them is not what its setting may hold, none is kept. What is secret belongs into the environment.`
  static override examples = [
    '<%= config.bin %> config set DJANGO_DIVIO_LANGUAGES=en,de',
    '<%= config.bin %> config set SHOP_DEBUG=no SHOP_WORKERS=4 --json',
  ]
  static override strict = false
  static override summary = 'Keep values of settings in the project'

  async run(): Promise<Readonly<Record<string, string>>> {
    const {args} = await this.parse(ConfigSet)
    const values = Object.fromEntries((args.values as unknown as readonly string[]).map(assignment))
    const project = await projectOf(process.cwd())
    const {changeValues} = await import('../../flavour/values.ts')
    await interruptible((signal) => changeValues(project, values, signal))
    return values
  }
}

function assignment(word: string): readonly [variable: string, value: string] {
  const sign = word.indexOf('=')
  if (sign < 1) throw addonErrors.noAssignment(word)
  return [word.slice(0, sign), word.slice(sign + 1)]
}
