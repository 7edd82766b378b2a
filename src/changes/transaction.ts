/**
 * A change of a project that happens whole or not at all.
 *
 *   await transaction(root, {signal, waiting: () => note('waiting for another flavour to finish')}, async (open) => {
 *     … drafts of `draft(root)`, stages in `open.directory` …
 *     await open.commit(changed.changes())
 *   })
 *
 * Everything that is needed lies in `.flavour-transaction`, in the project's root, and goes with it:
 *
 *   live.0       held open by whoever is at work (lock.ts)
 *   work/        `open.directory`
 *   memory       a link to `open.memory` (memory.ts), once that was asked for
 *   new/ old/    files before they are put into their places, and those that were there
 *   journal      what is being done; there only while it is
 *
 * New files are written and on the disk before the journal is placed, by a rename; then nothing is left to do but renames, in one go, so that
 * no signal comes between; then the journal is removed, and with that it is done. After an error the journal is undone at once, after a kill by
 * whoever looks at the project next: `recover`.
 */
import {accessSync, constants, mkdirSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {removeTree} from '../workenv/remove-tree.ts'
import {commit} from './commit.ts'
import type {Change} from './content.ts'
import {undoJournal} from './journal.ts'
import {createLock, type Lock, removeLeftovers, takeLock} from './lock.ts'
import {type Memory, memoryBehind, releaseMemory} from './memory.ts'

export interface Transaction {
  /** Empty, private, of the project's file system; removed at the end. */
  readonly directory: string
  /** For small copies; released at the end. */
  readonly memory: Memory
  /** Throws, and leaves the project as it was, when a file is not what its change says that it was. */
  commit(changes: readonly Change[]): Promise<void>
}

export interface TransactionWishes {
  /** Ctrl-C: ends the wait, and whatever `work` does with it. A commit that has begun is finished. */
  readonly signal: AbortSignal
  /** Another flavour is at work on the project; told once. */
  readonly waiting?: () => void
  /** What the user should know: one line, no full stop. */
  readonly note?: (message: string) => void
}

const memoryLink = 'memory'
const patience = 50

export async function transaction<T>(root: string, wishes: TransactionWishes, work: (open: Transaction) => Promise<T>): Promise<T> {
  const lock = await locked(root, wishes)
  const places = {directory: lock.directory, root}
  const finish = (): void => void finished(lock, root, wishes)
  process.once('exit', finish)
  try {
    const directory = join(lock.directory, 'work')
    mkdirSync(directory)
    const memory = memoryBehind(join(lock.directory, memoryLink))
    return await work({commit: (changes) => commit(places, changes, wishes.signal), directory, memory})
  } finally {
    process.off('exit', finish)
    finish()
  }
}

/**
 * For looking alone: of a project that may be written to it is a transaction, so that nobody changes it meanwhile. Of any other the directory is
 * a temporary one, and there is no lock. Nothing can be committed.
 */
export async function rehearsal<T>(root: string, wishes: TransactionWishes, work: (open: Transaction) => Promise<T>): Promise<T> {
  const barred = async (): Promise<never> => {
    throw new Error('a rehearsal commits nothing')
  }
  if (isWritable(root)) return await transaction(root, wishes, ({directory, memory}) => work({commit: barred, directory, memory}))
  const directory = mkdtempSync(join(tmpdir(), 'flavour-rehearsal-'))
  const finish = (): void => removeTree(directory)
  process.once('exit', finish)
  try {
    return await work({commit: barred, directory, memory: () => undefined})
  } finally {
    process.off('exit', finish)
    finish()
  }
}

function isWritable(root: string): boolean {
  try {
    accessSync(root, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Undoes what a killed one has left; true when there was something to undo. Never touches one that is alive. To be called before a project is
 * looked at; costs a look into its root.
 */
export async function recover(root: string, wishes: Pick<TransactionWishes, 'note'> = {}): Promise<boolean> {
  removeLeftovers(root)
  const lock = takeLock(root)
  if (lock === undefined) return false
  const undone = finished(lock, root, wishes)
  wishes.note?.(
    undone
      ? 'undid what a flavour that was killed had begun here'
      : 'removed what a flavour that was killed has left here; it had changed nothing',
  )
  return undone
}

/** What cannot be undone now stays, with its journal, for the next one. */
function finished(lock: Lock, root: string, {note}: Pick<TransactionWishes, 'note'>): boolean {
  const undone = undoneIn(lock, root)
  const left = [releaseMemory(join(lock.directory, memoryLink)), lock.release()]
  for (const place of left) if (place !== undefined) note?.(`${place} could not be removed`)
  for (const place of undone ?? []) note?.(`somebody has written another file in the meantime: the former one is ${place}`)
  return undone !== undefined
}

function undoneIn(lock: Lock, root: string): readonly string[] | undefined {
  try {
    return undoJournal({directory: lock.directory, root})
  } catch (error) {
    lock.leave()
    throw error
  }
}

async function locked(root: string, wishes: TransactionWishes): Promise<Lock> {
  for (let told = false; ; ) {
    wishes.signal.throwIfAborted()
    await recover(root, wishes)
    const lock = createLock(root)
    if (lock !== undefined) return lock
    if (!told) wishes.waiting?.()
    told = true
    await sleep(patience, undefined, {signal: wishes.signal})
  }
}
