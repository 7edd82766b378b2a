/**
 * What the addons of a project have needed: that is how a requirement which an addon has put there is told from one of the user's own. It is read
 * from the documents that are kept of them, so nothing has to be marked in a build file.
 */
import type {AddonDeclaration, InstalledAddon, ProjectView} from '@flavor/contract'
import {type Coordinates, coordinatesOf, installProblems} from './coordinates.ts'

export interface Claim {
  readonly addon: InstalledAddon
  readonly coordinates: Coordinates
}

/** Of the addon at hand, whoever put it there, and of others that managers of this stack have. */
export async function claimsOf(project: ProjectView, wanted: AddonDeclaration): Promise<readonly Claim[]> {
  const addons = (await project.addons()).filter(({manager, name}) => name === wanted.name || /(?:^|\/)fam-gradle(?::|$)/.test(manager))
  const documents = await project.documents()
  const claims = addons.map((addon) => ({addon, coordinates: neededBy(addon, wanted, documents.get(addon.hash))}))
  return claims.filter((claim): claim is Claim => claim.coordinates !== undefined)
}

/** Where its document is gone, the one at hand says the same as far as it is of that version. */
function neededBy(addon: InstalledAddon, wanted: AddonDeclaration, document?: AddonDeclaration): Coordinates | undefined {
  const isThis = addon.name === wanted.name && addon.version === wanted.version
  const install = document?.install ?? (isThis ? wanted.install : undefined)
  return install && installProblems({install}).length === 0 ? coordinatesOf({install}) : undefined
}
