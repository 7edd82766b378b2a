import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {type Extracted, extractFrom, summary} from './extract.ts'

export default class ExtractAll extends FlavorCommand {
  static override args = {
    file: Args.string({description: 'the package', required: true}),
    dir: Args.string({description: 'directory to make of it', required: true}),
  }
  static override description = "FlavorPack's name for `extract --all`."
  static override examples = ['<%= config.bin %> extract-all dist/hello out/']
  static override flags = {force: Flags.boolean({char: 'f', description: 'overwrite what is there'})}
  static override hidden = true
  static override summary = 'Take every slot out of a package'

  async run(): Promise<Extracted> {
    const {args, flags} = await this.parse(ExtractAll)
    const extracted = await extractFrom(this.config, args.file, {force: flags.force, output: args.dir})
    this.log(summary(extracted))
    return extracted
  }
}
