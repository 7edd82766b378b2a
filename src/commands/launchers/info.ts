import {Args, type Interfaces} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {type ListedImage, type ListedLauncher, listLauncher, originWord} from '../../launchers/images.ts'
import {offersOf} from '../../launchers/offers.ts'
import {formatBytes} from '../../text.ts'

export default class LaunchersInfo extends FlavorCommand {
  static override args = {
    id: Args.string({description: 'id or other name, as `launchers list` and `capabilities` show it', required: true}),
  }
  static override description =
    `What it undoes, what it can do, and each target: its image with size, SHA-256 and the toolchain that made it, or that there is none here.`
  static override examples = ['<%= config.bin %> launchers info rust', '<%= config.bin %> launchers info go --json']
  static override aliases = ['helpers:info']
  static override summary = 'Say all that is known of one launcher'

  async run(): Promise<ListedLauncher> {
    const {args} = await this.parse(LaunchersInfo)
    const [offer] = await offersOf(this.config as Interfaces.Config, args.id)
    const launcher = await listLauncher(offer as NonNullable<typeof offer>)
    this.log([...facts(launcher), '', ...targetLines(launcher)].join('\n'))
    return launcher
  }
}

function facts({aliases, features, formats, from, id, operations, plugin, summary, version}: ListedLauncher): readonly string[] {
  const rows = [
    ['plugin', `${plugin} ${version}, ${from}`],
    ['other names', aliases.join(', ')],
    ['formats', formats.map((format) => `0x${format.toString(16)}`).join(', ')],
    ['undoes', operations.join(', ')],
    ['features', features.join(', ')],
    ['licences', `flavor launchers notices ${id}`],
  ] as const
  return [`${id}: ${summary}`, ...rows.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(12)} ${value}`)]
}

function targetLines({builds, id, images}: ListedLauncher): readonly string[] {
  const absent = builds.filter((target) => !images.some((image) => image.target === target))
  return [
    ...images.flatMap(imageLines),
    ...absent.map((target) => `${target.padEnd(12)}  no image here: flavor launchers build --lang ${id} --target ${target}`),
  ]
}

function imageLines({origin, sha256, size, target, toolchain}: ListedImage): readonly string[] {
  const made = toolchain === null ? [] : [`  made by ${toolchain}`]
  return [`${target.padEnd(12)}  ${formatBytes(size)}, ${originWord(origin)}`, `  sha256:${sha256}`, ...made]
}
