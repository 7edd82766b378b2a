/**
 * What one command of `flavour` works with: what the user prefers, where addons come from, the managers that were asked for, each made ready
 * once and named once, and how long they have.
 */
import {stripVTControlCharacters} from 'node:util'
import type {ImageOptions, ManagerContext} from '@flavor/contract'
import type {Interfaces} from '@oclif/core'
import {beQuiet, during, hear} from '../activity.ts'
import type {SourceContext} from '../addon-sources/source.ts'
import {addonErrors} from '../addons/errors.ts'
import {nearest} from '../project/nearest.ts'
import {survey} from '../survey.ts'
import {note} from '../terminal.ts'
import {printable} from '../text.ts'
import {sourceContext} from './finding.ts'
import {within} from './interruption.ts'
import {managerContext} from './manager-context.ts'
import {findManager, isServing, type ReadyManager, readyManager, stackImage} from './managers.ts'
import {type FoundPreferences, type Preferences, preferencesFor} from './preferences.ts'

export interface SessionFlags {
  readonly cache: boolean
  readonly network: boolean | undefined
  readonly registry: string | undefined
  readonly timeout: string | undefined
  readonly verbose: boolean
}

export interface Session {
  /** The directory of the project; undefined where there is none. */
  readonly project: string | undefined
  readonly preferences: Preferences
  readonly signal: AbortSignal
  readonly sources: SourceContext
  /** Of a stack, an identifier, an id or an image. */
  manager(word: string): Promise<ReadyManager>
  /** Those that plugins serve, sorted. */
  stacks(): Promise<readonly string[]>
  /** Runs what `manager` does for one addon, which ends in time. */
  timed<T>(manager: string, work: (context: ManagerContext) => Promise<T>): Promise<T>
}

const patience = 600

/** Without a project preferences are looked for here. */
export async function openSession(
  config: Interfaces.Config,
  flags: SessionFlags,
  project: string | undefined,
  signal: AbortSignal,
): Promise<Session> {
  const {foreign, preferences} = await preferencesFor(project ?? process.cwd())
  // What was typed decides alone.
  const keys = foreign?.keys.filter((key) => key !== 'network' || flags.network === undefined) ?? []
  if (foreign !== undefined && keys.length > 0) note(whatIsForeign({...foreign, keys}))
  const ready = new Map<string, Promise<ReadyManager>>()
  const seconds = Number(flags.timeout ?? preferences.timeout ?? patience)
  const images: ImageOptions = {fresh: !flags.cache, network: flags.network ?? preferences.network ?? false}
  if (flags.verbose) beQuiet()
  const output = (text: string): void => (flags.verbose ? void process.stderr.write(shownOutput(text)) : hear(text))
  const stacks = async (): Promise<readonly string[]> =>
    [...new Set((await survey(config, 'addon-managers')).offers.filter(isServing).map(({stack}) => stack))].toSorted()
  const prepare = async (word: string): Promise<ReadyManager> => {
    const found = await findManager(config, word, {preferred: preferences.managers})
    if (found.kind === 'image' && found.reference === stackImage(word)) note(printable(notServed(word, await stacks())))
    const manager = await during(word, () => readyManager(config, found, images, managerContext({output, signal})))
    note(whoIsAsked(manager))
    return manager
  }
  return {
    manager: (word) => {
      const known = ready.get(word) ?? prepare(word)
      ready.set(word, known)
      return known
    },
    preferences,
    project,
    signal,
    sources: await sourceContext(
      config,
      {cwd: process.cwd(), preferences, registry: flags.registry, seconds},
      managerContext({output, signal}),
    ),
    stacks,
    timed: (manager, work) =>
      within(signal, {reason: addonErrors.late(manager, seconds), seconds}, (inTime) =>
        during(manager, () => work(managerContext({output, signal: inTime}))),
      ),
  }
}

/** Whoever has cloned a project may not have written this. */
function whatIsForeign({file, keys}: NonNullable<FoundPreferences['foreign']>): string {
  const words = [keys.slice(0, -1).join(', '), ...keys.slice(-1)].filter((word) => word !== '')
  return `this project chooses ${words.join(' and ')}, in ${printable(file)}`
}

/** Whoever has mistyped a stack should not go looking for an engine. */
function notServed(word: string, stacks: readonly string[]): string {
  const meant = nearest(word, stacks)
  return `no plugin serves ${word}, which leaves the image ${stackImage(word)}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

function whoIsAsked({identifier, image, plugin}: ReadyManager): string {
  if (image === null) return `asked ${identifier}, of plugin ${plugin}`
  return `asked image ${printable(image)}${image === identifier ? '' : `, which is ${printable(identifier)}`}, run by plugin ${plugin}`
}

/** Whatever tools print, the terminal stays as it is. */
function shownOutput(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '')
}
