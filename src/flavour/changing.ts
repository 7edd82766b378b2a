/**
 * Adds addons to a project, and removes them: all of a command in one change that happens whole or not at all. Whatever can be known before
 * is known before the project is locked: where addons come from, who manages them, whether they are sound. Then one is planned after the
 * other, each on the project as those before would leave it; one that fails leaves no trace in that, and stops no other.
 */
import type {InstalledAddon, RunStep, Step} from '@flavor/contract'
import type {Interfaces} from '@oclif/core'
import {during} from '../activity.ts'
import {entryKey} from '../addons/entry-key.ts'
import {type Applied, applySteps} from '../changes/apply-steps.ts'
import {type Change, fileContent} from '../changes/content.ts'
import {type Draft, draft} from '../changes/draft.ts'
import {plainPath} from '../changes/paths.ts'
import {rehearsal, type Transaction, transaction} from '../changes/transaction.ts'
import {survey} from '../survey.ts'
import {note} from '../terminal.ts'
import {besideCheck} from './beside-check.ts'
import type {ChangeDialogue, ChangedAddon, ChangeOutcome, ChangeRequest} from './change.ts'
import {eachAtOnce} from './each-at-once.ts'
import {applyInPlace, isSameDraft} from './in-place.ts'
import {heldSteps} from './plugin-code.ts'
import {isOver, type Prepared, prepare, type ReadyTask} from './preparation.ts'
import {projectRoot, requiredRoot} from './project.ts'
import {withProvenance} from './provenance.ts'
import {openSession, type Session, type SessionFlags} from './session.ts'
import {tasksOf} from './tasks.ts'

export async function changeAddons(
  config: Interfaces.Config,
  request: ChangeRequest,
  flags: SessionFlags,
  dialogue: ChangeDialogue,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const cwd = process.cwd()
  const root = request.change === 'add' ? ((await projectRoot(cwd)) ?? cwd) : await requiredRoot(cwd)
  const session = await openSession(config, flags, root, signal)
  // While sources take their time, plugins are asked who manages; that fails, if at all, where the answer is needed.
  survey(config, 'addon-managers').catch(() => {})
  const tasks = await tasksOf(request, root, session)
  const prepared = await eachAtOnce(tasks, (task) => prepare(task, request, session, {alone: tasks.length === 1}))
  const waiting = (): void => note('waiting for another flavour that is at work on this project')
  const inside = request.dryRun ? rehearsal : transaction
  return await inside(root, {note, signal, waiting}, (open) => changed(open, {dialogue, prepared, request, root, session}))
}

interface Work {
  readonly dialogue: ChangeDialogue
  readonly prepared: readonly Prepared[]
  readonly request: ChangeRequest
  readonly root: string
  readonly session: Session
}

async function changed(open: Transaction, work: Work): Promise<ChangeOutcome> {
  const planned = await plannedChange(open, work)
  // What was changed in a stage is read now: stages end with the transaction.
  if (work.request.dryRun) return {...planned, diff: await diffOf(planned.changes)}
  if (planned.changes.length === 0) return {...planned, done: true}
  if (!(await work.dialogue.approves(planned))) return planned
  await open.commit(planned.changes)
  return {...planned, done: true}
}

async function diffOf(changes: readonly Change[]): Promise<string> {
  const {unifiedDiff} = await import('../changes/unified-diff.ts')
  return await unifiedDiff(changes)
}

async function plannedChange(open: Transaction, work: Work): Promise<ChangeOutcome> {
  const [addons, suggestions]: [ChangedAddon[], string[]] = [[], []]
  let project = begun(draft(work.root), work)
  for (const one of work.prepared) {
    if (isOver(one)) {
      addons.push(one)
      continue
    }
    const next = await advanced(open, project, one, work)
    project = next.project
    addons.push(next.addon)
    suggestions.push(...next.suggestions)
  }
  const idle = addons.every(({state}) => state === 'failed' || state === 'unchanged')
  const changes = idle ? [] : project.changes()
  if (changes.some(isNewApp)) note(`app.flavour begins in ${work.root}: there was none here, nor above`)
  return {addons, changes, diff: undefined, done: false, root: work.root, suggestions: [...new Set(suggestions)]}
}

const app = 'app.flavour'

/** A project without `app.flavour` gets the smallest one. */
function begun(project: Draft, {request}: Work): Draft {
  if (request.change === 'remove' || project.kind(app) !== undefined) return project
  return project.with([{after: fileContent(Buffer.from('spec: 0.1\n')), before: undefined, path: app}])
}

function isNewApp({before, path}: Change): boolean {
  return path === app && before === undefined
}

interface Advanced {
  readonly project: Draft
  readonly addon: ChangedAddon
  readonly suggestions: readonly string[]
}

/** The project with one addon more, or less; as it was when that fails. */
async function advanced(open: Transaction, project: Draft, one: ReadyTask, work: Work): Promise<Advanced> {
  const base = {addon: entryKey(one.addon.declaration), asked: one.asked, error: undefined, manager: one.manager, replaced: undefined}
  try {
    // Before, for an image may work on the project itself.
    const old = await listed(project)
    const {draft: after, suggestions} = await applied(open, project, one, work)
    const same = isSameDraft(project, after) && !isInPlace(work.request)
    const addon = {...base, ...outcome(old, await listed(after), one, same, work.request)}
    return {addon, project: same ? after : await sourced(after, one, work.request), suggestions: same ? [] : suggestions}
  } catch (error) {
    work.session.signal.throwIfAborted()
    // What has worked on the project itself may have changed it all the same.
    return {addon: {...base, error, state: 'failed'}, project: isInPlace(work.request) ? draft(work.root) : project, suggestions: []}
  }
}

/** What was removed came from nowhere any more; what was not put into app.flavour neither. */
async function sourced(project: Draft, {addon: {declaration}, wanted}: ReadyTask, {change}: ChangeRequest): Promise<Draft> {
  const isListed = (await listed(project)).some(({name}) => name === declaration.name)
  if (isListed !== (change === 'add')) return project
  return await withProvenance(project, declaration.name, change === 'add' ? wanted : undefined)
}

function isInPlace({dryRun, inPlace}: ChangeRequest): boolean {
  return inPlace && !dryRun
}

async function applied(open: Transaction, project: Draft, {addon, checked, manager}: ReadyTask, work: Work): Promise<Applied> {
  const {request, session} = work
  const {identifier} = manager
  const plan = await session.timed(identifier, (context) => manager.plan(request.change, addon.declaration, project.view, context))
  const steps = await besideCheck(heldSteps(identifier, plan), checked, {inPlace: isInPlace(request)})
  // Whoever has to read first takes none of the manager's time.
  const allowed = await allowedSteps(steps, entryKey(addon.declaration), work.dialogue)
  return await session.timed(identifier, async (context) => {
    for (const step of steps) if (step.kind === 'run') context.output(`$ ${step.command.join(' ')}\n`)
    if (isInPlace(request)) return await applyInPlace(open, project, steps, context)
    const kept = ['.git', ...(session.preferences.keep ?? [])].filter((path) => isItself(project, path))
    const allow = async (step: RunStep): Promise<boolean> => allowed.includes(step)
    return await applySteps(project, steps, {
      allow,
      context,
      directory: open.directory,
      during,
      kept,
      manager: identifier,
      memory: open.memory,
    })
  })
}

/** What is reached by a link may be anywhere. */
function isItself(project: Draft, path: string): boolean {
  try {
    return project.resolve(plainPath(path)) === plainPath(path)
  } catch {
    return false
  }
}

/** One after the other, until the first that may not run. */
async function allowedSteps(steps: readonly Step[], addon: string, dialogue: ChangeDialogue): Promise<readonly Step[]> {
  const allowed: Step[] = []
  for (const step of steps) {
    if (step.kind !== 'run' || step.from !== 'addon') continue
    if (!(await dialogue.allows(addon, step))) break
    allowed.push(step)
  }
  return allowed
}

function outcome(
  old: readonly InstalledAddon[],
  now: readonly InstalledAddon[],
  {addon, manager}: ReadyTask,
  same: boolean,
  {change}: ChangeRequest,
): Pick<ChangedAddon, 'replaced' | 'state'> {
  const {name, version} = addon.declaration
  if (change === 'add' && !now.some((one) => one.name === name && one.version === version))
    note(`${manager.identifier} has not put ${entryKey(addon.declaration)} into app.flavour`)
  if (same) return {replaced: undefined, state: 'unchanged'}
  if (change === 'remove') return {replaced: undefined, state: 'removed'}
  const earlier = old.find((one) => one.name === name)
  const kept = earlier === undefined || now.some((one) => one.hash === earlier.hash && one.version === earlier.version)
  return kept ? {replaced: undefined, state: 'added'} : {replaced: earlier.version, state: 'replaced'}
}

async function listed(project: Draft): Promise<readonly InstalledAddon[]> {
  return project.kind(app) === undefined ? [] : await project.view.addons()
}
