import type {Interfaces} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {type ListedLauncher, listLauncher, originWord} from '../../launchers/images.ts'
import {offersOf} from '../../launchers/offers.ts'
import {table} from '../../table.ts'
import {formatBytes} from '../../text.ts'

export default class LaunchersList extends FlavorCommand {
  static override description =
    `One line for each image: the system it is for, how large it is, the beginning of its SHA-256, whether a release has brought it or a build on this machine, and whose plugin it is.`
  static override examples = ['<%= config.bin %> launchers list', '<%= config.bin %> launchers list --json']
  static override aliases = ['helpers:list']
  static override strict = false
  static override summary = 'List the launchers and their images that are here'

  async run(): Promise<readonly ListedLauncher[]> {
    await this.parse(LaunchersList)
    const offers = await offersOf(this.config as Interfaces.Config, 'all')
    const launchers = await Promise.all(offers.map(listLauncher))
    this.log(table([['ID', 'TARGET', 'SIZE', 'SHA-256', 'IMAGE', 'PLUGIN', 'VERSION', 'FROM'], ...launchers.flatMap(rows)]))
    return launchers
  }
}

function rows({builds, from, id, images, plugin, version}: ListedLauncher): readonly (readonly string[])[] {
  const tail = [plugin, version, from]
  const none = builds.length > 0 ? `none; flavor launchers build --lang ${id}` : 'none'
  if (images.length === 0) return [[id, '-', '', '', none, ...tail]]
  return images.map(({origin, sha256, size, target}) => [id, target, formatBytes(size), sha256.slice(0, 12), originWord(origin), ...tail])
}
