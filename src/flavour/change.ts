/** What is asked of a change of a project's addons, and what came of it. */
import type {RunStep} from '@flavor/contract'
import type {Change} from '../changes/content.ts'
import type {ReadyManager} from './managers.ts'
import type {AddonWords} from './request.ts'

export interface ChangeRequest extends AddonWords {
  readonly change: 'add' | 'remove'
  /** Who manages all of them; undefined leaves it to each one's stack. */
  readonly manager: string | undefined
  readonly check: boolean
  readonly dryRun: boolean
  /** Images work on the project itself, and nothing can be undone. */
  readonly inPlace: boolean
}

/** What is asked while the project is locked. */
export interface ChangeDialogue {
  /** May this run, which comes from an addon? */
  allows(addon: string, step: RunStep): Promise<boolean>
  /** Shall the change be made? */
  approves(planned: ChangeOutcome): Promise<boolean>
}

export interface ChangedAddon {
  readonly asked: string
  /** `<name>:<version>`; undefined when it could not be read. */
  readonly addon: string | undefined
  readonly manager: ReadyManager | undefined
  readonly state: 'added' | 'failed' | 'removed' | 'replaced' | 'unchanged'
  /** The version whose place it took. */
  readonly replaced: string | undefined
  readonly error: unknown
}

export interface ChangeOutcome {
  readonly root: string
  readonly addons: readonly ChangedAddon[]
  readonly changes: readonly Change[]
  /** Commands for the user to type afterwards. */
  readonly suggestions: readonly string[]
  /** Of a dry run, as `diff -u` writes it. */
  readonly diff: string | undefined
  /** Is it so by now? */
  readonly done: boolean
}
