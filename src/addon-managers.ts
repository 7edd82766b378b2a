/** Finds the addon manager that somebody means: by the stack it serves, by its identifier with or without the tag, or as any capability. */
import type {Interfaces} from '@oclif/core'
import {addonErrors} from './addons/errors.ts'
import {choose} from './selection.ts'
import {type Offered, survey} from './survey.ts'

export type OfferedManager = Offered<'addon-managers'>

/** The one that every other builds on, and that has nothing against any addon. */
export const baseStack = 'flavour'

export async function addonManager(config: Interfaces.Config, word: string): Promise<OfferedManager> {
  const surveyed = await survey(config, 'addon-managers')
  const [first, ...others] = surveyed.offers.filter((offer) => answersTo(offer, word))
  if (first !== undefined && others.length > 0) throw addonErrors.managerConflict(word, [first, ...others].map(fullName))
  if (first !== undefined) return first
  if (word.includes('/') && !word.startsWith('@'))
    throw addonErrors.noDocker(
      word,
      surveyed.offers.map(({identifier}) => identifier),
    )
  return choose(surveyed, word)
}

function fullName({id, plugin}: OfferedManager): string {
  return `${plugin.name}:${id}`
}

function answersTo({identifier, stack}: OfferedManager, word: string): boolean {
  return [stack, identifier, identifier.replace(/:[^:/]*$/, '')].includes(word)
}
