/**
 * Lazy slots that no start extracts: no command lists them, or names a path in them. That may be meant, since an application can ask
 * for them, and is said because it is more often forgotten.
 */
import {splitWords} from '../format/words.ts'
import type {Plan} from '../project/plan.ts'
import type {PreparedSlot} from './slot-content.ts'

/** One line each. */
export function unnamedSlots({command, commands, setup}: Plan, slots: readonly PreparedSlot[]): readonly string[] {
  const listed = commands.flatMap((one) => one.slots ?? [])
  const words = [command, ...commands].flatMap((one) => one.words)
  const named = [...words, ...(commands.length > 0 ? setup.flatMap(splitWords) : [])]
  const forgotten = slots.filter(
    ({facts: {id, lifecycle, target}}) => lifecycle === 'lazy' && target !== '.' && !listed.includes(id) && !isNamed(named, target),
  )
  return forgotten.map(
    ({facts: {id}}) => `no command names the lazy slot ${id}: only an application that asks for it (slot path ${id}) gets it`,
  )
}

function isNamed(words: readonly string[], target: string): boolean {
  const rests = words.flatMap((word) => word.split(`{workenv}/${target}`).slice(1))
  return rests.some((rest) => rest === '' || /^[/:;,]/.test(rest))
}
