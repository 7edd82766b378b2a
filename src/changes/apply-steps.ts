/**
 * What the steps of a plan make of a draft. Entries go into `app.flavour` one after the other, into the text as it is by then. Programs and work
 * get a stage each, and what they have changed there becomes part of the draft.
 *
 *   const {draft: after, suggestions} = await applySteps(before, steps, {
 *     allow: async ({command}) => allowRun,   // asked before a command runs that comes from an addon
 *     context,                                // its signal ends programs, with all that they have started
 *     directory: open.directory,              // where stages may lie
 *     kept: ['.git'],                         // what is not copied into a stage
 *     manager: 'flavour/fam-node:0.1',        // what entries name
 *   })
 *
 * Throws, and has changed nothing, when a step fails, when a program changes more than its step says, and when the outcome is refused (guard.ts).
 */
import {lstatSync} from 'node:fs'
import type {ManagerContext, RunStep, Step, WorkStep} from '@flavor/contract'
import {withEntry, withoutEntry} from '../addons/app-splice.ts'
import {addonErrors} from '../addons/errors.ts'
import {type Change, type Content, fileContent} from './content.ts'
import type {Draft} from './draft.ts'
import {changeErrors} from './errors.ts'
import {guardOutcome} from './guard.ts'
import type {Memory} from './memory.ts'
import {isBelow, isPlainPath, isTransaction, plainPath} from './paths.ts'
import {runPlanned} from './planned-command.ts'
import {type Stage, stage} from './stage.ts'

export interface Execution {
  /** Identifier that entries name. */
  readonly manager: string
  /** Where stages may lie: that of the transaction. */
  readonly directory: string
  /** Where those may lie whose work may be anywhere. */
  readonly memory?: Memory | undefined
  /** Directories of the project that are not copied. */
  readonly kept: readonly string[]
  readonly context: ManagerContext
  /** Is told what is at work. */
  during?<T>(what: string, work: () => Promise<T>): Promise<T>
  /** May this run? Asked of commands that come from an addon. */
  allow(step: RunStep): Promise<boolean>
}

export interface Applied {
  readonly draft: Draft
  /** Commands for the user to type afterwards. */
  readonly suggestions: readonly string[]
}

const app = 'app.flavour'
/** In ms. */
const grace = 10_000

export async function applySteps(before: Draft, steps: readonly Step[], execution: Execution): Promise<Applied> {
  let draft = before
  for (const step of steps) {
    execution.context.signal.throwIfAborted()
    draft = draft.with(await changesOf(draft, step, execution))
  }
  await guardOutcome(before, draft, execution.kept)
  return {draft, suggestions: steps.flatMap((step) => (step.kind === 'suggest' ? [step.command] : []))}
}

async function changesOf(draft: Draft, step: Step, execution: Execution): Promise<readonly Change[]> {
  if (step.kind === 'suggest') return []
  if (step.kind === 'run') return await ran(draft, step, execution)
  if (step.kind === 'work') return await worked(draft, step, execution)
  if (step.kind === 'add-entry' || step.kind === 'remove-entry') return await respliced(draft, step, execution.manager)
  const place = step.kind === 'write' ? draft.resolve(step.path) : nameOf(draft, step.path)
  if (place === app || place === draft.resolve(app)) throw addonErrors.wholeApp()
  return step.kind === 'write' ? [written(draft, step.path, step.bytes)] : removed(draft, place)
}

// --- files ------------------------------------------------------------------------------------------------------------

async function respliced(draft: Draft, step: Step & {kind: 'add-entry' | 'remove-entry'}, manager: string): Promise<readonly Change[]> {
  const bytes = (await draft.view.read(app)) ?? new Uint8Array()
  const after = step.kind === 'add-entry' ? withEntry(app, bytes, {...step, manager}) : withoutEntry(app, bytes, step)
  return [written(draft, app, after)]
}

/** The mode of a file that is there stays. */
function written(draft: Draft, path: string, bytes: Uint8Array): Change {
  const place = draft.resolve(path)
  const before = draft.entry(place)
  if (before?.kind === 'directory' || !canHold(draft, place)) throw changeErrors.inTheWay(path)
  return {after: fileContent(bytes, before?.kind === 'file' ? before.mode : undefined), before, path: place}
}

function canHold(draft: Draft, path: string): boolean {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  if (parent === '') return true
  const found = draft.kind(parent)
  return found === undefined ? canHold(draft, parent) : found.kind === 'directory'
}

/** The path of a name: of a link itself, and not of where it leads. */
function nameOf(draft: Draft, path: string): string {
  if (!isPlainPath(path)) throw addonErrors.outside(path)
  const slash = path.lastIndexOf('/')
  const parent = slash < 0 ? '.' : draft.resolve(path.slice(0, slash))
  const place = parent === '.' ? path.slice(slash + 1) : `${parent}/${path.slice(slash + 1)}`
  if (isTransaction(place)) throw addonErrors.outside(path)
  return place
}

/** A directory with all that is in it. */
function removed(draft: Draft, path: string): readonly Change[] {
  const before: Content | undefined = draft.entry(path)
  const below = before?.kind === 'directory' ? draft.children(path).flatMap((child) => removed(draft, child.path)) : []
  if (before === undefined || below.length > 0) return below
  return [{after: undefined, before, path}]
}

const alone: NonNullable<Execution['during']> = (_, work) => work()

// --- stages -----------------------------------------------------------------------------------------------------------

async function ran(draft: Draft, step: RunStep, {allow, context, directory, during = alone, kept}: Execution): Promise<readonly Change[]> {
  if (step.from === 'addon' && !(await allow(step))) throw changeErrors.notAllowed(step.command)
  const copy = await stage(draft, directory, {kept, only: step.reads, signal: context.signal})
  await during(step.command.join(' '), () => runPlanned(step.command, copy.directory, context))
  const changes = await changesIn(copy)
  const writes = step.writes.map(plainPath)
  const stray = changes.find(({path}) => !isBelow(path, writes))
  if (stray !== undefined) throw changeErrors.unwanted(step.command, stray.path, step.writes)
  return changes
}

async function worked(draft: Draft, step: WorkStep, execution: Execution): Promise<readonly Change[]> {
  const {context, directory, during = alone, kept} = execution
  const memory = step.anywhere ? execution.memory : undefined
  const copy = await stage(draft, directory, {kept, memory, signal: context.signal})
  try {
    await during(step.title, () => endedBy(context.signal, step.work({directory: copy.directory, kept: copy.kept}, context)))
  } catch (error) {
    if (!copy.inMemory || !isUnseen(error)) throw error
    return await worked(draft, step, {...execution, memory: undefined})
  }
  context.signal.throwIfAborted()
  return await changesIn(copy)
}

function isUnseen(error: unknown): boolean {
  return error instanceof Error && ('unseen' in error || isUnseen(error.cause))
}

async function changesIn(copy: Stage): Promise<readonly Change[]> {
  if (!lstatSync(copy.directory, {throwIfNoEntry: false})?.isDirectory()) throw changeErrors.copyGone()
  const changes = await copy.differences()
  await copy.thin(changes)
  return changes
}

/** Work that is called off has some time to end; then nobody waits for it. */
async function endedBy(signal: AbortSignal, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => {}
  const late = new Promise<never>((_, reject) => {
    stop = () => {
      timer = setTimeout(() => reject(signal.reason), grace)
    }
    signal.addEventListener('abort', stop)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
