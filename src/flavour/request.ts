/** From what was typed to addons that can be asked about: every word is resolved and read on its own, and one that fails stops no other. */
import {resolve} from 'node:path'
import {locate, locateKept, locatePackage} from '../addon-sources/locate.ts'
import type {LocatedAddon, SourceContext} from '../addon-sources/source.ts'
import {type AddonFlavour, readAddon} from '../addons/addon-flavour.ts'
import {entryKey, splitKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'
import type {KeptSource} from '../addons/kept-sources.ts'
import {eachAtOnce} from './each-at-once.ts'

/** As it was typed. With one package, one word may say what it must be called. */
export interface AddonWords {
  readonly packages: readonly string[]
  readonly words: readonly string[]
}

export interface WantedAddon extends Pick<LocatedAddon, 'found' | 'from' | 'keptSource' | 'kind' | 'stacks' | 'version'> {
  readonly asked: string
  readonly addon: AddonFlavour
}

export interface FailedAddon {
  readonly asked: string
  readonly error: unknown
}

export const isFailed = (one: FailedAddon | object): one is FailedAddon => 'error' in one

/** In the order in which they were typed, names first. Throws EFLAVOR_USAGE when it is not clear what is meant. */
export async function requestedAddons(
  {packages, words}: AddonWords,
  context: SourceContext,
): Promise<readonly (FailedAddon | WantedAddon)[]> {
  if (words.length > 0 && packages.length > 0 && (words.length > 1 || packages.length > 1)) throw addonErrors.namesAndPackages()
  const [label] = words
  return packages.length > 0
    ? await eachAtOnce(packages, async (place) => called(label, await wanted(place, () => locatePackage(place, context), context)))
    : await eachAtOnce(words, async (word) => stillCalled(word, await wanted(word, () => locate(word, context), context), context))
}

/** The newest of an addon that is there, where it came from. */
export async function keptAddon(name: string, kept: KeptSource, context: SourceContext): Promise<FailedAddon | WantedAddon> {
  return stillCalled(name, await wanted(name, () => locateKept({name, version: undefined}, kept, context), context), context)
}

async function wanted(asked: string, find: () => Promise<LocatedAddon>, context: SourceContext): Promise<FailedAddon | WantedAddon> {
  try {
    const {bytes, ...located} = await find()
    return {...located, addon: readDocument(located, bytes, context.cwd), asked}
  } catch (error) {
    context.signal.throwIfAborted()
    return {asked, error}
  }
}

function called(label: string | undefined, one: FailedAddon | WantedAddon): FailedAddon | WantedAddon {
  if (label === undefined || isFailed(one)) return one
  const {asked} = one
  const key = entryKey(one.addon.declaration)
  return [key, one.addon.declaration.name].includes(label) ? one : {asked, error: addonErrors.otherName(asked, key, label)}
}

/** What came from one place under one name has to be what it was, and of the version that was asked for. */
function stillCalled(word: string, one: FailedAddon | WantedAddon, {kept}: SourceContext): FailedAddon | WantedAddon {
  const name = [word, splitKey(word)?.name ?? ''].find((known) => kept?.has(known))
  if (name === undefined || isFailed(one)) return one
  const {declaration} = one.addon
  const isAsked = declaration.name === name && (one.kind !== 'url' || [name, entryKey(declaration)].includes(word))
  return isAsked ? one : {asked: one.asked, error: addonErrors.renamed(word, one.from, entryKey(declaration))}
}

function readDocument({from, kind}: Omit<LocatedAddon, 'bytes'>, bytes: Uint8Array, cwd: string): AddonFlavour {
  const file = kind === 'file' || kind === 'directory' ? resolve(cwd, from) : from
  const {addon, problems} = readAddon(file, bytes)
  if (addon === undefined) throw addonErrors.invalid(file, problems, cwd)
  return addon
}
