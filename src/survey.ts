/**
 * Asks the installed plugins what they offer.
 *
 * Each plugin that declares the hook of a kind (`flavor:compressors:v1`, …) is asked alone, under its own deadline, with
 * nothing of the host in sight but itself. Whatever it does there (throw, call `this.exit` or `process.exit`, reject
 * behind our back, answer nonsense, never answer) costs one line of warning and its own offers, nothing else. Only an
 * endless loop cannot be survived in one process: `FLAVOR_DISABLE_PLUGINS=name,...` leaves such a plugin out.
 *
 * Offers come sorted by id and plugin, never by time of arrival. Nothing is asked when nobody declares the hook, and
 * nothing twice in one run. `FLAVOR_PLUGIN_DEADLINE` sets the deadline in milliseconds.
 */
import {randomBytes} from 'node:crypto'
import type {Descriptor, Kind, Question} from '@flavor/contract'
import type {Interfaces} from '@oclif/core'
import {readAnswer} from './descriptor.ts'
import {guarded, inquire} from './guard.ts'
import {warn} from './terminal.ts'

/** The version of the contract that this host speaks: the integer at the end of each hook's name. */
export const contractVersion = 1

export const kinds: readonly Kind[] = ['addon-managers', 'compressors', 'launchers', 'purposes']

export interface Provenance {
  readonly name: string
  readonly version: string
  /** How it came here: `core` with flavor, `user` by `plugins install`, `link` by `plugins link`. */
  readonly type: string
}

export type Offered<K extends Kind = Kind> = Descriptor<K> & {readonly plugin: Provenance}

export interface Failure {
  readonly plugin: string
  readonly kind: Kind
  /** One line, lower case as far as the plugin's own words allow. */
  readonly message: string
}

export interface Survey<K extends Kind = Kind> {
  readonly kind: K
  readonly offers: readonly Offered<K>[]
  readonly failures: readonly Failure[]
}

const surveys = new WeakMap<Interfaces.Config, Map<Kind, Promise<Survey>>>()

/** What the plugins offer of one kind. Warns about each failed plugin on stderr. */
export async function survey<K extends Kind>(config: Interfaces.Config, kind: K): Promise<Survey<K>> {
  const result = await ask(config, kind)
  warnOnce(config, result.failures)
  return result
}

/** The same for every kind; a plugin that fails in several still costs one warning. */
export async function surveyAll(config: Interfaces.Config): Promise<readonly Survey[]> {
  const results = await Promise.all(kinds.map((kind) => ask(config, kind) as Promise<Survey>))
  warnOnce(
    config,
    results.flatMap(({failures}) => failures),
  )
  return results
}

/** Does `word` name the plugin: its full name, or what one would type after `flavor plugins install`? */
export function isPlugin(name: string, word: string): boolean {
  return name === word || name === `@flavor/plugin-${word}`
}

function ask<K extends Kind>(config: Interfaces.Config, kind: K): Promise<Survey<K>> {
  const known = surveys.get(config) ?? new Map<Kind, Promise<Survey>>()
  surveys.set(config, known)
  const asked = (known.get(kind) as Promise<Survey<K>> | undefined) ?? askPlugins(config, kind)
  known.set(kind, asked as Promise<Survey>)
  return asked
}

async function askPlugins<K extends Kind>(config: Interfaces.Config, kind: K): Promise<Survey<K>> {
  const plugins = enabledPlugins(config)
  const strangers = plugins.filter((plugin) => !speaks(plugin, kind)).flatMap((plugin) => otherVersion(plugin, kind))
  const speakers = plugins.filter((plugin) => speaks(plugin, kind))
  if (speakers.length === 0) return {failures: strangers, kind, offers: []}
  const answers = await guarded(() => Promise.all(speakers.map((plugin) => askPlugin(config, kind, plugin))))
  return {
    failures: [...strangers, ...answers.flatMap(({failures}) => failures)].sort((a, b) => order(a.plugin, b.plugin)),
    kind,
    offers: answers.flatMap(({offers}) => offers).sort((a, b) => order(a.id, b.id) || order(a.plugin.name, b.plugin.name)),
  }
}

async function askPlugin<K extends Kind>(config: Interfaces.Config, kind: K, plugin: Interfaces.Plugin): Promise<Survey<K>> {
  const {answers, problems} = await inquire(() => runHook(config, kind, plugin), deadline(config))
  const read = answers.map((answer) => readAnswer(kind, answer))
  const {name, type, version} = plugin
  return {
    failures: [...problems, ...read.flatMap((one) => one.problems)].map((message) => ({kind, message, plugin: name})),
    kind,
    offers: read.flatMap(({descriptors}) => descriptors.map((one) => ({...one, plugin: {name, type, version}}))),
  }
}

/** oclif's own way of running a hook, on a view of the configuration in which there is no other plugin. */
async function runHook(config: Interfaces.Config, kind: Kind, plugin: Interfaces.Plugin): Promise<readonly unknown[]> {
  const alone: Interfaces.Config = Object.create(config, {plugins: {value: new Map([[plugin.name, plugin]])}})
  const {failures, successes} = await alone.runHook(hookName(kind), question(config), undefined, true)
  const [failure] = failures
  if (failure !== undefined) throw failure.error
  if (successes.length === 0) throw new Error(`the module of its hook ${hookName(kind)} exports no function`)
  return successes.map(({result}) => result)
}

const hookName = (kind: Kind) => `flavor:${kind}:v${contractVersion}` as const

/** With a member that nobody can know, to keep plugins from choking on those that later versions add. */
function question(config: Interfaces.Config): Question & Readonly<Record<string, unknown>> {
  const grease = {[`grease-${randomBytes(4).toString('hex')}`]: randomBytes(4).toString('hex')}
  return {host: {version: config.version}, ...grease}
}

const speaks = (plugin: Interfaces.Plugin, kind: Kind): boolean => (plugin.hooks[hookName(kind)] ?? []).length > 0

function otherVersion(plugin: Interfaces.Plugin, kind: Kind): readonly Failure[] {
  const spoken = Object.keys(plugin.hooks).filter((hook) => hook.startsWith(`flavor:${kind}:v`))
  if (spoken.length === 0) return []
  const versions = spoken.map((hook) => hook.slice(hook.lastIndexOf(':') + 1)).join(', ')
  const message = `it speaks ${versions} of the contract and this flavor v${contractVersion}; update flavor, or the plugin: flavor plugins update`
  return [{kind, message, plugin: plugin.name}]
}

function enabledPlugins(config: Interfaces.Config): readonly Interfaces.Plugin[] {
  const words = (config.scopedEnvVar('DISABLE_PLUGINS') ?? '').split(',').map((word) => word.trim())
  return [...config.plugins.values()].filter(({name}) => !words.some((word) => isPlugin(name, word)))
}

function deadline(config: Interfaces.Config): number {
  const milliseconds = Number(config.scopedEnvVar('PLUGIN_DEADLINE'))
  return milliseconds > 0 ? milliseconds : 5000
}

const warned = new WeakMap<Interfaces.Config, Set<string>>()

function warnOnce(config: Interfaces.Config, failures: readonly Failure[]): void {
  const names = warned.get(config) ?? new Set<string>()
  warned.set(config, names)
  for (const {kind, message, plugin} of failures) {
    if (!names.has(plugin)) warn(`plugin ${plugin} failed to offer ${kind.replace('-', ' ')}: ${message}`)
    names.add(plugin)
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
