import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {scaffoldErrors} from '../../scaffold/errors.ts'
import {managerImage} from '../../scaffold/image.ts'
import {managerName} from '../../scaffold/manager-name.ts'
import {type NewFiles, refuseExisting, writeNewDirectory} from '../../scaffold/new-files.ts'
import {managerPlugin} from '../../scaffold/plugin.ts'
import {pluginSteps} from '../../scaffold/plugin-steps.ts'

interface CreatedManager {
  /** Absolute. */
  readonly directory: string
  readonly identifier: string
  readonly kind: 'image' | 'plugin'
  readonly files: readonly {readonly path: string; readonly text: string}[]
  /** False for a dry run. */
  readonly written: boolean
  /** Command lines to type next. */
  readonly next: readonly string[]
}

export default class CreateManager extends FlavorCommand {
  static override args = {
    name: Args.string({description: 'of the image or package: acme/fam-cobol serves the stack cobol', name: 'NAME', required: true}),
  }
  static override description =
    `Makes a directory, called like the last part of the name, with an addon manager that keeps the protocol as it is: the change to a project of your stack is yours to write.

As an image it is a Dockerfile and three scripts, add, remove and check, for any small image with a shell. With --plugin it is a package for this program, whose test is the contract's own. Never writes over anything.`
  static override examples = [
    '<%= config.bin %> create manager acme/fam-cobol',
    '<%= config.bin %> create manager acme/plugin-addons-cobol --plugin',
  ]
  static override flags = {
    'dry-run': Flags.boolean({description: 'list the files, and write none'}),
    plugin: Flags.boolean({description: 'a plugin in JavaScript, in the place of an image'}),
  }
  static override summary = 'Begin an addon manager: an image, or a plugin'

  async run(): Promise<CreatedManager> {
    const {args, flags} = await this.parse(CreateManager)
    const name = managerName(args.name)
    if (name === undefined) throw scaffoldErrors.name('manager', args.name, 'acme/fam-cobol')
    const directory = resolve(name.directory)
    const files = flags.plugin ? managerPlugin(name, this.config.version) : managerImage(name)
    await refuseExisting(directory)
    if (!flags['dry-run']) await writeNewDirectory(directory, files)
    const next = flags.plugin
      ? pluginSteps(name.directory, this.config.root)
      : [`docker build -t ${name.whole} ${name.directory}`, `${this.config.bin} conform ${name.whole}`]
    this.log(said(name.directory, files, flags['dry-run'], next))
    return {
      directory,
      files: Object.entries(files).map(([path, text]) => ({path, text})),
      identifier: name.identifier,
      kind: flags.plugin ? 'plugin' : 'image',
      next,
      written: !flags['dry-run'],
    }
  }
}

function said(directory: string, files: NewFiles, dry: boolean, next: readonly string[]): string {
  const paths = Object.keys(files).map((path) => `${dry ? 'would write' : 'wrote'} ${directory}/${path}`)
  return [...paths, ...(dry ? [] : [`next: ${next.join(' && ')}`])].join('\n')
}
