import {FlavorCommand} from '../../command.ts'
import {table} from '../../table.ts'
import {formatBytes} from '../../text.ts'
import {findBase} from '../../workenv/base.ts'
import {listWorkEnvironments} from '../../workenv/inventory.ts'
import {type WorkenvFacts, workenvFacts} from '../../workenv-facts.ts'

export default class WorkenvList extends FlavorCommand {
  static override examples = ['<%= config.bin %> workenv list', '<%= config.bin %> workenv list --json']
  static override strict = false
  static override summary = 'List the work environments on this machine, the last used first'

  async run(): Promise<readonly WorkenvFacts[]> {
    await this.parse(WorkenvList)
    const found = listWorkEnvironments(findBase(process.env)).map((one) => workenvFacts(one))
    const rows = found.map(({id, inUse, lastUsed, name, size, version}) => [
      id,
      name,
      version,
      formatBytes(size),
      lastUsed.slice(0, 10),
      inUse ? 'in use' : '',
    ])
    if (rows.length === 0) process.stderr.write('there are no work environments yet: packages make them when they start\n')
    else this.log(table([['ID', 'NAME', 'VERSION', 'SIZE', 'LAST USED', ''], ...rows]))
    return found
  }
}
