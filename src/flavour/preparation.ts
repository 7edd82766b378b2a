/**
 * An addon whose manager is known, and is asked whether it has something against it: what can be known before the project is locked. One that
 * fails is over then. An image takes its time for an answer, in which the project can be copied for it; many at once are too many containers.
 */
import {entryKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'
import type {ChangedAddon, ChangeRequest} from './change.ts'
import {problemsOf} from './checking.ts'
import type {ReadyManager} from './managers.ts'
import {type FailedAddon, isFailed} from './request.ts'
import type {Session} from './session.ts'
import {type AddonTask, managerWord} from './tasks.ts'

export interface ReadyTask extends AddonTask {
  readonly manager: ReadyManager
  /** Rejects when the manager has something against it; to be awaited before anything is done. */
  readonly checked: Promise<void>
}

export type Prepared = ChangedAddon | ReadyTask

export const isOver = (one: Prepared): one is ChangedAddon => 'state' in one

export async function prepare(
  task: AddonTask | FailedAddon,
  request: ChangeRequest,
  session: Session,
  {alone}: {readonly alone: boolean},
): Promise<Prepared> {
  if (isFailed(task)) return failed(task.asked, task.error)
  const key = entryKey(task.addon.declaration)
  try {
    const manager = await session.manager(await managerWord(task, request.manager, session))
    if (request.inPlace && manager.image === null) throw addonErrors.noImage(manager.identifier)
    const checked = request.check ? check(task, manager, session) : Promise.resolve()
    // Whoever gives up before asking for the answer has no use for it.
    checked.catch(() => {})
    if (manager.image === null || !alone) await checked
    return {...task, checked, manager}
  } catch (error) {
    session.signal.throwIfAborted()
    return {...failed(task.asked, error), addon: key}
  }
}

async function check(task: AddonTask, manager: ReadyManager, session: Session): Promise<void> {
  const problems = await problemsOf(task, manager, session)
  if (problems.length > 0) throw addonErrors.refused(entryKey(task.addon.declaration), manager.identifier, problems)
}

function failed(asked: string, error: unknown): ChangedAddon {
  return {addon: undefined, asked, error, manager: undefined, replaced: undefined, state: 'failed'}
}
