import {Args} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {formatBytes} from '../../text.ts'
import {findBase} from '../../workenv/base.ts'
import {requireWorkenv, type WorkenvFacts, workenvFacts} from '../../workenv-facts.ts'

interface Inspected extends WorkenvFacts {
  /** The directory that the work environment's link leads to. */
  readonly generation: string
  /** SHA-256 of the signed metadata. */
  readonly metadata: string
  /** Keys of the shared slots in it. */
  readonly shared: readonly string[]
}

export default class WorkenvInspect extends FlavorCommand {
  static override args = {id: Args.string({description: 'as `workenv list` shows it', required: true})}
  static override examples = ['<%= config.bin %> workenv inspect hello-0123456789ab --json']
  static override summary = 'Show one work environment'

  async run(): Promise<Inspected> {
    const {args} = await this.parse(WorkenvInspect)
    const found = requireWorkenv(findBase(process.env), args.id)
    const {generation, metadata, shared} = found
    const facts = workenvFacts(found)
    this.log(`${facts.id}${facts.inUse ? ' (in use)' : ''}`)
    this.log(`├─ package    ${facts.name} ${facts.version}, metadata sha256:${metadata}`)
    this.log(`├─ path       ${facts.path}\n├─ leads to   ${generation}`)
    this.log(`├─ size       ${formatBytes(facts.size)}, ${shared.length} shared slots`)
    this.log(`└─ last used  ${facts.lastUsed}`)
    return {...facts, generation, metadata, shared}
  }
}
