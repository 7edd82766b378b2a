/**
 * Addons of Gradle projects. What is changed is the build file in the root of the project, as text: nothing of it is run, and nothing is
 * downloaded before Gradle itself does.
 */
import type {AddonDeclaration, AddonManager, ManagerContext, ProjectView, Step} from '@flavor/contract'
import {type BuildFile, listedIn, referredIn, withDependency, withoutDependency} from './build-file.ts'
import {catalogFile, catalogIn} from './catalog.ts'
import {type Claim, claimsOf} from './claims.ts'
import {coordinatesOf, installProblems, isSame, notation} from './coordinates.ts'
import {failures} from './failure.ts'
import {find} from './find.ts'

/** Gradle takes the first that is there. */
const names = ['build.gradle', 'build.gradle.kts']

async function plan(
  change: 'add' | 'remove',
  addon: AddonDeclaration,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const [problem] = installProblems(addon)
  if (problem) throw failures.install(problem)
  const [before, claims] = await Promise.all([buildFile(project), claimsOf(project, addon)])
  // What is gone needs no taking out.
  if (before === undefined && change === 'remove') return []
  if (before === undefined) throw failures.noFile(names)
  if (change === 'add') refuseReference(before, addon, await project.read(catalogFile))
  const after = change === 'add' ? adding(before, addon, claims) : removing(before, addon, claims, context)
  if (after.text === before.text) return []
  return [
    {bytes: Buffer.from(after.text, 'latin1'), kind: 'write', path: after.name},
    {command: await nextCommand(project), kind: 'suggest'},
  ]
}

/** Nothing but single notations is ever put there by an addon. */
function refuseReference(file: BuildFile, addon: AddonDeclaration, catalog: Uint8Array | undefined): void {
  const wanted = coordinatesOf(addon)
  const place = referredIn(file, wanted, () => catalogIn(catalog))
  if (place !== undefined) throw failures.elsewhere(place, `${wanted.group}:${wanted.name}`)
}

/** A dependency of the user's own is never touched, and one that another addon needs as it is neither. */
function adding(file: BuildFile, addon: AddonDeclaration, claims: readonly Claim[]): BuildFile {
  const wanted = coordinatesOf(addon)
  const [own, others] = [claims.filter((claim) => isOf(addon, claim)), claims.filter((claim) => !isOf(addon, claim))]
  const other = others.find(({coordinates}) => isSame(coordinates, wanted))
  if (other && other.coordinates.version !== wanted.version)
    throw failures.claimed(notation(wanted), `${other.addon.name}:${other.addon.version}`, notation(other.coordinates))
  const claimed = [...own, ...others].some(({coordinates}) => isSame(coordinates, wanted))
  const place = claimed ? undefined : listedIn(file, wanted)?.place
  if (place !== undefined) throw failures.elsewhere(place, `${wanted.group}:${wanted.name}`)
  const given = own.filter(({coordinates}) => !isSame(coordinates, wanted))
  const rest = given.reduce((left, claim) => dropped(left, claim, others), file)
  return {...rest, text: withDependency(rest, wanted)}
}

function removing(file: BuildFile, addon: AddonDeclaration, claims: readonly Claim[], context: ManagerContext): BuildFile {
  const claim = claims.find((one) => isOf(addon, one) && one.addon.version === addon.version)
  if (claim === undefined) return file
  const others = claims.filter((one) => one !== claim)
  const [after, given] = [dropped(file, claim, others), listedIn(file, claim.coordinates)]
  if (after.text !== file.text && given && given.notation !== notation(claim.coordinates))
    context.note(`${given.place} was changed by hand to ${JSON.stringify(given.notation)}, and is removed`)
  return after
}

/** Without what a claim has put there, unless another claims the same package. */
function dropped(file: BuildFile, {coordinates}: Claim, others: readonly Claim[]): BuildFile {
  return others.some((other) => isSame(other.coordinates, coordinates)) ? file : {...file, text: withoutDependency(file, coordinates)}
}

function isOf(addon: AddonDeclaration, claim: Claim): boolean {
  return claim.addon.name === addon.name
}

async function buildFile(project: ProjectView): Promise<BuildFile | undefined> {
  for (const name of names) {
    const bytes = await project.read(name)
    if (bytes !== undefined)
      return {dialect: name.endsWith('.kts') ? 'kotlin' : 'groovy', name, text: Buffer.from(bytes).toString('latin1')}
  }
  return undefined
}

async function nextCommand(project: ProjectView): Promise<string> {
  const program = (await project.read('gradlew')) === undefined ? 'gradle' : './gradlew'
  return `${program} ${(await project.read('gradle.lockfile')) === undefined ? 'build' : 'dependencies --write-locks'}`
}

const gradle: AddonManager = {check: async (addon) => installProblems(addon), find, plan}

export default gradle
