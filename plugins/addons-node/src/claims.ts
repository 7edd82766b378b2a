/**
 * What the addons of a project have installed: that is how a package which an addon has put there is told from one of the user's own. It is
 * read from the documents that are kept of them, so nothing has to be marked in a file.
 */
import type {AddonDeclaration, InstalledAddon, ProjectView} from '@flavor/contract'
import {parse} from 'yaml'
import {type NpmPackage, readPackage} from './npm-package.ts'

export interface Claim {
  readonly addon: InstalledAddon
  readonly claimed: NpmPackage
}

/** Of `wanted`, whoever put it there, and of other addons that managers of this stack have. */
export async function claimsOf(project: ProjectView, wanted: AddonDeclaration): Promise<readonly Claim[]> {
  const ours = /(?:^|\/)fam-node(?::|$)/
  const addons = (await project.addons()).filter((addon) => addon.name === wanted.name || ours.test(addon.manager))
  const claims = await Promise.all(addons.map(async (addon) => ({addon, claimed: await installedBy(addon, wanted, project)})))
  return claims.filter((claim): claim is Claim => claim.claimed !== undefined)
}

/** Where its document is gone, the one at hand says the same as far as it is of that version. */
async function installedBy(addon: InstalledAddon, wanted: AddonDeclaration, project: ProjectView): Promise<NpmPackage | undefined> {
  const isThis = addon.name === wanted.name && addon.version === wanted.version
  return (await noted(addon, project)) ?? (isThis ? readPackage(wanted.install) : undefined)
}

async function noted({hash}: InstalledAddon, project: ProjectView): Promise<NpmPackage | undefined> {
  const bytes = await project.read(`.flavour/addons/${hash}`)
  if (bytes === undefined) return undefined
  try {
    return readPackage(parse(Buffer.from(bytes).toString(), {schema: 'failsafe'}).install)
  } catch {
    // Somebody has changed the document; flavour status tells it.
    return undefined
  }
}
