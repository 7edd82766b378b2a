/** What is known of a launcher and its images, for people and for `--json`. */
import type {ImageFacts, Launcher} from '@flavor/contract'
import {operationName} from '../format/chain.ts'
import {type LauncherOffer, withCode} from './offers.ts'

export interface ListedImage {
  readonly target: string
  readonly size: number
  readonly sha256: string
  /** `pinned` by a release, `built` here, or `plugin`: the plugin brings it and does not say how it came about. */
  readonly origin: ImageFacts['origin'] | 'plugin'
  readonly toolchain: string | null
}

export interface ListedLauncher {
  readonly id: string
  readonly aliases: readonly string[]
  readonly summary: string
  readonly features: readonly string[]
  readonly formats: readonly number[]
  /** By name, or `0xd0` where the format has no name for it. */
  readonly operations: readonly string[]
  /** Targets for which its plugin can build an image. */
  readonly builds: readonly string[]
  readonly images: readonly ListedImage[]
  readonly plugin: string
  readonly version: string
  /** `core`, `user` or `linked`. */
  readonly from: string
}

export async function listLauncher(offer: LauncherOffer): Promise<ListedLauncher> {
  const {aliases = [], builds = [], features = [], formats, id, operations, plugin, summary} = offer
  const {name, type, version} = plugin
  const images = offer.targets.length === 0 ? [] : await withCode(offer, 'list images', (code) => imagesOf(offer, code))
  const from = type === 'link' ? 'linked' : type
  return {aliases, builds, features, formats, from, id, images, operations: operations.map(operationName), plugin: name, summary, version}
}

async function imagesOf({targets}: LauncherOffer, {images, open}: Launcher): Promise<readonly ListedImage[]> {
  if (images) return (await images()).map(({toolchain = null, ...facts}) => ({...facts, toolchain}))
  const opened = targets.map(async (target) => ({...(await open(target)), target}))
  return (await Promise.all(opened)).map(({sha256, size, target}) => ({origin: 'plugin', sha256, size, target, toolchain: null}))
}

const words = {built: 'built here', pinned: 'release', plugin: 'plugin'} as const

export const originWord = (origin: ListedImage['origin']): string => words[origin]
