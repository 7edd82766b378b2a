/** Makes changes so, as often as a transaction wants: new files are prepared, the journal is placed, the operations are carried out, the journal is removed. */
import {chmodSync, chownSync, constants, copyFileSync, lstatSync, mkdirSync, symlinkSync} from 'node:fs'
import {open, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {removeTree} from '../workenv/remove-tree.ts'
import {type Change, contentAt, type FileContent, ifThere, sameContent} from './content.ts'
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
  for (const [id, change] of changes.entries()) {
    signal.throwIfAborted()
    await prepare(places, id, change)
  }
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

async function prepare(places: Places, id: number, {after, before, path}: Change): Promise<void> {
  if (after === undefined || after.kind === 'directory') return
  const place = newFile(places, id)
  try {
    if (after.kind === 'link') symlinkSync(after.target, place)
    else await write(place, after)
    if (before?.kind === 'file') own(place, join(places.root, path))
  } catch (error) {
    throw changeErrors.system(error, `write ${path}`)
  }
  if (!sameContent(contentAt(place, path), after)) throw changeErrors.changedMeanwhile(path)
}

/** On the disk before it has its name. */
async function write(place: string, content: FileContent): Promise<void> {
  if (content.source === undefined) await writeFile(place, await content.read(), {flag: 'wx'})
  else copyFileSync(content.source, place, constants.COPYFILE_FICLONE)
  chmodSync(place, 0o600)
  const file = await open(place, 'r+')
  try {
    await file.sync()
    await file.chmod(content.mode)
  } finally {
    await file.close()
  }
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
