import {Args, Flags} from '@oclif/core'
import {entryKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'
import {FlavorCommand} from '../command.ts'
import {conformance, type Verdict} from '../flavour/conformance.ts'
import {addonFlags} from '../flavour/flags.ts'
import {interruptible} from '../flavour/interruption.ts'
import type {ReadyManager} from '../flavour/managers.ts'
import {isFailed, requestedAddons} from '../flavour/request.ts'
import {type AddonPair, acceptedSample, withLater} from '../flavour/samples.ts'
import {openSession, type Session} from '../flavour/session.ts'
import {printable} from '../text.ts'

interface Conformance {
  readonly manager: string
  readonly plugin: string
  /** Its reference; null for a plugin's own manager. */
  readonly image: string | null
  /** The addon it was tried with. */
  readonly addon: string
  readonly conforms: boolean
  readonly verdicts: readonly Verdict[]
}

const words = {failed: 'not ok', passed: 'ok', warned: 'warning'} as const

export default class Conform extends FlavorCommand {
  static override args = {
    manager: Args.string({description: 'an image, or another word for an addon manager', name: 'MANAGER', required: true}),
  }
  static override description =
    `Lets the manager check, add and remove an addon in a temporary project, as flavour does it, and gives documents to it that are none. Each rule of the protocol is a line: ok or not ok; what the protocol only recommends is a warning. Exit code 1 when a rule does not hold.

Without --package it is tried with made-up addons of several stacks, until it accepts one.`
  static override examples = [
    '<%= config.bin %> conform acme/fam-x:1',
    '<%= config.bin %> conform acme/fam-x:1 --package addon.flavour --project examples/shop --network',
    '<%= config.bin %> conform python --json',
  ]
  static override flags = {
    'allow-run': Flags.boolean({description: 'run the commands that the addon brings, in the temporary project'}),
    cache: addonFlags.cache,
    network: addonFlags.network,
    package: Flags.string({
      char: 'p',
      description: 'an addon that it accepts; a second time, the same in another version',
      helpValue: 'FILE|URL',
      multiple: true,
    }),
    project: Flags.directory({description: 'try it on a copy of this project', exists: true, helpValue: 'DIRECTORY'}),
    timeout: addonFlags.timeout,
    verbose: addonFlags.verbose,
  }
  static override summary = 'Hold an addon manager to the protocol'

  async run(): Promise<Conformance> {
    const {args, flags} = await this.parse(Conform)
    return await interruptible(async (signal) => {
      const session = await openSession(this.config, {...flags, registry: undefined}, undefined, signal)
      const manager = await session.manager(args.manager)
      const timed: Parameters<typeof conformance>[0]['timed'] = (work) => session.timed(manager.identifier, work)
      const packages = flags.package ?? []
      const addons = await addonsFor(manager, packages, session)
      // What a made-up addon brings is flavour's own.
      const trial = {allowRun: flags['allow-run'] || packages.length === 0, source: flags.project}
      const verdicts = await conformance({addons, manager, timed, trial})
      for (const verdict of verdicts) this.log(line(verdict))
      const conforms = verdicts.every(({state}) => state !== 'failed')
      if (!conforms) process.exitCode = 1
      const {identifier, image, plugin} = manager
      return {addon: entryKey(addons[0]), conforms, image, manager: identifier, plugin, verdicts}
    })
  }
}

async function addonsFor(manager: ReadyManager, packages: readonly string[], session: Session): Promise<AddonPair> {
  if (packages.length === 0) {
    const sample = await session.timed(manager.identifier, (context) => acceptedSample(manager, context))
    if (sample === undefined) throw addonErrors.noSample(manager.identifier)
    return sample
  }
  const found = (await requestedAddons({packages, words: []}, session.sources)).map((one) => {
    if (isFailed(one)) throw one.error
    return one.addon.declaration
  })
  const [first, second] = found
  const pair = first && (second === undefined ? withLater(first.bytes) : ([first, second] as const))
  if (pair === undefined || found.length > 2 || pair[0].name !== pair[1].name || pair[0].version === pair[1].version)
    throw addonErrors.noOtherVersion()
  return pair
}

function line({reason, rule, state}: Verdict): string {
  return printable(`${words[state].padEnd(7)}  ${rule}${reason === null ? '' : `: ${reason}`}`)
}
