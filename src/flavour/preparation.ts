/** An addon whose manager is known, and has nothing against it: what can be known before the project is locked. One that fails is over then. */

import {entryKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'
import type {ChangedAddon, ChangeRequest} from './change.ts'
import {problemsOf} from './checking.ts'
import type {ReadyManager} from './managers.ts'
import {type FailedAddon, isFailed} from './request.ts'
import type {Session} from './session.ts'
import {type AddonTask, managerWord} from './tasks.ts'

export type ReadyTask = AddonTask & {readonly manager: ReadyManager}

export type Prepared = ChangedAddon | ReadyTask

export const isOver = (one: Prepared): one is ChangedAddon => 'state' in one

export async function prepare(task: AddonTask | FailedAddon, request: ChangeRequest, session: Session): Promise<Prepared> {
  if (isFailed(task)) return failed(task.asked, task.error)
  const key = entryKey(task.addon.declaration)
  try {
    const manager = await session.manager(await managerWord(task, request.manager, session))
    if (request.inPlace && manager.image === null) throw addonErrors.noImage(manager.identifier)
    const problems = request.check ? await problemsOf(task, manager, session) : []
    if (problems.length > 0) throw addonErrors.refused(key, manager.identifier, problems)
    return {...task, manager}
  } catch (error) {
    session.signal.throwIfAborted()
    return {...failed(task.asked, error), addon: key}
  }
}

function failed(asked: string, error: unknown): ChangedAddon {
  return {addon: undefined, asked, error, manager: undefined, replaced: undefined, state: 'failed'}
}
