/**
 * The addon manager of Python projects. The package of an addon goes into the file that lists what the project depends on; what is known
 * to the user of these files stays: a package that he has listed himself is never touched, adding it is an error that says where it is.
 */
import type {AddonDeclaration, AddonManager, ManagerContext, ProjectView, Step} from '@flavor/contract'
import {type Claim, claimsOf} from './claims.ts'
import {failures} from './failure.ts'
import {find} from './find.ts'
import {afterwards} from './lock.ts'
import {differences, listingFile, mentions, type ProjectFiles, readProject, withText} from './project-files.ts'
import {type Requirement, readRequirement, requirementProblems, sameRequirement} from './requirement.ts'

async function plan(
  change: 'add' | 'remove',
  addon: AddonDeclaration,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  // What is no requirement was not put there by this manager.
  const wanted = change === 'add' ? wantedBy(addon) : readRequirement(addon.install.package)
  if (wanted === undefined) return []
  const [claims, before] = await Promise.all([claimsOf(project, addon), readProject(project)])
  const after = change === 'add' ? adding(wanted, addon, claims, before) : removing(wanted, addon, claims, before, context)
  const steps = differences(before.texts, after.texts)
  const [changed] = steps.flatMap((step) => ('path' in step ? [step.path] : []))
  return changed === undefined ? [] : [...steps, ...(await afterwards(change, changed, wanted, after, project, context))]
}

function wantedBy(addon: AddonDeclaration): Requirement {
  const [problem] = requirementProblems(addon)
  const wanted = readRequirement(addon.install.package)
  if (problem || wanted === undefined) throw failures.requirement(problem ?? {message: 'install.package is missing'})
  return wanted
}

function adding(wanted: Requirement, {name}: AddonDeclaration, claims: readonly Claim[], before: ProjectFiles): ProjectFiles {
  const [own, others] = [claims.filter(({addon}) => addon.name === name), claims.filter(({addon}) => addon.name !== name)]
  const other = others.find(({requirement}) => requirement.name === wanted.name)
  if (other && !sameRequirement(other.requirement.text, wanted.text))
    throw failures.claimed(wanted.text, `${other.addon.name}:${other.addon.version}`, other.requirement.text)
  const files = own.filter(({requirement}) => requirement.name !== wanted.name).reduce((rest, one) => dropped(rest, one, others), before)
  const claim = other ?? own.find(({requirement}) => requirement.name === wanted.name)
  return claim ? renewed(wanted, claim, files) : begun(wanted, files)
}

/** An addon has put it there, this one or one that wants the same. */
function renewed(wanted: Requirement, {requirement}: Claim, files: ProjectFiles): ProjectFiles {
  const found = mentionOf(requirement, files)
  if (found === undefined) return begun(wanted, files)
  if (sameRequirement(found.entry.text, wanted.text)) return files
  return withText(files, found.file.path, found.file.replaced(found.entry, wanted.text))
}

function begun(wanted: Requirement, files: ProjectFiles): ProjectFiles {
  const [found] = mentions([...files.own, ...files.included], wanted.name)
  if (found) throw failures.elsewhere(found.file.path, found.entry.line, wanted.name)
  const file = listingFile(files, wanted)
  return withText(files, file.path, file.added(wanted.text))
}

function removing(
  wanted: Requirement,
  {name, version}: AddonDeclaration,
  claims: readonly Claim[],
  before: ProjectFiles,
  context: ManagerContext,
): ProjectFiles {
  const claim = claims.find(({addon}) => addon.name === name && addon.version === version)
  if (claim === undefined) return before
  const found = mentionOf(wanted, before)
  if (found && !sameRequirement(found.entry.text, wanted.text))
    context.note(`${found.file.path}:${found.entry.line} was changed by hand to ${found.entry.text}, and is removed`)
  return dropped(
    before,
    claim,
    claims.filter((one) => one !== claim),
  )
}

/** Without what a claim has put there, unless another claims the same package. */
function dropped(files: ProjectFiles, {requirement}: Claim, others: readonly Claim[]): ProjectFiles {
  const found = mentionOf(requirement, files)
  if (found === undefined || others.some((other) => other.requirement.name === requirement.name)) return files
  return withText(files, found.file.path, found.file.removed(found.entry))
}

/** The very one, or the only one of that name. */
function mentionOf({name, text}: Requirement, {own}: ProjectFiles) {
  const found = mentions(own, name)
  const exact = found.find(({entry}) => sameRequirement(entry.text, text))
  if (exact || found.length < 2) return exact ?? found[0]
  throw failures.ambiguous(
    found[0]?.file.path ?? '',
    name,
    found.map(({entry}) => entry.line),
  )
}

const python: AddonManager = {
  check: async (addon) => requirementProblems(addon),
  find,
  plan,
}

export default python
