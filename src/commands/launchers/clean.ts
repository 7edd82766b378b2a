import type {Interfaces} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {choiceFlags, type LauncherOffer, offersOf, withCode} from '../../launchers/offers.ts'
import {formatBytes} from '../../text.ts'

interface Removed {
  readonly launcher: string
  readonly target: string
  readonly size: number
  readonly sha256: string
}

export default class LaunchersClean extends FlavorCommand {
  static override description = `Deletes the images that \`launchers build\` has put there. Those of a release stay.`
  static override examples = ['<%= config.bin %> launchers clean', '<%= config.bin %> launchers clean --lang rust']
  static override flags = {lang: choiceFlags.lang}
  static override aliases = ['helpers:clean']
  static override strict = false
  static override summary = 'Delete the images that were built here'

  async run(): Promise<readonly Removed[]> {
    const {flags} = await this.parse(LaunchersClean)
    const removed: Removed[] = []
    for (const offer of await offersOf(this.config as Interfaces.Config, flags.lang)) removed.push(...(await clean(offer)))
    for (const {launcher, size, target} of removed) this.log(`removed ${launcher} ${target}, ${formatBytes(size)}`)
    if (removed.length === 0) process.stderr.write('there are no images that were built here\n')
    return removed
  }
}

async function clean(offer: LauncherOffer): Promise<readonly Removed[]> {
  const images = await withCode(offer, 'delete images', async (code) => (await code.clean?.()) ?? [])
  return images.map(({sha256, size, target}) => ({launcher: offer.id, sha256, size, target}))
}
