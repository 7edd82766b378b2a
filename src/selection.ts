/**
 * Chooses one offer among those that plugins made. Nothing is ever chosen by chance: a word that two plugins answer to,
 * and an operation byte that two compressors claim, are errors that name both and both remedies. A third party cannot
 * slip its launcher into a signed package by naming it like ours.
 */
import type {Kind} from '@flavor/contract'
import {capabilityConflict, capabilityMissing, type FlavorError} from './errors.ts'
import {knownPlugin} from './known-plugins.ts'
import {isPlugin, type Offered, type Survey} from './survey.ts'

/** Which plugin wins a word: `{compressors: {gzip: '@acme/plugin-zopfli'}}`, as the manifest's `prefer` says. */
export type Preferences = Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>>

export interface Choosing {
  readonly prefer?: Preferences | undefined
}

/** `wanted` is an id, an alias, or either behind a plugin's name: `@acme/plugin-zopfli:gzip`. */
export function choose<K extends Kind>(survey: Survey<K>, wanted: string, choosing: Choosing = {}): Offered<K> {
  return chooseAny(survey as unknown as Survey, wanted, choosing) as unknown as Offered<K>
}

function chooseAny(survey: Survey, wanted: string, {prefer}: Choosing): Offered {
  const {plugin, word} = split(wanted, prefer?.[survey.kind])
  const answering = survey.offers.filter((offer) => answersTo(offer, word) && (plugin === undefined || isPlugin(offer.plugin.name, plugin)))
  const [first] = answering
  if (first === undefined) throw missing(survey, word, plugin)
  const rivals = plugin === undefined ? survey.offers.filter((offer) => offer !== first && clash(first, offer)) : []
  const others = [...new Set([...answering.slice(1), ...rivals])]
  if (others.length > 0) throw conflict(survey.kind, word, [first, ...others])
  return first
}

/** The compressor that undoes an operation byte, if exactly one plugin claims it. */
export function compressorOf(survey: Survey<'compressors'>, operation: number): Offered<'compressors'> | undefined {
  const claiming = survey.offers.filter((offer) => offer.operation === operation)
  return claiming.length === 1 ? claiming[0] : undefined
}

/** The offers that cannot be chosen by a word of theirs alone. */
export function conflicting({offers}: Survey): ReadonlySet<Offered> {
  return new Set(offers.filter((one) => offers.some((other) => other !== one && clash(one, other))))
}

function split(wanted: string, prefer: Readonly<Record<string, string>> = {}): {plugin: string | undefined; word: string} {
  const colon = wanted.lastIndexOf(':')
  if (colon !== -1) return {plugin: wanted.slice(0, colon), word: wanted.slice(colon + 1)}
  return {plugin: Object.hasOwn(prefer, wanted) ? prefer[wanted] : undefined, word: wanted}
}

const words = ({aliases = [], id}: Offered): readonly string[] => [id, ...aliases]

const answersTo = (offer: Offered, word: string): boolean => words(offer).includes(word)

function clash(one: Offered, other: Offered): boolean {
  if (words(one).some((word) => answersTo(other, word))) return true
  return 'operation' in one && 'operation' in other && one.operation === other.operation
}

const singular = (kind: Kind): string => kind.replace('-', ' ').slice(0, -1)

function conflict(kind: Kind, word: string, offers: readonly Offered[]): FlavorError {
  const claims = offers.map(({id, plugin}) => `${plugin.name}:${id}`)
  return capabilityConflict(singular(kind), kind, word, claims)
}

function missing(survey: Survey, word: string, plugin: string | undefined): FlavorError {
  const {failures, kind, offers} = survey
  const install = plugin ?? knownPlugin(kind, word)
  const failed = failures.some((failure) => install !== undefined && isPlugin(failure.plugin, install))
  const installed = failed || offers.some((offer) => install !== undefined && isPlugin(offer.plugin.name, install))
  return capabilityMissing(singular(kind), plugin === undefined ? word : `${plugin}:${word}`, {
    available: offers.map(({id}) => id),
    failures: failures.map((failure) => `plugin ${failure.plugin} failed: ${failure.message}`),
    install: installed ? undefined : install,
  })
}
