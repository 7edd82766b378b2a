import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {confirm} from '../../confirmation.ts'
import {FlavorError} from '../../errors.ts'
import {formatBytes} from '../../text.ts'
import {findBase} from '../../workenv/base.ts'
import {removeWorkEnvironment, type WorkEnvironment} from '../../workenv/inventory.ts'
import {requireWorkenv, type WorkenvFacts, workenvFacts} from '../../workenv-facts.ts'

export default class WorkenvRemove extends FlavorCommand {
  static override args = {id: Args.string({description: 'as `workenv list` shows it', required: true})}
  static override examples = ['<%= config.bin %> workenv remove hello-0123456789ab']
  static override flags = {yes: Flags.boolean({char: 'y', description: 'do not ask'})}
  static override summary = 'Remove one work environment'

  async run(): Promise<WorkenvFacts & {readonly removed: boolean}> {
    const {args, flags} = await this.parse(WorkenvRemove)
    const base = findBase(process.env)
    const found = requireWorkenv(base, args.id)
    const agreed = flags.yes || (await confirm(`remove ${found.id} (${formatBytes(found.size)})?`, this.jsonEnabled()))
    if (agreed && removeWorkEnvironment(base, args.id) === 'in use') throw inUse(found)
    this.log(agreed ? `removed ${found.id}, ${formatBytes(found.size)}` : `left ${found.id}`)
    return {...workenvFacts(found), removed: agreed}
  }
}

function inUse({id}: WorkEnvironment): FlavorError {
  return new FlavorError(`remove ${id}: it is in use`, {
    code: 'EFLAVOR_IN_USE',
    hints: ['end the application that runs from it, then try again'],
  })
}
