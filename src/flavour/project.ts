/**
 * The project that a command looks at: before anything is read, what a killed one has left half done is undone. Reading projects loads
 * nothing of what changing them needs, unless there is something to undo.
 */
import {readdir} from 'node:fs/promises'
import {addonErrors} from '../addons/errors.ts'
import {findAbove, openProject, type Project} from '../addons/project.ts'
import {isTransaction, transactionName} from '../changes/paths.ts'
import {note} from '../terminal.ts'

/** Throws EFLAVOR_PROJECT where there is none, EFLAVOR_ADDON_FILE for an `app.flavour` that cannot be read. */
export async function projectOf(cwd: string): Promise<Project> {
  await recoverAbove(cwd)
  return await openProject(cwd)
}

/** The root of the project, whatever its `app.flavour` says; undefined where there is none. */
export async function projectRoot(cwd: string): Promise<string | undefined> {
  await recoverAbove(cwd)
  return await findAbove(cwd, ['app.flavour'])
}

export async function requiredRoot(cwd: string): Promise<string> {
  const root = await projectRoot(cwd)
  if (root === undefined) throw addonErrors.noProject(cwd)
  return root
}

/** The nearest directory that a transaction has left may be that of a project which is not one yet. */
async function recoverAbove(cwd: string): Promise<void> {
  const nearest = await findAbove(cwd, ['app.flavour', transactionName])
  await recoverIn(nearest)
  const root = await findAbove(cwd, ['app.flavour'])
  if (root !== nearest) await recoverIn(root)
}

async function recoverIn(root: string | undefined): Promise<void> {
  if (root === undefined || !(await readdir(root)).some(isTransaction)) return
  const {recover} = await import('../changes/transaction.ts')
  await recover(root, {note})
}
