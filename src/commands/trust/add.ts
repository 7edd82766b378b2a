import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {addTrustedKey} from '../../trust/editing.ts'
import {keyOf, listFile, systemFlag} from '../../trust-words.ts'

interface Added {
  readonly pattern: string
  readonly key: string
  readonly file: string
  /** False when the line was there already. */
  readonly added: boolean
}

export default class TrustAdd extends FlavorCommand {
  static override args = {
    pattern: Args.string({description: 'name of the packages; * stands for any characters, ? for one', required: true}),
    key: Args.string({description: 'the public key: a PEM file, base64, or hex', required: true}),
  }
  static override description =
    `Adds a line to your trusted_keys. From then on the lines that match a name alone say which keys its packages may have; a pin is not asked.`
  static override examples = [
    '<%= config.bin %> trust add hello flavor-public.key',
    '<%= config.bin %> trust add "acme-*" 1f0c…64 hex digits… --comment "ACME, by telephone"',
    'sudo <%= config.bin %> trust add --system hello flavor-public.key',
  ]
  static override flags = {
    comment: Flags.string({default: '', description: 'why, or whose key it is', helpValue: 'TEXT'}),
    system: systemFlag,
  }
  static override summary = 'Trust a key for packages of a name'

  async run(): Promise<Added> {
    const {args, flags} = await this.parse(TrustAdd)
    const [owner, file, key] = [flags.system ? ('system' as const) : ('user' as const), listFile(flags.system), keyOf(args.key)]
    const added = addTrustedKey(file, owner, {comment: flags.comment, key, pattern: args.pattern})
    this.log(`${args.pattern} ed25519 ${key}\n${added ? 'added to' : 'stands already in'} ${file}`)
    return {added, file, key, pattern: args.pattern}
  }
}
