import {Args, Flags} from '@oclif/core'
import {dockerCredentials} from '../addon-sources/docker-credentials.ts'
import {FlavorCommand} from '../command.ts'
import {interruptible} from '../flavour/interruption.ts'
import {type PublishedAddon, publishFile} from '../flavour/publishing.ts'
import {note} from '../terminal.ts'

const words = {
  free: 'would be published',
  other: 'would be published in place of another',
  pushed: 'published',
  there: 'is there already, with the same bytes',
} as const

export default class Publish extends FlavorCommand {
  static override args = {
    file: Args.string({description: 'an addon.flavour', name: 'ADDON.flavour', required: true}),
    target: Args.string({description: 'oci://HOST/REPOSITORY, with a tag or for that of its version', required: true}),
  }
  static override description =
    `Any registry that keeps artifacts will do. You sign in to it as Docker does: docker login HOST. Without a tag it is the addon's version. A tag that says something else already stays as it is, unless --force is given.

The digest is printed: oci://HOST/REPOSITORY@DIGEST names these very bytes, whatever becomes of the tag.`
  static override examples = [
    '<%= config.bin %> publish addon.flavour oci://registry.example/acme/blog',
    '<%= config.bin %> publish addon.flavour oci://127.0.0.1:5000/acme/blog:latest --stack python --force',
    '<%= config.bin %> publish addon.flavour oci+http://registry.lan:5000/acme/blog --dry-run',
  ]
  static override flags = {
    'dry-run': Flags.boolean({description: 'check everything, and change nothing'}),
    force: Flags.boolean({description: 'replace what the tag says now'}),
    stack: Flags.string({
      description: 'whom it is for, so that nobody has to say it; may be given several times',
      helpValue: 'STACK',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }
  static override summary = 'Put an addon.flavour into an OCI registry'

  async run(): Promise<PublishedAddon> {
    const {args, flags} = await this.parse(Publish)
    const options = {dryRun: flags['dry-run'], force: flags.force, stacks: flags.stack ?? []}
    const published = await interruptible((signal) =>
      publishFile(args.file, args.target, options, {credentials: dockerCredentials, signal}),
    )
    note(`${published.addon} ${words[published.state]}: ${published.reference}`)
    this.log(published.digest)
    return published
  }
}
