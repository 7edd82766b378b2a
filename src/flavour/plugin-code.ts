/**
 * Runs the code of an addon manager so that whatever it does becomes one clear error: it throws, exits, or never settles after it was told
 * to end. What it says itself, as an `AddonFailure`, is told as it is; anything else is a defect of the plugin.
 */
import type {AddonFailure, Problem, Step} from '@flavor/contract'
import {addonErrors} from '../addons/errors.ts'
import {FlavorError} from '../errors.ts'
import {guarded, held} from '../guard.ts'

/** How long code has to come to its end once it was told to. */
const grace = 3000

type Held = <T>(work: () => Promise<T>) => Promise<T>

/** `manager` is named in errors. */
export function heldPlugin(manager: string, signal?: AbortSignal): Held {
  return async (work) => await told(manager, signal, () => (signal === undefined ? work() : untilAborted(work, signal)))
}

/** A plan whose work is held as the plan itself was; what the host does around it is not the manager's. It has its own time to end in. */
export function heldSteps(manager: string, steps: readonly Step[]): readonly Step[] {
  return steps.map((step) =>
    step.kind === 'work' ? {...step, work: (place, context) => told(manager, context.signal, async () => step.work(place, context))} : step,
  )
}

async function told<T>(manager: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await guarded(() => held(work))
  } catch (error) {
    throw signal?.aborted ? signal.reason : toldOf(manager, error)
  }
}

const stepKinds: readonly unknown[] = ['add-entry', 'remove', 'remove-entry', 'run', 'suggest', 'work', 'write']

/** What a plan may not be is found before any of it is done. */
export function requireSteps(answer: unknown): readonly Step[] {
  const steps = requireList<Step>(answer, 'its plan')
  const stranger = steps.find((step) => !stepKinds.includes(step?.kind))
  if (stranger !== undefined || steps.includes(undefined as never)) throw new Error('its plan has a step that nobody knows')
  return steps
}

export function requireProblems(answer: unknown): readonly Problem[] {
  const problems = requireList<Problem>(answer, 'what it says of an addon')
  if (!problems.every((problem) => typeof problem?.message === 'string')) throw new Error('it has a problem, and does not say which')
  return problems
}

function requireList<T>(answer: unknown, what: string): readonly T[] {
  if (!Array.isArray(answer)) throw new Error(`${what} is not a list`)
  return answer
}

/** Work that does not heed the signal is left behind. */
async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const {promise, reject} = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => reject(signal.reason), grace)
  }
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    return await Promise.race([work(), promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(timer)
  }
}

function toldOf(manager: string, error: unknown): FlavorError {
  if (error instanceof FlavorError) return error
  return isFailure(error) ? addonErrors.failure(manager, error.problem, error.output ?? [], error) : addonErrors.plugin(manager, error)
}

function isFailure(error: unknown): error is AddonFailure {
  if (!(error instanceof Error) || !('problem' in error)) return false
  const {problem} = error as {readonly problem: unknown}
  return typeof problem === 'object' && problem !== null && 'message' in problem && typeof problem.message === 'string'
}
