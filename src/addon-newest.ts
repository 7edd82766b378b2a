/** Asks where addons come from for the newest version of each that a project has, by the name that `app.flavour` lists. */
import type {Interfaces} from '@oclif/core'
import {requestedAddons, type WantedAddon} from './addon-request.ts'
import {openSession, type SessionFlags} from './addon-session.ts'
import {compareVersions} from './addon-sources/versions.ts'
import type {Project} from './addons/project.ts'

export interface NewestAddon {
  readonly name: string
  readonly current: string
  /** Undefined when nobody could be asked. */
  readonly newest: string | undefined
  readonly outdated: boolean
  /** Where it comes from. */
  readonly from: string | undefined
  /** Why nobody could be asked. */
  readonly error: unknown
}

/** One that cannot be asked for stops no other. */
export async function newestAddons(
  config: Interfaces.Config,
  {app, root}: Project,
  flags: SessionFlags,
  signal: AbortSignal,
): Promise<readonly NewestAddon[]> {
  const {sources} = await openSession(config, flags, root, signal)
  const names = app.addons.map(({name}) => name)
  const found = await requestedAddons({packages: [], words: names}, sources)
  return app.addons.map(({name, version}, index) => compared(name, version, found[index] as (typeof found)[number]))
}

function compared(name: string, current: string, found: Awaited<ReturnType<typeof requestedAddons>>[number]): NewestAddon {
  if ('error' in found) return {current, error: found.error, from: undefined, name, newest: undefined, outdated: false}
  const newest = versionOf(found)
  return {current, error: undefined, from: found.from, name, newest, outdated: compareVersions(newest, current) > 0}
}

/** An entry holds what the document says. */
function versionOf({addon}: WantedAddon): string {
  return addon.declaration.version
}
