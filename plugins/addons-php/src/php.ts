/**
 * Addons of PHP projects. What is changed is composer.json, and composer.lock where there is one and Composer to write it; nothing is
 * installed. What goes on a command line is the name of a package, which holds letters, digits and few signs; versions stay in the file.
 */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, AddonManager, ManagerContext, ProjectView, Step} from '@flavor/contract'
import {withoutRequirement, withRequirement} from './composer-json.ts'
import {Failure} from './failure.ts'
import {find} from './find.ts'
import {localRepositories} from './local-repositories.ts'
import {installProblems, isRequireOnly, requirementOf, scriptsOf} from './requirement.ts'

const manifest = 'composer.json'
const lock = 'composer.lock'

async function plan(
  change: 'add' | 'remove',
  addon: AddonDeclaration,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const wanted = requirementOf(addon)
  const before = await readManifest(project)
  const after = change === 'add' ? withRequirement(before, wanted) : withoutRequirement(before, wanted.name)
  const steps = after === before ? [] : await changing(after, addon, project, context)
  const scripts = change === 'add' && !(await isInstalled(addon, project)) ? scriptsOf(addon) : []
  const [installing, others] = [steps.filter(isSuggestion), steps.filter((step) => !isSuggestion(step))]
  return [...others, ...scripts.map(scriptStep), ...installing]
}

async function readManifest(project: ProjectView): Promise<string> {
  const bytes = await project.read(manifest)
  if (bytes === undefined) throw new Failure(`there is no ${manifest} in the root of the project`, 'composer init')
  return Buffer.from(bytes).toString('latin1')
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
