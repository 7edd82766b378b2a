import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {readPublicKey} from '../pack/signer.ts'
import {printable} from '../text.ts'
import {type Verification, verifyFile} from '../verification.ts'

interface Verified extends Pick<Verification, 'checks' | 'valid'> {
  /** Null when the index could not be read. */
  readonly publicKey: string | null
}

export default class Verify extends FlavorCommand {
  static override args = {file: Args.string({description: 'the package', required: true})}
  static override description = `Exit code 0 when every check passes, 3 when one does not.

Without --key the package is held only to itself: whoever signs it again, with any key, passes.`
  static override examples = ['<%= config.bin %> verify dist/hello', '<%= config.bin %> verify --key flavor-public.key dist/hello']
  static override flags = {key: Flags.string({description: 'PEM file of the only key whose signature counts', helpValue: 'PEM'})}
  static override packageExit = 3 as const
  static override summary = 'Check a package: structure, signature, launcher and every slot'

  async run(): Promise<Verified> {
    const {args, flags} = await this.parse(Verify)
    const key = flags.key === undefined ? undefined : readPublicKey(flags.key)
    const {checks, publicKey, valid} = verifyFile(args.file, key)
    for (const {detail, name, ok} of checks)
      this.log(`${ok ? 'ok    ' : 'FAILED'}  ${printable(name).padEnd(width(checks))}  ${printable(detail)}`)
    this.log(valid ? `${args.file} is valid` : `${args.file} is NOT valid`)
    if (!valid) process.exitCode = 3
    return {checks, publicKey: publicKey ?? null, valid}
  }
}

function width(checks: Verification['checks']): number {
  return Math.max(...checks.map(({name}) => name.length))
}
