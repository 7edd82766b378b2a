/**
 * What the steps of a plan make of the files of a project, commands aside: each file before and after, nothing written. Entries are put into
 * `app.flavour` one after the other, into the text as it is now, so plans that were made from an older sight of it lose nothing.
 */
import type {ProjectView, Step} from '@flavor/contract'
import {withEntry, withoutEntry} from './app-splice.ts'
import {addonErrors} from './errors.ts'

/** Undefined is no file. */
export interface FileChange {
  readonly path: string
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

const app = 'app.flavour'

/** In the order in which files are first touched, without those that stay as they are. `manager` is the identifier that entries name. */
export async function fileChanges(steps: readonly Step[], project: ProjectView, manager: string): Promise<readonly FileChange[]> {
  const changes = new Map<string, FileChange>()
  for (const step of steps) {
    const path = pathOf(step)
    if (path === undefined) continue
    const change = changes.get(path) ?? (await untouched(path, project))
    changes.set(path, {...change, after: afterStep(change.after, step, manager)})
  }
  return [...changes.values()].filter(({after, before}) => !sameBytes(after, before))
}

function pathOf(step: Step): string | undefined {
  if (step.kind === 'add-entry' || step.kind === 'remove-entry') return app
  if (step.kind !== 'remove' && step.kind !== 'write') return undefined
  if (step.path === app) throw addonErrors.wholeApp()
  return step.path
}

async function untouched(path: string, project: ProjectView): Promise<FileChange> {
  const before = await project.read(path)
  return {after: before, before, path}
}

function afterStep(bytes: Uint8Array | undefined, step: Step, manager: string): Uint8Array | undefined {
  if (step.kind === 'write') return step.bytes
  if (step.kind === 'remove') return undefined
  if (step.kind === 'add-entry') return withEntry(app, bytes ?? new Uint8Array(), {...step, manager})
  return step.kind === 'remove-entry' ? withoutEntry(app, bytes ?? new Uint8Array(), step) : bytes
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0
}
