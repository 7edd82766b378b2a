/** Makes changes so, as often as a transaction wants: new files are prepared, the journal is placed, the operations are carried out, the journal is removed. */
import {chmodSync, chownSync, constants, copyFileSync, lstatSync, mkdirSync, symlinkSync} from 'node:fs'
import {open, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {removeTree} from '../workenv/remove-tree.ts'
import {type Change, type Content, contentAt, type FileContent, ifThere, type LinkContent, sameContent} from './content.ts'
import {changeErrors} from './errors.ts'
import {placeJournal, removeJournal, undoJournal} from './journal.ts'
import {carryOut, identityOf, type Places} from './operations.ts'
import {planned} from './planning.ts'

export async function commit(places: Places, changes: readonly Change[], signal: AbortSignal): Promise<void> {
  // What an earlier commit has left there must not pass for what this one has kept.
  for (const name of ['new', 'old']) {
    removeTree(join(places.directory, name))
    mkdirSync(join(places.directory, name))
  }
  await prepare(places, newFiles(places, changes), signal)
  signal.throwIfAborted()
  carryOutAll(places, changes)
}

/** Nothing waits in here, so nobody else in this process comes between. */
function carryOutAll(places: Places, changes: readonly Change[]): void {
  const all = planned(places.root, changes, (id) => identityOf(newFile(places, id)) ?? missing(changes[id] as Change))
  if (all.length === 0) return
  placeJournal(
    places,
    all.map(({operation}) => operation),
  )
  try {
    for (const {before, operation} of all) carryOut(places, operation, before)
  } catch (error) {
    undoJournal(places)
    throw error
  }
  removeJournal(places)
}

function missing({path}: Change): never {
  throw changeErrors.changedMeanwhile(path)
}

function newFile({directory}: Places, id: number): string {
  return join(directory, 'new', `${id}`)
}

// --- new files --------------------------------------------------------------------------------------------------------

/** No more than Node has threads. */
const atOnce = 4

interface NewFile {
  readonly after: FileContent | LinkContent
  readonly before: Content | undefined
  readonly path: string
  readonly place: string
}

function newFiles(places: Places, changes: readonly Change[]): readonly NewFile[] {
  return changes.flatMap(({after, before, path}, id) =>
    after === undefined || after.kind === 'directory' ? [] : [{after, before, path, place: newFile(places, id)}],
  )
}

async function prepare(places: Places, files: readonly NewFile[], signal: AbortSignal): Promise<void> {
  for (const file of files) {
    signal.throwIfAborted()
    await attempt(file, () => write(file))
  }
  // Several at a time: a file system brings many to the disk in the time that it takes for one.
  for (let done = 0; done < files.length; done += atOnce)
    await Promise.all(files.slice(done, done + atOnce).map((file) => attempt(file, () => store(file))))
  for (const file of files) await attempt(file, async () => finish(places, file))
}

async function attempt({path}: NewFile, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw changeErrors.system(error, `write ${path}`)
  }
}

async function write({after, place}: NewFile): Promise<void> {
  if (after.kind === 'link') symlinkSync(after.target, place)
  else if (after.source === undefined) await writeFile(place, await after.read(), {flag: 'wx', mode: 0o600})
  else copyFileSync(after.source, place, constants.COPYFILE_FICLONE)
  if (after.kind === 'file') chmodSync(place, 0o600)
}

/** On the disk before it has its name. */
async function store({after, place}: NewFile): Promise<void> {
  if (after.kind === 'link') return
  const file = await open(place, 'r+')
  try {
    await file.sync()
    await file.chmod(after.mode)
  } finally {
    await file.close()
  }
}

function finish({root}: Places, {after, before, path, place}: NewFile): void {
  if (before?.kind === 'file') own(place, join(root, path))
  if (!sameContent(contentAt(place, path), after)) throw changeErrors.changedMeanwhile(path)
}

/** Whose the old file was, the new one is, as far as we may. */
function own(place: string, old: string): void {
  const before = ifThere(() => lstatSync(old))
  const now = lstatSync(place)
  if (before === undefined || !before.isFile() || !now.isFile() || (before.uid === now.uid && before.gid === now.gid)) return
  try {
    chownSync(place, before.uid, before.gid)
    chmodSync(place, now.mode & 0o7777)
  } catch {
    // Only root may.
  }
}
