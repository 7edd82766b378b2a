/**
 * What every addon manager does: an entry in `app.flavour`, and the addon's document, byte for byte, as `.flavour/addons/<SHA-256>`. It
 * belongs to no stack, so it has nothing against any addon.
 */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, AddonManager, InstalledAddon, ProjectView, Step} from '@flavor/contract'

async function plan(change: 'add' | 'remove', addon: AddonDeclaration, project: ProjectView): Promise<readonly Step[]> {
  const installed = await project.addons()
  return change === 'add' ? await adding(addon, installed, project) : await removing(addon, installed, project)
}

/** What is there already needs no step. Documents of versions that give up their place go with them. */
async function adding(
  {bytes, name, version}: AddonDeclaration,
  installed: readonly InstalledAddon[],
  project: ProjectView,
): Promise<readonly Step[]> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  const [given, kept] = [installed.filter((one) => one.name === name), installed.filter((one) => one.name !== name)]
  const there = given.length === 1 && given[0]?.version === version && given[0].hash === hash
  const gone = await documents(given, [...kept, {hash}], project)
  const stored = await project.read(documentPath(hash))
  return [
    ...gone,
    ...(stored !== undefined && Buffer.compare(stored, bytes) === 0 ? [] : [{bytes, kind: 'write', path: documentPath(hash)} as const]),
    ...(there ? [] : [{hash, kind: 'add-entry', name, version} as const]),
  ]
}

async function removing(
  {name, version}: AddonDeclaration,
  installed: readonly InstalledAddon[],
  project: ProjectView,
): Promise<readonly Step[]> {
  const isThis = (one: InstalledAddon): boolean => one.name === name && one.version === version
  const given = installed.filter(isThis)
  const gone = await documents(
    given,
    installed.filter((one) => !isThis(one)),
    project,
  )
  return [...gone, ...given.map(() => ({kind: 'remove-entry', name, version}) as const)]
}

/** Steps that remove the documents of `given`, as far as they are there and nobody in `kept` has the same. */
async function documents(
  given: readonly InstalledAddon[],
  kept: readonly Pick<InstalledAddon, 'hash'>[],
  project: ProjectView,
): Promise<readonly Step[]> {
  const hashes = [...new Set(given.map(({hash}) => hash))].filter((hash) => !kept.some((one) => one.hash === hash))
  const there = await Promise.all(hashes.map((hash) => project.read(documentPath(hash))))
  return hashes.filter((_, index) => there[index] !== undefined).map((hash) => ({kind: 'remove', path: documentPath(hash)}))
}

function documentPath(hash: string): string {
  return `.flavour/addons/${hash}`
}

const base: AddonManager = {check: async () => [], plan}

export default base
