/** Holds what `app.flavour` lists against the documents in `.flavour/addons`, and names what somebody has changed by hand. */
import {createHash} from 'node:crypto'
import {readAddon} from './addon-flavour.ts'
import type {AddonEntry} from './app-flavour.ts'
import {entryKey} from './entry-key.ts'
import {documentsDirectory, type Project, storedDocument, storedNames} from './project.ts'

export interface AddonStatus {
  /** `<name>:<version>` */
  readonly addon: string
  readonly manager: string
  readonly hash: string
  /** Relative to the project. */
  readonly file: string
  /** `renamed`: the entry and its document name different addons. */
  readonly state: 'changed' | 'missing' | 'renamed' | 'unchanged'
  /** Of the document; null where there is none. */
  readonly found: string | null
}

export interface ProjectStatus {
  readonly addons: readonly AddonStatus[]
  /** Files among the documents that no entry names, relative to the project. */
  readonly strays: readonly string[]
  readonly drift: boolean
}

export async function statusOf(project: Project): Promise<ProjectStatus> {
  const addons = await Promise.all(project.app.addons.map((entry) => addonStatus(project, entry)))
  const hashes = project.app.addons.map(({hash}) => hash)
  const strays = (await storedNames(project)).filter((name) => !hashes.includes(name)).map(documentFile)
  return {addons, drift: strays.length > 0 || addons.some(({state}) => state !== 'unchanged'), strays}
}

/** Also for a single addon. */
export async function addonStatus(project: Project, {hash, key, manager}: AddonEntry): Promise<AddonStatus> {
  const bytes = await storedDocument(project, hash)
  const found = bytes === undefined ? null : createHash('sha256').update(bytes).digest('hex')
  const state = bytes === undefined ? 'missing' : found !== hash ? 'changed' : isOf(key, bytes) ? 'unchanged' : 'renamed'
  return {addon: key, file: documentFile(hash), found, hash, manager, state}
}

/** A document that is what was installed, and cannot be read by this version of flavor, is no drift. */
function isOf(key: string, bytes: Uint8Array): boolean {
  const {addon} = readAddon('addon.flavour', bytes)
  return addon === undefined || entryKey(addon.declaration) === key
}

function documentFile(hash: string): string {
  return `${documentsDirectory}/${hash}`
}
