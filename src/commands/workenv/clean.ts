import {basename} from 'node:path'
import {Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {confirm} from '../../confirmation.ts'
import {count, formatBytes} from '../../text.ts'
import {findBase} from '../../workenv/base.ts'
import {type CleanOptions, type CleanReport, cleanBase} from '../../workenv/inventory.ts'
import {type WorkenvFacts, workenvFacts} from '../../workenv-facts.ts'

interface Cleaned {
  readonly dryRun: boolean
  readonly removed: readonly WorkenvFacts[]
  readonly inUse: readonly WorkenvFacts[]
  readonly leftovers: readonly string[]
}

const day = 24 * 3600 * 1000

export default class WorkenvClean extends FlavorCommand {
  static override description =
    "Never removes one that is in use, never touches an application's data. What is removed is built again when its package starts."
  static override examples = ['<%= config.bin %> workenv clean --older-than 30', '<%= config.bin %> workenv clean --dry-run']
  static override flags = {
    'dry-run': Flags.boolean({description: 'say what would go, remove nothing'}),
    'older-than': Flags.integer({description: 'only what was not started for that many days', helpValue: 'DAYS', min: 0}),
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
  }
  static override strict = false
  static override summary = 'Remove work environments, and what broken-off starts left'

  async run(): Promise<Cleaned> {
    const {flags} = await this.parse(WorkenvClean)
    const base = findBase(process.env)
    const options: CleanOptions = {idle: (flags['older-than'] ?? 0) * day}
    const planned = cleanBase(base, {...options, dryRun: true})
    const dryRun = flags['dry-run']
    const asks = !(dryRun || flags.yes || isEmpty(planned))
    if (asks && !(await confirm(`${sentence(planned, 'remove')}?`, this.jsonEnabled()))) {
      this.log('removed nothing')
      return {dryRun: false, inUse: planned.inUse.map(workenvFacts), leftovers: [], removed: []}
    }
    const report = dryRun ? planned : cleanBase(base, options)
    for (const {id, size} of report.removed) this.log(`${dryRun ? 'would remove' : 'removed'} ${id}, ${formatBytes(size)}`)
    for (const {id} of report.inUse) this.log(`left ${id}: it is in use`)
    this.log(sentence(report, dryRun ? 'would remove' : 'removed'))
    const leftovers = report.leftovers.map((path) => basename(path))
    return {dryRun, inUse: report.inUse.map(workenvFacts), leftovers, removed: report.removed.map(workenvFacts)}
  }
}

function isEmpty({leftovers, removed}: CleanReport): boolean {
  return leftovers.length + removed.length === 0
}

function sentence({leftovers, removed}: CleanReport, verb: string): string {
  const size = formatBytes(removed.reduce((sum, one) => sum + one.size, 0))
  const rest = leftovers.length === 0 ? '' : ` and ${count(leftovers.length, 'leftover')}`
  return `${verb} ${count(removed.length, 'work environment')} (${size})${rest}`
}
