/**
 * Addons of PHP projects. What is changed is composer.json, and composer.lock where there is one and Composer to write it; nothing is
 * installed. What goes on a command line is the name of a package, which holds letters, digits and few signs; versions stay in the file.
 */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, AddonManager, ManagerContext, ProjectView, Step} from '@flavor/contract'
import {type Claim, claimsOf} from './claims.ts'
import {listedIn, withoutRequirement, withRequirement} from './composer-json.ts'
import {failures} from './failure.ts'
import {find} from './find.ts'
import {localRepositories} from './local-repositories.ts'
import {installProblems, isRequireOnly, type Requirement, requirementOf, scriptsOf} from './requirement.ts'

const manifest = 'composer.json'
const lock = 'composer.lock'

async function plan(
  change: 'add' | 'remove',
  addon: AddonDeclaration,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const [problem] = installProblems(addon)
  if (problem) throw failures.install(problem)
  const bytes = await project.read(manifest)
  // What is gone needs no taking out.
  if (bytes === undefined && change === 'remove') return []
  if (bytes === undefined) throw failures.noFile(manifest)
  const [before, claims] = [Buffer.from(bytes).toString('latin1'), await claimsOf(project, addon)]
  const after = change === 'add' ? adding(before, addon, claims) : removing(before, addon, claims, context)
  const scripts = change === 'add' && !(await isInstalled(addon, project)) ? scriptsOf(addon) : []
  const {changing, installing} = after === before ? unchanged : await consequences(after, addon, project, context)
  return [...changing, ...scripts.map(scriptStep), ...installing]
}

/** A requirement of the user's own is never touched, and one that another addon needs as it is neither. */
function adding(text: string, addon: AddonDeclaration, claims: readonly Claim[]): string {
  const wanted = requirementOf(addon)
  const [own, others] = [claims.filter((claim) => isOf(addon, claim)), claims.filter((claim) => !isOf(addon, claim))]
  const other = others.find(({requirement}) => requirement.name === wanted.name)
  if (other && wording(other.requirement) !== wording(wanted))
    throw failures.claimed(wording(wanted), key(other), wording(other.requirement))
  const claimed = [...own, ...others].some(({requirement}) => requirement.name === wanted.name)
  const place = claimed ? undefined : listedIn(text, wanted.name)?.place
  if (place !== undefined) throw failures.elsewhere(place, wanted.name)
  const given = own.filter(({requirement}) => requirement.name !== wanted.name)
  return withRequirement(
    given.reduce((rest, claim) => dropped(rest, claim, others), text),
    wanted,
  )
}

function removing(text: string, addon: AddonDeclaration, claims: readonly Claim[], context: ManagerContext): string {
  const claim = claims.find((one) => isOf(addon, one) && one.addon.version === addon.version)
  if (claim === undefined) return text
  const others = claims.filter((one) => one !== claim)
  const [after, given] = [dropped(text, claim, others), listedIn(text, claim.requirement.name)]
  if (after !== text && given && given.constraint !== claim.requirement.constraint)
    context.note(`${given.place} was changed by hand to ${JSON.stringify(given.constraint)}, and is removed`)
  return after
}

/** Without what a claim has put there, unless another claims the same package. */
function dropped(text: string, {requirement: {name}}: Claim, others: readonly Claim[]): string {
  return others.some(({requirement}) => requirement.name === name) ? text : withoutRequirement(text, name)
}

function isOf(addon: AddonDeclaration, claim: Claim): boolean {
  return claim.addon.name === addon.name
}

function key({addon: {name, version}}: Claim): string {
  return `${name}:${version}`
}

function wording({constraint, name, section}: Requirement): string {
  return `${name}:${constraint}${section === 'require' ? '' : ' for development'}`
}

interface Consequences {
  readonly changing: readonly Step[]
  /** What is left to the user. */
  readonly installing: readonly Step[]
}

const unchanged: Consequences = {changing: [], installing: []}

async function consequences(text: string, addon: AddonDeclaration, project: ProjectView, context: ManagerContext): Promise<Consequences> {
  const {name} = requirementOf(addon)
  const written = {bytes: Buffer.from(text, 'latin1'), kind: 'write', path: manifest} as const
  const [install, update] = [suggestion('composer install'), suggestion(`composer update ${name}`)]
  if ((await project.read(lock)) === undefined) return {changing: [written], installing: [install]}
  const reads = isRequireOnly(addon) || !(await context.has('composer')) ? undefined : readsOf(text, context)
  if (reads === undefined) return {changing: [written], installing: [update]}
  return {changing: [written, {command: updating(name), kind: 'run', reads, writes: [lock]}], installing: [install]}
}

/** Undefined where Composer would need what is outside of the project, which no copy of it holds. */
function readsOf(text: string, context: ManagerContext): readonly string[] | undefined {
  const {inside, outside} = localRepositories(text)
  const [stray] = outside
  if (stray === undefined) return [manifest, lock, 'auth.json', ...inside]
  context.note(`left ${lock} alone: ${manifest} has a repository outside of the project, ${JSON.stringify(stray)}`)
  return undefined
}

function updating(name: string): readonly string[] {
  return [
    'composer',
    'update',
    '--no-install',
    '--no-scripts',
    '--no-plugins',
    '--no-interaction',
    '--no-progress',
    '--no-ansi',
    '--',
    name,
  ]
}

/** A script leaves nothing that could be looked at: that it was run is known by the entry alone. */
async function isInstalled({bytes, name, version}: AddonDeclaration, project: ProjectView): Promise<boolean> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  return (await project.addons()).some((one) => one.name === name && one.version === version && one.hash === hash)
}

function scriptStep(script: string): Step {
  return {command: ['sh', '-c', script], from: 'addon', kind: 'run', writes: ['.']}
}

function suggestion(command: string): Step {
  return {command, kind: 'suggest'}
}

const php: AddonManager = {check: async (addon) => installProblems(addon), find, plan}

export default php
