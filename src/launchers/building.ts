/** Has plugins build images of their launchers, one after the other: each build takes all of the machine. */
import type {BuildOutcome, Problem} from '@flavor/contract'
import {launcherErrors} from './errors.ts'
import {type LauncherOffer, withCode} from './offers.ts'

export interface BuildWish {
  readonly launcher: LauncherOffer
  readonly target: string
}

export interface Built {
  readonly launcher: string
  readonly target: string
  readonly state: BuildOutcome['state']
  readonly size: number | null
  readonly sha256: string | null
  readonly toolchain: string | null
  readonly problems: readonly Problem[]
}

/** What was asked for by name. */
export interface Naming {
  readonly launchers: boolean
  readonly targets: readonly string[] | undefined
}

/** Throws FlavorError when there is nothing to build at all. */
export function buildWishes(offers: readonly LauncherOffer[], naming: Naming): readonly BuildWish[] {
  const builders = offers.filter(({builds = []}) => builds.length > 0)
  const idle = offers.find((offer) => !builders.includes(offer))
  if (naming.launchers && idle) throw launcherErrors.buildsNothing(idle.id)
  const wishes = builders.flatMap((launcher) => wanted(launcher, naming).map((target) => ({launcher, target})))
  if (wishes.length === 0) throw launcherErrors.nobodyBuilds(naming.targets ?? [])
  return wishes
}

/** Where both were named, also what the launcher is not made for: its own words say so. */
function wanted({builds = []}: LauncherOffer, {launchers, targets}: Naming): readonly string[] {
  if (targets === undefined) return builds
  return launchers ? targets : targets.filter((target) => builds.includes(target))
}

/** `say` hears the toolchain's last words. */
export async function buildImage({launcher, target}: BuildWish, force: boolean, say: (text: string) => void): Promise<Built> {
  const outcome = await withCode(launcher, `build for ${target}`, async ({build}) => {
    if (!build) throw new Error('its offer says that it builds, and its code does not')
    return build({force, target})
  })
  if (outcome.state === 'failed' && outcome.output) say(outcome.output)
  const {sha256 = null, size = null, toolchain = null} = 'image' in outcome ? outcome.image : {}
  const problems = 'problems' in outcome ? outcome.problems : []
  return {launcher: launcher.id, problems, sha256, size, state: outcome.state, target, toolchain}
}

const isThere = ({state}: Built): boolean => state === 'built' || state === 'fresh'

/** Was everything built that was asked for by name, and nothing tried in vain? A toolchain that nobody asked for may be missing. */
export function isSatisfied(results: readonly Built[], {launchers, targets}: Naming): boolean {
  if (results.some(({state}) => state === 'failed')) return false
  if (launchers && targets) return results.every(isThere)
  if (targets) return targets.every((target) => results.some((result) => result.target === target && isThere(result)))
  return (
    !launchers ||
    [...new Set(results.map(({launcher}) => launcher))].every((id) => results.some((one) => one.launcher === id && isThere(one)))
  )
}
