/** From what was typed to addons that can be asked about: every word is resolved and read on its own, and one that fails stops no other. */
import {resolve} from 'node:path'
import {locate, locatePackage} from '../addon-sources/locate.ts'
import type {LocatedAddon, SourceContext} from '../addon-sources/source.ts'
import {type AddonFlavour, readAddon} from '../addons/addon-flavour.ts'
import {entryKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'
import {eachAtOnce} from './each-at-once.ts'

/** As it was typed. With one package, one word may say what it must be called. */
export interface AddonWords {
  readonly packages: readonly string[]
  readonly words: readonly string[]
}

export interface WantedAddon extends Pick<LocatedAddon, 'found' | 'from' | 'kind' | 'stacks' | 'version'> {
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
    : await eachAtOnce(words, (word) => wanted(word, () => locate(word, context), context))
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

function readDocument({from, kind}: Omit<LocatedAddon, 'bytes'>, bytes: Uint8Array, cwd: string): AddonFlavour {
  const file = kind === 'file' || kind === 'directory' ? resolve(cwd, from) : from
  const {addon, problems} = readAddon(file, bytes)
  if (addon === undefined) throw addonErrors.invalid(file, problems, cwd)
  return addon
}
