/** What `add` and `remove` have in common: flags, the way from the words to the change, how it is told, and the shape of the JSON. */
import {Args, Flags} from '@oclif/core'
import {addonErrors} from '../addons/errors.ts'
import {FlavorCommand} from '../command.ts'
import {type ErrorSummary, summary} from '../report.ts'
import {complain, note} from '../terminal.ts'
import {printable} from '../text.ts'
import type {ChangedAddon, ChangeOutcome} from './change.ts'
import {kindOf} from './dialogue.ts'
import {addonFlags} from './flags.ts'
import {interruptible} from './interruption.ts'

const changeArgs = {
  addons: Args.string({description: 'NAMESPACE/NAME[:VERSION], or another word for an addon', multiple: true}),
}

const changeFlags = {
  ...addonFlags,
  'allow-run': Flags.boolean({description: 'run the commands that addons bring; --yes does not do that'}),
  check: Flags.boolean({allowNo: true, default: true, description: 'ask the managers first whether these are addons for them'}),
  'dry-run': Flags.boolean({description: 'show the exact change of every file, and change nothing'}),
  'in-place': Flags.boolean({description: 'let images work on the project itself; nothing can be undone then'}),
  yes: Flags.boolean({char: 'y', description: 'do not ask before files are changed'}),
} as const

export interface ChangeResult {
  readonly dryRun: boolean
  /** Is it so by now? */
  readonly done: boolean
  readonly project: string
  readonly addons: readonly {
    /** As it was typed. */
    readonly asked: string
    /** `<name>:<version>`; null when it could not be read. */
    readonly addon: string | null
    readonly state: ChangedAddon['state']
    /** The version whose place it took, or null. */
    readonly replaced: string | null
    /** Identifier of the manager, the plugin that offers or runs it, and the image that it is; null when there is none. */
    readonly manager: string | null
    readonly plugin: string | null
    readonly image: string | null
    readonly error: ErrorSummary | null
  }[]
  readonly files: readonly {readonly path: string; readonly change: 'changed' | 'created' | 'removed'}[]
  /** Of a dry run, as `diff -u` writes it; else null. */
  readonly diff: string | null
  /** Commands to type now. */
  readonly suggestions: readonly string[]
}

export abstract class ChangeCommand extends FlavorCommand {
  static override args = changeArgs
  static override flags = changeFlags
  static override strict = false

  protected async changeProject(change: 'add' | 'remove'): Promise<ChangeResult> {
    const {args, flags} = await this.parse(ChangeCommand)
    const [words, packages] = [args.addons ?? [], flags.package ?? []]
    if (words.length === 0 && packages.length === 0) throw addonErrors.nothing(change)
    const {changeAddons} = await import('./changing.ts')
    const {changeDialogue} = await import('./dialogue.ts')
    const {addonmanager: manager, check, 'dry-run': dryRun, 'in-place': inPlace} = flags
    const request = {change, check, dryRun, inPlace, manager, packages, words}
    const wishes = {allowRun: flags['allow-run'], json: this.jsonEnabled(), yes: flags.yes}
    const outcome = await interruptible((signal) => changeAddons(this.config, request, flags, changeDialogue(wishes, signal), signal))
    return tellChange(outcome, (line) => this.log(line))
  }
}

/** Results go to `log`, the rest to stderr. Sets the exit code. */
function tellChange(outcome: ChangeOutcome, log: (line: string) => void): ChangeResult {
  const {addons, changes, diff, done, root, suggestions} = outcome
  const tell = diff === undefined && done ? log : (line: string): void => void process.stderr.write(`${line}\n`)
  if (diff !== undefined && diff !== '') log(diff.trimEnd())
  for (const addon of addons) tellAddon(addon, diff === undefined ? '' : 'would be ', tell)
  for (const command of suggestions) process.stderr.write(`${done ? 'now' : 'then'} type: ${printable(command)}\n`)
  if (!done && diff === undefined) note('nothing was changed')
  if (addons.some(({state}) => state === 'failed') || (!done && diff === undefined)) process.exitCode = 1
  return {
    addons: addons.map(plain),
    diff: diff ?? null,
    done,
    dryRun: diff !== undefined,
    files: changes.map((change) => ({change: kindOf(change), path: change.path})),
    project: root,
    suggestions,
  }
}

function tellAddon({addon, asked, error, replaced, state}: ChangedAddon, prefix: string, tell: (line: string) => void): void {
  const name = printable(addon ?? asked)
  if (state === 'failed') {
    const {hints, message} = summary(error)
    complain(message, hints)
  } else if (state === 'unchanged') tell(`unchanged  ${name}`)
  else tell(`${prefix}${state}  ${name}${replaced === undefined ? '' : `, in place of ${printable(replaced)}`}`)
}

function plain({addon, asked, error, manager, replaced, state}: ChangedAddon): ChangeResult['addons'][number] {
  return {
    addon: addon ?? null,
    asked,
    error: error === undefined ? null : summary(error),
    image: manager?.image ?? null,
    manager: manager?.identifier ?? null,
    plugin: manager?.plugin ?? null,
    replaced: replaced ?? null,
    state,
  }
}
