/**
 * The addon manager of Node projects. The package of an addon goes into package.json, sorted as npm would have it, and the lock file follows; a
 * package that the user has listed himself is never touched, adding it is an error that says where it is.
 */
import type {AddonDeclaration, AddonManager, ManagerContext, ProjectView, Step} from '@flavor/contract'
import {type Claim, claimsOf} from './claims.ts'
import {failures} from './failure.ts'
import {find} from './find.ts'
import {afterwards} from './lock.ts'
import {type NpmPackage, packageProblems, readPackage, written} from './npm-package.ts'
import {type Listed, type PackageJson, packageJson} from './package-json.ts'

const path = 'package.json'

async function plan(
  change: 'add' | 'remove',
  addon: AddonDeclaration,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const wanted = change === 'add' ? wantedBy(addon) : undefined
  const [claims, before] = await Promise.all([claimsOf(project, addon), read(project)])
  const after = wanted ? adding(wanted, addon, claims, before) : removing(addon, claims, before, context)
  if (after === before) return []
  if (after === undefined) return [{kind: 'remove', path}]
  return [{bytes: Buffer.from(after), kind: 'write', path}, ...(await afterwards(packageJson(after).content, project, context))]
}

function wantedBy(addon: AddonDeclaration): NpmPackage {
  const [problem] = packageProblems(addon)
  const wanted = readPackage(addon.install)
  if (problem || wanted === undefined) throw failures.problem(problem ?? {message: 'install.package is missing'})
  return wanted
}

/** Undefined where there is no such file. */
type Text = string | undefined

async function read(project: ProjectView): Promise<Text> {
  const bytes = await project.read(path)
  if (bytes === undefined && (await project.list('.')).includes(path)) throw failures.noFile()
  try {
    return bytes && new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    throw failures.encoding()
  }
}

function adding(wanted: NpmPackage, {name}: AddonDeclaration, claims: readonly Claim[], before: Text): Text {
  const [own, others] = [claims.filter(({addon}) => addon.name === name), claims.filter(({addon}) => addon.name !== name)]
  const other = others.find(({claimed}) => claimed.name === wanted.name)
  if (other && (other.claimed.range !== wanted.range || other.claimed.section !== wanted.section))
    throw failures.claimed(written(wanted), `${other.addon.name}:${other.addon.version}`, written(other.claimed))
  const isSame = ({claimed}: Claim): boolean => claimed.name === wanted.name && claimed.section === wanted.section
  const text = own.filter((claim) => !isSame(claim)).reduce((rest, claim) => dropped(rest, claim, others), before)
  const file = packageJson(text)
  const there = other || own.some(isSame) ? listedIn(file, wanted) : undefined
  if (there) return there.range === wanted.range ? text : file.replaced(there, wanted.range)
  const users = file.listed.find((one) => one.name === wanted.name)
  if (users) throw failures.elsewhere(users.name, users.section, users.range, users.line)
  return file.added(wanted)
}

function removing({name, version}: AddonDeclaration, claims: readonly Claim[], before: Text, context: ManagerContext): Text {
  const claim = claims.find(({addon}) => addon.name === name && addon.version === version)
  if (claim === undefined) return before
  const there = listedIn(packageJson(before), claim.claimed)
  if (there && there.range !== claim.claimed.range)
    context.note(`${path}:${there.line} was changed by hand to ${there.name}@${there.range}, and is removed`)
  return dropped(
    before,
    claim,
    claims.filter((one) => one !== claim),
  )
}

/** Without what a claim has put there, unless another claims the same package. */
function dropped(text: Text, {claimed}: Claim, others: readonly Claim[]): Text {
  const file = packageJson(text)
  const there = listedIn(file, claimed)
  if (there === undefined || others.some((other) => other.claimed.name === claimed.name)) return text
  return file.removed(there)
}

function listedIn({listed}: PackageJson, {name, section}: NpmPackage): Listed | undefined {
  return listed.find((one) => one.name === name && one.section === section)
}

const node: AddonManager = {
  check: async (addon) => packageProblems(addon),
  find,
  plan,
}

export default node
