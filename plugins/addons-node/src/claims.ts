/**
 * What the addons of a project have installed: that is how a package which an addon has put there is told from one of the user's own. It is
 * read from the documents that are kept of them, so nothing has to be marked in a file.
 */
import type {AddonDeclaration, InstalledAddon, ProjectView} from '@flavor/contract'
import {type NpmPackage, readPackage} from './npm-package.ts'

export interface Claim {
  readonly addon: InstalledAddon
  readonly claimed: NpmPackage
}

/** Of `wanted`, whoever put it there, and of other addons that managers of this stack have. */
export async function claimsOf(project: ProjectView, wanted: AddonDeclaration): Promise<readonly Claim[]> {
  const ours = /(?:^|\/)fam-node(?::|$)/
  const addons = (await project.addons()).filter((addon) => addon.name === wanted.name || ours.test(addon.manager))
  const documents = await project.documents()
  const claims = addons.map((addon) => ({addon, claimed: installedBy(addon, wanted, documents.get(addon.hash))}))
  return claims.filter((claim): claim is Claim => claim.claimed !== undefined)
}

/** Where its document is gone, the one at hand says the same as far as it is of that version. */
function installedBy(addon: InstalledAddon, wanted: AddonDeclaration, document?: AddonDeclaration): NpmPackage | undefined {
  const isThis = addon.name === wanted.name && addon.version === wanted.version
  return (document && readPackage(document.install)) ?? (isThis ? readPackage(wanted.install) : undefined)
}
