/** A plugin's folder, seen as the host sees it: a package.json, and the modules that answer a hook. */
import {readFileSync} from 'node:fs'
import type {Descriptor, Kind, Offer, Question} from '../index.ts'

export interface Manifest {
  readonly exports?: unknown
  readonly files?: unknown
  readonly keywords?: unknown
  readonly name?: string
  readonly oclif?: {readonly hooks?: Readonly<Record<string, unknown>>}
  readonly scripts?: Readonly<Record<string, string>>
}

/** A module that answers a hook, and the export that does. */
export interface HookModule {
  readonly identifier: string
  readonly url: string
}

export function readManifest(root: URL): Manifest {
  return JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
}

export function packageName(root: URL): string {
  return readManifest(root).name ?? root.href
}

export function hookName(kind: Kind): string {
  return `flavor:${kind}:v1`
}

/** A hook may be a path, a path with the name of an export, or a list of either. */
export function hookModules(root: URL, kind: Kind): readonly HookModule[] {
  const declared = readManifest(root).oclif?.hooks?.[hookName(kind)]
  if (declared === undefined) throw new Error(`package.json declares no hook ${hookName(kind)}`)
  return [declared].flat().map((entry) => {
    const {identifier = 'default', target} = typeof entry === 'string' ? {target: entry} : (entry as {identifier?: string; target: string})
    return {identifier, url: new URL(target, root).href}
  })
}

/** A question with a member that nobody knows, as the host asks it. Frozen: it is not the plugin's to change. */
export function makeQuestion(): Question {
  const grease = `grease-${Math.random().toString(36).slice(2)}`
  return Object.freeze({[grease]: Math.random(), host: Object.freeze({version: '0.0.0'})})
}

/** Everything the plugin offers of a kind, in this process. */
export async function ask<K extends Kind>(root: URL, kind: K): Promise<readonly Descriptor<K>[]> {
  const answers = hookModules(root, kind).map(async ({identifier, url}) => {
    const module: Record<string, Offer<K>> = await import(url)
    const offer = module[identifier]
    if (typeof offer !== 'function') throw new Error(`${url} exports no function ${identifier}`)
    return offer(makeQuestion())
  })
  return (await Promise.all(answers)).flat()
}

/** Runs a check on each offer; its failure names the offer. */
export async function eachOffer<K extends Kind>(root: URL, kind: K, check: (offer: Descriptor<K>) => Promise<void> | void): Promise<void> {
  for (const offer of await ask(root, kind)) {
    try {
      await check(offer)
    } catch (error) {
      if (error instanceof Error) error.message = `${offer.id}: ${error.message}`
      throw error
    }
  }
}

/** The same, with its code. */
export async function eachCode<K extends Kind>(
  root: URL,
  kind: K,
  check: (code: Awaited<ReturnType<Descriptor<K>['load']>>['default'], offer: Descriptor<K>) => Promise<void> | void,
): Promise<void> {
  await eachOffer(root, kind, async (offer) => check((await offer.load()).default, offer))
}
