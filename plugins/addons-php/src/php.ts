/**
 * Addons of PHP projects. What is changed is composer.json, and composer.lock where there is one and Composer to write it; nothing is
 * installed. What goes on a command line is the name of a package, which holds letters, digits and few signs; versions stay in the file.
 */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, AddonManager, ManagerContext, ProjectView, Step} from '@flavor/contract'
import {type Claim, claimsOf} from './claims.ts'
import {placeOf, withoutRequirement, withRequirement} from './composer-json.ts'
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
  const [before, claims] = await Promise.all([readManifest(project), claimsOf(project, addon)])
  const after = change === 'add' ? adding(before, addon, claims) : removing(before, addon, claims)
  const steps = after === before ? [] : await changing(after, addon, project, context)
  const scripts = change === 'add' && !(await isInstalled(addon, project)) ? scriptsOf(addon) : []
  const [installing, others] = [steps.filter(isSuggestion), steps.filter((step) => !isSuggestion(step))]
  return [...others, ...scripts.map(scriptStep), ...installing]
}

async function readManifest(project: ProjectView): Promise<string> {
  const bytes = await project.read(manifest)
  if (bytes === undefined) throw failures.noFile(manifest)
  return Buffer.from(bytes).toString('latin1')
}

/** A requirement of the user's own is never touched, and one that another addon needs as it is neither. */
function adding(text: string, addon: AddonDeclaration, claims: readonly Claim[]): string {
  const wanted = requirementOf(addon)
  const [own, others] = [claims.filter((claim) => isOf(addon, claim)), claims.filter((claim) => !isOf(addon, claim))]
  const other = others.find(({requirement}) => requirement.name === wanted.name)
  if (other && wording(other.requirement) !== wording(wanted))
    throw failures.claimed(wording(wanted), key(other), wording(other.requirement))
  const claimed = [...own, ...others].some(({requirement}) => requirement.name === wanted.name)
  const place = claimed ? undefined : placeOf(text, wanted.name)
  if (place !== undefined) throw failures.elsewhere(place, wanted.name)
  const given = own.filter(({requirement}) => requirement.name !== wanted.name)
  return withRequirement(
    given.reduce((rest, claim) => dropped(rest, claim, others), text),
    wanted,
  )
}

function removing(text: string, addon: AddonDeclaration, claims: readonly Claim[]): string {
  const claim = claims.find((one) => isOf(addon, one) && one.addon.version === addon.version)
  return claim === undefined
    ? text
    : dropped(
        text,
        claim,
        claims.filter((one) => one !== claim),
      )
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

async function changing(text: string, addon: AddonDeclaration, project: ProjectView, context: ManagerContext): Promise<readonly Step[]> {
  const {name} = requirementOf(addon)
  const written = {bytes: Buffer.from(text, 'latin1'), kind: 'write', path: manifest} as const
  const install = {command: 'composer install', kind: 'suggest'} as const
  if ((await project.read(lock)) === undefined) return [written, install]
  const reads = isRequireOnly(addon) || !(await context.has('composer')) ? undefined : readsOf(text, context)
  if (reads === undefined) return [written, {command: `composer update ${name}`, kind: 'suggest'}]
  return [written, {command: updating(name), kind: 'run', reads, writes: [lock]}, install]
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

function isSuggestion({kind}: Step): boolean {
  return kind === 'suggest'
}

const php: AddonManager = {check: async (addon) => installProblems(addon), find, plan}

export default php
