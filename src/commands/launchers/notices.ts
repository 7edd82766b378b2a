import {Args, type Interfaces} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {launcherErrors} from '../../launchers/errors.ts'
import {type LauncherOffer, offersOf, withCode} from '../../launchers/offers.ts'

interface Notices {
  readonly launcher: string
  readonly notices: string
}

export default class LaunchersNotices extends FlavorCommand {
  static override args = {
    id: Args.string({description: 'id or other name, as `launchers list` and `capabilities` show it', required: true}),
  }
  static override description =
    `The launcher's own licence and those of all that is linked into its images, with their copyright notices. Every package begins with such an image: whoever passes a package on passes this text on with it.`
  static override examples = ['<%= config.bin %> launchers notices rust > THIRD-PARTY-NOTICES.txt']
  static override aliases = ['helpers:notices']
  static override summary = 'Print the licences of what a launcher holds'

  async run(): Promise<Notices> {
    const {args} = await this.parse(LaunchersNotices)
    const [first] = await offersOf(this.config as Interfaces.Config, args.id)
    const offer = first as LauncherOffer
    const notices = await withCode(offer, 'read notices', async (code) => await code.notices?.())
    if (notices === undefined) throw launcherErrors.noNotices(offer.id)
    this.log(notices.trimEnd())
    return {launcher: offer.id, notices}
  }
}
