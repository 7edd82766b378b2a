import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {removeTrustedKeys} from '../../trust/editing.ts'
import {trustErrors} from '../../trust/errors.ts'
import {removePin} from '../../trust/pins.ts'
import {policyPlaces} from '../../trust/policy.ts'
import type {TrustedKey} from '../../trust/trusted-keys.ts'
import {keyOf, listFile, systemFlag} from '../../trust-words.ts'

interface Removed {
  readonly keys: readonly TrustedKey[]
  /** The pin's file; null when there was none. */
  readonly pin: string | null
}

export default class TrustRemove extends FlavorCommand {
  static override args = {pattern: Args.string({description: 'the pattern as it stands there, or the name of a package', required: true})}
  static override description =
    `Removes the lines with exactly that pattern from your trusted_keys, and the pin of the package of that name. The next package of a name that nothing is known of is pinned anew.`
  static override examples = ['<%= config.bin %> trust remove hello', '<%= config.bin %> trust remove "acme-*" --key flavor-public.key']
  static override flags = {
    key: Flags.string({description: 'only this key: a PEM file, base64, or hex', helpValue: 'KEY'}),
    system: systemFlag,
  }
  static override summary = 'Forget the keys of packages of a name'

  async run(): Promise<Removed> {
    const {args, flags} = await this.parse(TrustRemove)
    const [owner, file] = [flags.system ? ('system' as const) : ('user' as const), listFile(flags.system)]
    const key = flags.key === undefined ? undefined : keyOf(flags.key)
    const {user} = policyPlaces(process.env)
    const keys = removeTrustedKeys(file, owner, args.pattern, key)
    const pin = owner === 'system' || user === undefined ? undefined : removePin(user, args.pattern, key)
    if (keys.length === 0 && pin === undefined) throw trustErrors.notThere(args.pattern, file)
    for (const {file, key, line} of keys) this.log(`removed ${args.pattern} ed25519 ${key} from ${file}:${line}`)
    if (pin !== undefined) this.log(`removed the pin ${pin}`)
    return {keys, pin: pin ?? null}
  }
}
