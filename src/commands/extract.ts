import {Args, Flags, type Interfaces} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {decodersFor} from '../decoders.ts'
import {FlavorError} from '../errors.ts'
import {extractAll, extractSlot, findSlot} from '../extraction.ts'
import {openFileSource} from '../format/file-source.ts'
import {checkSignature} from '../format/signature.ts'
import {openFor} from '../opening.ts'
import {count} from '../text.ts'

export interface Extracted {
  readonly package: string
  readonly output: string
  readonly slots: readonly string[]
}

export default class Extract extends FlavorCommand {
  static override args = {
    file: Args.string({description: 'the package', required: true}),
    slot: Args.string({description: "the slot's index or id; with --all, the directory", required: true}),
    out: Args.string({description: 'file or directory to make of it'}),
  }
  static override description =
    'Nothing lands outside the place that is named, and nothing is overwritten without --force. The package must be sound.'
  static override examples = ['<%= config.bin %> extract dist/hello app out/', '<%= config.bin %> extract --all dist/hello out/']
  static override flags = {
    all: Flags.boolean({description: 'every slot, as in a work environment'}),
    force: Flags.boolean({char: 'f', description: 'overwrite what is there'}),
  }
  static override summary = 'Take slots out of a package'

  async run(): Promise<Extracted> {
    const {args, flags} = await this.parse(Extract)
    if (Boolean(flags.all) === (args.out !== undefined)) throw misuse(flags.all)
    const wish = flags.all ? {output: args.slot} : {output: args.out as string, slot: args.slot}
    const extracted = await extractFrom(this.config, args.file, {...wish, force: flags.force})
    this.log(summary(extracted))
    return extracted
  }
}

interface Wish {
  readonly force: boolean
  readonly output: string
  /** Index or id; undefined for all. */
  readonly slot?: string
}

export async function extractFrom(config: Interfaces.Config, file: string, {force, output, slot: word}: Wish): Promise<Extracted> {
  const source = openFileSource(file)
  try {
    const opened = openFor(`extract ${file}`, source, checkSignature)
    const slots = word === undefined ? opened.slots : [findSlot(opened, word)]
    const decoders = await decodersFor(config, slots)
    const [slot] = slots
    if (word === undefined || !slot) await extractAll(opened, output, decoders, force)
    else await extractSlot(opened, slot, output, decoders, force)
    return {output, package: file, slots: slots.map(({id}) => id)}
  } finally {
    source.close()
  }
}

/** For people. */
export function summary({output, slots}: Extracted): string {
  return `${output}: ${slots.length === 1 ? `slot ${slots[0]}` : count(slots.length, 'slot')}`
}

function misuse(all: boolean): FlavorError {
  const usage = all ? 'flavor extract --all FILE DIR' : 'flavor extract FILE SLOT OUT'
  return new FlavorError(all ? 'extract --all: a package and a directory are all it takes' : 'extract: where to is missing', {
    code: 'EFLAVOR_USAGE',
    exit: 2,
    hints: [usage],
  })
}
