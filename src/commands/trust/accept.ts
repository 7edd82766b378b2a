import {Args} from '@oclif/core'
import {type Acceptance, acceptPackage} from '../../acceptance.ts'
import {FlavorCommand} from '../../command.ts'
import {printable} from '../../text.ts'

export default class TrustAccept extends FlavorCommand {
  static override args = {file: Args.string({description: 'the package', required: true})}
  static override description =
    `For a package whose start is refused because its name is pinned to another key: checks everything else about it, pins its key instead, and lets it have the data that the application stored under the old one.

Ask its publisher first whether the new key is theirs. Exit code 3 when the package does not verify, or a line of trusted_keys decides in place of a pin.`
  static override examples = ['<%= config.bin %> trust accept dist/hello']
  static override packageExit = 3 as const
  static override summary = 'Accept the new key of a package in place of the one that is pinned'

  async run(): Promise<Acceptance> {
    const {args} = await this.parse(TrustAccept)
    const accepted = acceptPackage(args.file, process.env)
    const {data, file, key, name, replaced} = accepted
    if (replaced !== null) this.log(`old key  ${replaced}`)
    this.log(`new key  ${key}\n${printable(name)} may be signed by it: ${file}`)
    if (data !== null) this.log(`its data is the new key's: ${data}`)
    return accepted
  }
}
