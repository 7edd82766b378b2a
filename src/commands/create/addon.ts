import {basename, resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {isAddonName, type KnownStack, knownStacks, starterAddon} from '../../scaffold/addon.ts'
import {scaffoldErrors} from '../../scaffold/errors.ts'
import {refuseExisting, writeNewFile} from '../../scaffold/new-files.ts'

interface CreatedAddon {
  /** Absolute. */
  readonly file: string
  readonly name: string
  readonly stack: string | null
  readonly text: string
  /** False for a dry run. */
  readonly written: boolean
  /** Command lines to type next. */
  readonly next: readonly string[]
}

const file = 'addon.flavour'

export default class CreateAddon extends FlavorCommand {
  static override args = {
    name: Args.string({description: "what it is called; the directory's name when it is not given", name: 'NAME'}),
  }
  static override description =
    'Writes addon.flavour into this directory, valid as it is, for you to change: what the stack installs, and the settings that it brings. Never writes over one that is there.'
  static override examples = ['<%= config.bin %> create addon', '<%= config.bin %> create addon acme/blog --stack python']
  static override flags = {
    'dry-run': Flags.boolean({description: 'print it, and write nothing'}),
    stack: Flags.string({description: 'whose addon it is', helpValue: 'STACK', options: [...knownStacks]}),
  }
  static override summary = 'Begin an addon: its addon.flavour'

  async run(): Promise<CreatedAddon> {
    const {args, flags} = await this.parse(CreateAddon)
    const name = args.name ?? basename(process.cwd())
    if (!isAddonName(name)) throw scaffoldErrors.name('addon', name, 'acme/blog')
    const stack = flags.stack as KnownStack | undefined
    const text = starterAddon(name, stack)
    const asked = stack === undefined ? '' : ` --addonmanager ${stack}`
    const next = [`${this.config.bin} check --package ${file}${asked}`]
    await refuseExisting(resolve(file))
    if (!flags['dry-run']) await writeNewFile(resolve(file), text)
    this.log(flags['dry-run'] ? text.trimEnd() : `wrote ${file} for ${name}\nnext: ${next.join(' && ')}`)
    return {file: resolve(file), name, next, stack: stack ?? null, text, written: !flags['dry-run']}
  }
}
