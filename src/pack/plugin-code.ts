/**
 * A plugin's code at work: what it throws is a failure of that plugin, said in one line, and no defect of flavor; or, where it names
 * a problem, a fault of what it was given.
 */
import type {SlotFailure} from '@flavor/contract'
import {FlavorError} from '../errors.ts'
import {packErrors} from './errors.ts'

/** `where` is what was being packed (`slot app`), `what` whose code it is (`purpose application-code`). */
export async function runPlugin<T>(where: string, what: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw blamed(where, what, error)
  }
}

/** The same for a stream of a plugin's, from its making to its end. */
export async function* streamPlugin(where: string, what: string, open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* open()
  } catch (error) {
    throw blamed(where, what, error)
  }
}

/** What flavor itself found out on the way stays what it is. */
function blamed(where: string, what: string, error: unknown): FlavorError {
  if (error instanceof FlavorError) return error
  return isSlotFailure(error) ? packErrors.slotFailure(where, error) : packErrors.plugin(where, what, error)
}

function isSlotFailure(error: unknown): error is SlotFailure {
  return error instanceof Error && typeof (error as Partial<SlotFailure>).problem?.message === 'string'
}
