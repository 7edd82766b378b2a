/**
 * `compat: flavorpack`: packages that the launchers of FlavorPack (Rust and Go) run as flavor's own do. Where flavor can do by
 * itself what they understand, packing does; what only the project can change is found here, all of it at once.
 */
import {basename} from 'node:path'
import {inOrder} from '../../project/order.ts'
import {type Place, placeText} from '../../project/place.ts'
import type {Plan} from '../../project/plan.ts'
import {packErrors} from '../errors.ts'
import type {PreparedSlot} from '../slot-content.ts'
import {commandProblems} from './command.ts'
import {environmentProblems} from './environment.ts'
import type {Problem} from './problem.ts'
import {directoryProblems, sizeProblems, slotProblems} from './slots.ts'

/** Throws FlavorError EFLAVOR_COMPAT for what can be known before anything is written. */
export function requireFlavorpack(plan: Plan, slots: readonly PreparedSlot[], output: string): void {
  refuse(plan, [
    ...nameProblems(output),
    ...commandProblems(plan, slots),
    ...environmentProblems(plan),
    ...directoryProblems(plan, slots),
    ...slotProblems(plan, slots),
  ])
}

/** The same for the sizes of slots as stored, in the order of the table. */
export function requireFlavorpackSizes(plan: Plan, sizes: readonly number[]): void {
  refuse(plan, sizeProblems(sizes))
}

/** Both launchers call their work environment like the file, and cut commands at spaces after they have filled it in. */
function nameProblems(output: string): readonly Problem[] {
  const name = basename(output)
  if (!/[\s'"\\]/.test(name)) return []
  const message = `calls the file ${JSON.stringify(name)}, and FlavorPack's launchers cut the paths of its work environment there`
  return [{hint: 'choose a file name without spaces and quotes: output: dist/hello', message, place: ['output']}]
}

function refuse(plan: Plan, problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const placed = problems.map(({hint, message, place}) => {
    const written = inManifest(plan, place)
    return {at: plan.position(written), hint, message, path: placeText(written)}
  })
  throw packErrors.compat(inOrder(placed, plan.manifest), process.cwd())
}

/** Slots of other platforms may stand between those of the plan. */
function inManifest({slots}: Plan, place: Place): Place {
  const [list, number, ...rest] = place
  return list === 'slots' && typeof number === 'number' ? [list, slots[number]?.index ?? number, ...rest] : place
}
