import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {readPublicKey} from '../pack/signer.ts'
import {inName} from '../terminal.ts'
import {printable} from '../text.ts'
import {type Verification, verifyFile} from '../verification.ts'

interface Verified extends Pick<Verification, 'checks' | 'valid'> {
  /** Null when the index could not be read. */
  readonly publicKey: string | null
  /** Why the key is accepted; null when it is not. */
  readonly trust: Verification['trust'] | null
}

export default class Verify extends FlavorCommand {
  static override args = {file: Args.string({description: 'the package', required: true})}
  static override description = `Exit code 0 when every check passes, 3 when one does not.

The last check is whose key signed it: it must be one that \`<%= config.bin %> trust list\` shows for the name of the package, or nothing is known of that name yet. With --key it must be that key. Nothing is written: only a start pins a key.`
  static override examples = ['<%= config.bin %> verify dist/hello', '<%= config.bin %> verify --key flavor-public.key dist/hello']
  static override flags = {key: Flags.string({description: 'PEM file of the only key whose signature counts', helpValue: 'PEM'})}
  static override packageExit = 3 as const
  static override summary = 'Check a package: structure, signature, launcher, every slot, and whose key it is'

  async run(): Promise<Verified> {
    const {args, flags} = await this.parse(Verify)
    const key = flags.key === undefined ? undefined : readPublicKey(flags.key)
    const {checks, publicKey, trust, valid} = verifyFile(args.file, {env: process.env, key, start: false})
    for (const {detail, name, ok} of checks)
      this.log(`${ok ? 'ok    ' : 'FAILED'}  ${printable(name).padEnd(width(checks))}  ${printable(detail)}`)
    this.log(valid ? `${args.file} is valid` : `${args.file} is NOT valid`)
    for (const {hint} of checks) if (hint !== undefined) process.stderr.write(`  ${inName(hint)}\n`)
    if (!valid) process.exitCode = 3
    return {checks, publicKey: publicKey ?? null, trust: trust ?? null, valid}
  }
}

function width(checks: Verification['checks']): number {
  return Math.max(...checks.map(({name}) => name.length))
}
