/**
 * What the addons of a project have installed: that is how a line which an addon has put there is told from one of the user's own. It is
 * read from the documents that are kept of them, so nothing has to be marked in a file.
 */
import type {AddonDeclaration, InstalledAddon, ProjectView} from '@flavor/contract'
import {type Requirement, readRequirement} from './requirement.ts'

export interface Claim {
  readonly addon: InstalledAddon
  readonly requirement: Requirement
}

/** Of `wanted`, whoever put it there, and of other addons that managers of this stack have. */
export async function claimsOf(project: ProjectView, wanted: AddonDeclaration): Promise<readonly Claim[]> {
  const ours = /(?:^|\/)fam-python(?::|$)/
  const addons = (await project.addons()).filter((addon) => addon.name === wanted.name || ours.test(addon.manager))
  const documents = await project.documents()
  const claims = addons.map((addon) => ({addon, requirement: installedBy(addon, wanted, documents.get(addon.hash))}))
  return claims.filter((claim): claim is Claim => claim.requirement !== undefined)
}

/** Where its document is gone, the one at hand says the same as far as it is of that version. */
function installedBy(addon: InstalledAddon, wanted: AddonDeclaration, document?: AddonDeclaration): Requirement | undefined {
  const isThis = addon.name === wanted.name && addon.version === wanted.version
  return readRequirement(document?.install.package) ?? (isThis ? readRequirement(wanted.install.package) : undefined)
}
