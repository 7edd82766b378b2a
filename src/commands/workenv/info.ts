import {FlavorCommand} from '../../command.ts'
import {count, formatBytes} from '../../text.ts'
import {findBase} from '../../workenv/base.ts'
import {listWorkEnvironments} from '../../workenv/inventory.ts'
import {workenvsOf} from '../../workenv/places.ts'

interface Info {
  readonly directory: string
  readonly count: number
  readonly inUse: number
  readonly size: number
}

export default class WorkenvInfo extends FlavorCommand {
  static override examples = ['<%= config.bin %> workenv info']
  static override strict = false
  static override summary = 'Say where the work environments lie and how much they take'

  async run(): Promise<Info> {
    await this.parse(WorkenvInfo)
    const base = findBase(process.env)
    const all = listWorkEnvironments(base)
    const info = {
      count: all.length,
      directory: workenvsOf(base),
      inUse: all.filter(({inUse}) => inUse).length,
      size: all.reduce((sum, {size}) => sum + size, 0),
    }
    this.log(`${info.directory}\n  ${count(info.count, 'work environment')}, ${info.inUse} in use, ${formatBytes(info.size)}`)
    return info
  }
}
