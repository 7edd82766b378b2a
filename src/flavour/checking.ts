/** Is it an addon, and one for the stack? First its document is read as strictly as the protocol wants, then an addon manager is asked. */
import type {Problem} from '@flavor/contract'
import {entryKey} from '../addons/entry-key.ts'
import {eachAtOnce} from './each-at-once.ts'
import type {ReadyManager} from './managers.ts'
import {type AddonWords, type FailedAddon, isFailed, requestedAddons, type WantedAddon} from './request.ts'
import type {Session} from './session.ts'

export interface CheckedAddon {
  readonly asked: string
  /** Undefined when nobody was asked. */
  readonly manager: ReadyManager | undefined
  /** `<name>:<version>`; undefined when it cannot be read. */
  readonly addon: string | undefined
  /** What its manager says against it. */
  readonly problems: readonly Problem[]
  /** What kept it from being checked. */
  readonly error: unknown
  readonly valid: boolean
}

/** `word` is the manager that every one is for; else each goes to that of its stack, or to that of `otherwise`. */
export interface CheckingManager {
  readonly word: string | undefined
  readonly otherwise: string
}

/** One that fails stops no other. */
export async function checkAddons(words: AddonWords, who: CheckingManager, session: Session): Promise<readonly CheckedAddon[]> {
  const requested = await requestedAddons(words, session.sources)
  return await eachAtOnce(requested, async (one) => (isFailed(one) ? unchecked(one) : await checkAddon(one, who, session)))
}

async function checkAddon(wanted: WantedAddon, {otherwise, word}: CheckingManager, session: Session): Promise<CheckedAddon> {
  const base = {addon: entryKey(wanted.addon.declaration), asked: wanted.asked}
  try {
    const manager = await session.manager(word ?? (await servingWord(wanted, session)) ?? otherwise)
    const problems = await problemsOf(wanted, manager, session)
    return {...base, error: undefined, manager, problems, valid: problems.length === 0}
  } catch (error) {
    session.signal.throwIfAborted()
    return {...base, error, manager: undefined, problems: [], valid: false}
  }
}

/** Who its source says it is for: of several stacks the first that somebody here serves. What the user prefers for a stack comes before who has found it. */
export async function servingWord({found, stacks}: Pick<WantedAddon, 'found' | 'stacks'>, session: Session): Promise<string | undefined> {
  const preferred = stacks.find((stack) => Object.hasOwn(session.preferences.managers ?? {}, stack))
  if (preferred !== undefined || found !== undefined) return preferred ?? found?.manager
  const served = await session.stacks()
  return stacks.find((stack) => served.includes(stack)) ?? stacks[0]
}

export async function problemsOf(
  {addon}: Pick<WantedAddon, 'addon'>,
  manager: ReadyManager,
  session: Session,
): Promise<readonly Problem[]> {
  return await session.timed(manager.identifier, (context) => manager.check(addon.declaration, context, session.project))
}

function unchecked({asked, error}: FailedAddon): CheckedAddon {
  return {addon: undefined, asked, error, manager: undefined, problems: [], valid: false}
}
