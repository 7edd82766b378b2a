/**
 * Finds the addon manager that somebody means, and makes it ready to be asked.
 *
 * A word is a stack, an identifier with or without its tag, or an id, alone or behind the name of its plugin. What no plugin answers to is an
 * image: the stack X is served by `flavour/fam-X`, and a word with a slash in it names an image itself. Images are run by the plugin whose
 * offer has the feature `images`. A manager that extends another has that one's problems and steps before its own.
 */
import type {AddonDeclaration, AddonManager, ImageOptions, ManagerContext, Problem, ProjectView, Step} from '@flavor/contract'
import type {Interfaces} from '@oclif/core'
import {addonErrors} from '../addons/errors.ts'
import {knownPlugin} from '../known-plugins.ts'
import {choose} from '../selection.ts'
import {isPlugin, type Offered, type Survey, survey} from '../survey.ts'
import {heldPlugin, requireProblems, requireSteps} from './plugin-code.ts'

export type OfferedManager = Offered<'addon-managers'>

/** The stack of the manager that every other builds on, and that has nothing against any addon. */
export const baseStack = 'flavour'

/** Who answers to a word: a plugin's manager, or an image that a plugin can run. */
export type FoundManager =
  | {readonly kind: 'image'; readonly reference: string; readonly runner: OfferedManager}
  | {readonly kind: 'plugin'; readonly offer: OfferedManager}

/** One that can be asked. */
export interface ReadyManager {
  /** What entries of `app.flavour` name. */
  readonly identifier: string
  /** Of the plugin. */
  readonly plugin: string
  /** Its reference; null for a manager that is a plugin's own. */
  readonly image: string | null
  /** Images may read the directory of the project. */
  check(addon: AddonDeclaration, context: ManagerContext, project?: string): Promise<readonly Problem[]>
  plan(change: 'add' | 'remove', addon: AddonDeclaration, project: ProjectView, context: ManagerContext): Promise<readonly Step[]>
}

export interface ManagerChoice {
  /** By stack, who serves it. */
  readonly preferred?: Readonly<Record<string, string>> | undefined
}

export async function findManager(config: Interfaces.Config, word: string, {preferred = {}}: ManagerChoice = {}): Promise<FoundManager> {
  const wanted = Object.hasOwn(preferred, word) ? (preferred[word] as string) : word
  const surveyed = await survey(config, 'addon-managers')
  const [first, ...others] = answering(surveyed, wanted)
  if (first !== undefined && others.length > 0) throw addonErrors.managerConflict(wanted, [first, ...others].map(fullName))
  if (first !== undefined) return {kind: 'plugin', offer: first}
  const named = wanted.startsWith('@') || surveyed.offers.some(({id, plugin}) => id === wanted || isPlugin(plugin.name, untagged(wanted)))
  if (named || surveyed.failures.some(({plugin}) => isPlugin(plugin, knownPlugin('addon-managers', wanted) ?? '')))
    return {kind: 'plugin', offer: choose(surveyed, wanted)}
  return {kind: 'image', reference: wanted.includes('/') ? wanted : stackImage(wanted), runner: runnerOf(surveyed, wanted)}
}

/** What serves a stack that no plugin serves. */
export function stackImage(stack: string): string {
  return `flavour/fam-${stack}`
}

/** Of the managers of a stack, identifiers with their tag come before those without: two versions of one may be installed. */
function answering({offers}: Survey<'addon-managers'>, word: string): readonly OfferedManager[] {
  const serving = offers.filter(isServing)
  const exact = serving.filter(({identifier}) => identifier === word)
  return exact.length > 0 ? exact : serving.filter(({identifier, stack}) => [stack, untagged(identifier)].includes(word))
}

/** Does it manage addons itself, and not by running images? */
export function isServing({features}: OfferedManager): boolean {
  return !features?.includes('images')
}

export function untagged(identifier: string): string {
  return identifier.replace(/:[^:/]*$/, '')
}

/** As `--addonmanager` takes it, whatever else is installed. */
export function fullName({id, plugin}: OfferedManager): string {
  return `${plugin.name}:${id}`
}

function runnerOf(surveyed: Survey<'addon-managers'>, word: string): OfferedManager {
  const runners = surveyed.offers.filter((offer) => !isServing(offer))
  if (runners.length > 1)
    throw addonErrors.pluginConflict(
      `run ${word} as an image`,
      runners.map(fullName),
      runners.map(({plugin}) => plugin.name),
    )
  const [runner] = runners
  if (runner !== undefined) return runner
  const others = surveyed.offers.map(({identifier}) => identifier)
  throw addonErrors.noManager(word, knownPlugin('addon-managers', word), others)
}

// --- making one ready -------------------------------------------------------------------------------------------------

export async function readyManager(
  config: Interfaces.Config,
  found: FoundManager,
  options: ImageOptions,
  context: ManagerContext,
): Promise<ReadyManager> {
  return found.kind === 'image' ? await imageManager(found, options, context) : await pluginManager(config, found.offer)
}

async function imageManager(
  {reference, runner}: FoundManager & {readonly kind: 'image'},
  options: ImageOptions,
  context: ManagerContext,
): Promise<ReadyManager> {
  const held = (signal: AbortSignal) => heldPlugin(reference, signal)
  const image = await held(context.signal)(async () => {
    const {default: code} = await runner.load()
    if (code.image === undefined) throw new Error(`${fullName(runner)} names the feature images, and has no function for them`)
    return await code.image(reference, options, context)
  })
  return {
    check: (addon, within, project) => held(within.signal)(async () => requireProblems(await image.check(addon, within, project))),
    identifier: image.identifier,
    image: reference,
    plan: (change, addon, project, within) =>
      held(within.signal)(async () => requireSteps(await image.plan(change, addon, project, within))),
    plugin: runner.plugin.name,
  }
}

async function pluginManager(config: Interfaces.Config, offer: OfferedManager): Promise<ReadyManager> {
  const codes = await joined(await survey(config, 'addon-managers'), offer)
  const each = async <T>(ask: (code: AddonManager) => Promise<readonly T[]>, {signal}: ManagerContext): Promise<readonly T[]> =>
    (await heldPlugin(offer.identifier, signal)(() => Promise.all(codes.map(ask)))).flat()
  return {
    check: (addon, context) => each(async (code) => requireProblems(await code.check(addon, context)), context),
    identifier: offer.identifier,
    image: null,
    plan: (change, addon, project, context) =>
      each(async (code) => requireSteps(await code.plan(change, addon, project, context)), context),
    plugin: offer.plugin.name,
  }
}

/** Its code behind the code of all that it builds upon, the lowest first. */
async function joined(
  surveyed: Survey<'addon-managers'>,
  offer: OfferedManager,
  above: readonly string[] = [],
): Promise<readonly AddonManager[]> {
  if (above.includes(offer.id)) throw addonErrors.circle([...above, offer.id])
  const below = offer.extends === undefined ? [] : await joined(surveyed, choose(surveyed, offer.extends), [...above, offer.id])
  return [...below, (await heldPlugin(offer.identifier)(() => offer.load())).default]
}
