import {Args} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {publicKeyText} from '../format/keys.ts'
import {findSigner} from '../pack/signer.ts'
import {resignFile} from '../resigning.ts'
import {signingFlags, signingOptions} from '../signing-flags.ts'
import {warn} from '../terminal.ts'

interface Signed {
  readonly package: string
  readonly publicKey: string
  readonly development: boolean
}

export default class Sign extends FlavorCommand {
  static override args = {file: Args.string({description: 'the package', required: true})}
  static override description =
    'Replaces key, signature and checksum in the index of a finished package and touches nothing else. A damaged package is not signed.'
  static override examples = ['<%= config.bin %> sign --private-key keys/flavor-private.key dist/hello']
  static override flags = signingFlags
  static override packageExit = 3 as const
  static override summary = 'Sign a finished package with another key'

  async run(): Promise<Signed> {
    const {args, flags} = await this.parse(Sign)
    const signer = await findSigner(signingOptions(flags), process.env, process.stdin)
    const {development, name, version} = await resignFile(args.file, signer)
    if (development)
      warn(
        `${args.file} says of itself that it is a development package, and a signature does not change that; pack it with the key instead`,
      )
    this.log(`${args.file}: ${name} ${version} signed with ${signer.from}`)
    return {development, package: args.file, publicKey: publicKeyText(signer.publicKey)}
  }
}
