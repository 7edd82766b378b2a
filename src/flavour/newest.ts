/** Asks for the newest version of each addon that a project has: where it came from, else, by the name that `app.flavour` lists, the configured sources. */
import type {Interfaces} from '@oclif/core'
import {parseIdentifier} from '../addon-sources/identifier.ts'
import type {SourceContext} from '../addon-sources/source.ts'
import {compareVersions} from '../addon-sources/versions.ts'
import type {Project} from '../addons/project.ts'
import {FlavorError} from '../errors.ts'
import {eachAtOnce} from './each-at-once.ts'
import {withKeptSources} from './provenance.ts'
import {type FailedAddon, isFailed, keptAddon, requestedAddons, type WantedAddon} from './request.ts'
import {openSession, type SessionFlags} from './session.ts'

export interface NewestAddon {
  readonly name: string
  readonly current: string
  /** Undefined when nobody could be asked. */
  readonly newest: string | undefined
  readonly outdated: boolean
  /** Where it comes from. */
  readonly from: string | undefined
  /** Why that is not known. */
  readonly error: unknown
  /** Does nobody know it by this name? It may have come from a file. */
  readonly unknown: boolean
}

/** One that cannot be asked for stops no other. */
export async function newestAddons(
  config: Interfaces.Config,
  {app, root}: Project,
  flags: SessionFlags,
  signal: AbortSignal,
): Promise<readonly NewestAddon[]> {
  const session = await openSession(config, flags, root, signal)
  const sources = await withKeptSources(session.sources, {app, root})
  return await eachAtOnce(app.addons, async ({name, version}) => compared(name, version, await newest(name, sources)))
}

/** Where it came from, if that was kept. Of what is not known, the name is looked for, and never taken for a path or a URL: a project may come from anybody. */
async function newest(name: string, sources: SourceContext): Promise<FailedAddon | WantedAddon> {
  const kept = sources.kept?.get(name)
  if (kept !== undefined) return await keptAddon(name, kept, sources)
  try {
    parseIdentifier(name)
  } catch (error) {
    return {asked: name, error}
  }
  const [found] = await requestedAddons({packages: [], words: [name]}, sources)
  return found as FailedAddon | WantedAddon
}

function compared(name: string, current: string, found: FailedAddon | WantedAddon): NewestAddon {
  if (isFailed(found))
    return {current, error: found.error, from: undefined, name, newest: undefined, outdated: false, unknown: isUnknown(found.error)}
  const newest = versionOf(found)
  return {current, error: undefined, from: found.from, name, newest, outdated: compareVersions(newest, current) > 0, unknown: false}
}

function isUnknown(error: unknown): boolean {
  return error instanceof FlavorError && ['EFLAVOR_ADDON_NOT_FOUND', 'EFLAVOR_USAGE'].includes(error.code)
}

/** An entry holds what the document says. */
function versionOf({addon}: WantedAddon): string {
  return addon.declaration.version
}
