import {Flags} from '@oclif/core'
import {type Cleaning, carryOut, type Freed, planCleaning} from '../cleaning.ts'
import {FlavorCommand} from '../command.ts'
import {confirm} from '../confirmation.ts'
import {table} from '../table.ts'
import {count, formatBytes} from '../text.ts'
import {policyPlaces, readPolicy} from '../trust/policy.ts'
import {findBase} from '../workenv/base.ts'
import {cleaningLimits} from '../workenv/cleaning-limits.ts'

interface Cleaned {
  readonly dryRun: boolean
  /** Where all of it lies. */
  readonly directory: string
  /** Bytes. */
  readonly size: number
  readonly freed: readonly Freed[]
  /** Ids of work environments that stay because they are in use. */
  readonly inUse: readonly string[]
  /** Shared slots that nobody has and that stay for their first hour. */
  readonly young: readonly Freed[]
}

export default class Clean extends FlavorCommand {
  static override description =
    `Without --all: cached slots, work environments that were not started for a day (cache_idle_days of launcher.conf) and are not the last of their package, and what broken-off starts left. With --all every work environment that is not in use, and what packing has built and kept.

Never touches what is in use, nor the data of an application. What goes is made again when it is needed.`
  static override examples = ['<%= config.bin %> clean', '<%= config.bin %> clean --all --dry-run']
  static override flags = {
    all: Flags.boolean({description: 'everything that nobody uses at this moment'}),
    'dry-run': Flags.boolean({description: 'say what would go, remove nothing'}),
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
  }
  static override strict = false
  static override summary = 'Free the room that packages and packing took and can do without'

  async run(): Promise<Cleaned> {
    const {flags} = await this.parse(Clean)
    const directory = findBase(process.env)
    const {idle} = cleaningLimits(readPolicy(policyPlaces(process.env)).settings)
    const wish = {all: flags.all, idle}
    const planned = planCleaning(directory, wish)
    const dryRun = flags['dry-run']
    const asks = !(dryRun || flags.yes || planned.freed.length === 0)
    const agreed = !asks || (await this.#ask(planned))
    const done = dryRun ? planned : {...planned, freed: []}
    const {freed, inUse, young} = agreed && !dryRun ? carryOut(directory, wish, planned) : done
    this.log(lines({freed, inUse, young}, directory, dryRun ? 'would free' : 'freed'))
    return {directory, dryRun, freed, inUse: inUse.map(({id}) => id), size: sizeOf(freed), young}
  }

  /** People see the list before they answer. */
  async #ask(planned: Cleaning): Promise<boolean> {
    if (process.stdin.isTTY && process.stderr.isTTY && !this.jsonEnabled()) process.stderr.write(`${list(planned.freed)}\n`)
    return await confirm(`free ${sentence(planned.freed)}?`, this.jsonEnabled())
  }
}

function lines({freed, inUse, young}: Cleaning, directory: string, verb: string): string {
  return [
    ...(freed.length > 0 ? [list(freed)] : []),
    ...inUse.map(({id}) => `left ${id}: it is in use`),
    ...(young.length > 0
      ? [`left ${count(young.length, 'shared slot')}, ${formatBytes(sizeOf(young))}: made within the hour, a start may be taking them`]
      : []),
    `${verb} ${sentence(freed)} in ${directory}`,
  ].join('\n')
}

function list(freed: readonly Freed[]): string {
  return table(freed.map(({kind, name, size}) => [kind, name, formatBytes(size)]))
}

function sentence(freed: readonly Freed[]): string {
  return `${formatBytes(sizeOf(freed))} (${count(freed.length, 'item')})`
}

function sizeOf(freed: readonly Freed[]): number {
  return freed.reduce((sum, {size}) => sum + size, 0)
}
