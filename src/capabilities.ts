/**
 * Binds what packing asks for to what plugins offer: surveys a kind when it is first needed, chooses by the rules of
 * `selection.ts`, and hands out plain descriptors. Nothing below this line knows of oclif.
 */
import type {Interfaces} from '@oclif/core'
import type {Capabilities} from './pack/capabilities.ts'
import {findImageTarget, thisSystem} from './pack/image-target.ts'
import {type Choosing, choose} from './selection.ts'
import {type Offered, survey} from './survey.ts'

/** What `launcher: auto` tries, best first. */
const preferredLaunchers = ['rust', 'go', 'node']

export function capabilities(config: Interfaces.Config, choosing: Choosing = {}): Capabilities {
  return {
    compressor: async (id) => choose(await survey(config, 'compressors'), id, choosing),
    launcher: (id, target) => launcher(config, id, target, choosing),
    purpose: async (id) => choose(await survey(config, 'purposes'), id, choosing),
  }
}

/** With no launcher for the target, any that is there: its own error says best what it lacks. */
async function launcher(
  config: Interfaces.Config,
  id: string,
  target: string | undefined,
  choosing: Choosing,
): Promise<Offered<'launchers'>> {
  const offered = await survey(config, 'launchers')
  if (id !== 'auto') return choose(offered, id, choosing)
  const installed = preferredLaunchers.flatMap((one) => offered.offers.find((offer) => offer.id === one) ?? [])
  const fitting = installed.find((offer) => findImageTarget(offer, target ?? thisSystem) !== undefined)
  return choose(offered, (fitting ?? installed.at(-1))?.id ?? id, choosing)
}
