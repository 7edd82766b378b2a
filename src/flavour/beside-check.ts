/**
 * What of a plan is done while its addon is still being checked. Where work comes first, the copy for it is made meanwhile; and the work is done
 * meanwhile, if nothing of it leaves the copy: should the addon be refused, the copy is thrown away, and nothing has happened.
 */
import type {ManagerContext, Step, WorkPlace, WorkStep} from '@flavor/contract'

export async function besideCheck(
  steps: readonly Step[],
  checked: Promise<void>,
  {inPlace}: {readonly inPlace: boolean},
): Promise<readonly Step[]> {
  const [first, ...others] = steps
  if (first?.kind !== 'work') {
    await checked
    return steps
  }
  const isMeanwhile = first.isolated === true && !inPlace
  const work: WorkStep['work'] = isMeanwhile
    ? (place, context) => workMeanwhile(checked, first, place, context)
    : (place, context) => checked.then(() => first.work(place, context))
  return [{...first, work}, ...others]
}

/** Refusal ends the work, and nothing that this has printed or thrown is told then. */
async function workMeanwhile(checked: Promise<void>, step: WorkStep, place: WorkPlace, context: ManagerContext): Promise<void> {
  const refused = new AbortController()
  checked.catch((error) => refused.abort(error))
  const signal = AbortSignal.any([context.signal, refused.signal])
  const output = (text: string): void => void checked.then(() => context.output(text)).catch(() => {})
  const [work] = await Promise.allSettled([step.work(place, {...context, output, signal})])
  await checked
  if (work.status === 'rejected') throw work.reason
}
