/**
 * Slots that are not part of every start: `cached` ones come back when they were dropped, `lazy` ones come when the
 * command names them or the application asks, `temporary` ones live for one session. Of several commands, each brings the
 * slots that it needs.
 */
import {chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {PackageError} from '../../../src/format/errors.ts'
import type {Slot} from '../../../src/format/examination.ts'
import {targetPath} from '../../../src/format/metadata.ts'
import {codeOf, systemError} from '../../../src/unpack/system-error.ts'
import {createTree} from '../../../src/unpack/tree.ts'
import {unpackSlot} from '../../../src/unpack/unpack.ts'
import {lateNotes} from '../../../src/workenv/late-notes.ts'
import {holdLive, isHeld, makeLive} from '../../../src/workenv/live.ts'
import {removeTree} from '../../../src/workenv/remove-tree.ts'
import {type FileList, filesPath, readFileList, sizesNow} from '../../../src/workenv/stamp.ts'
import type {Launch} from './checked.ts'
import {decoders} from './decoders.ts'
import {slotVariable} from './environment.ts'
import {isMissing, isNeeded, isNeverLate, isThere, writeNote} from './late-slot.ts'
import {detach} from './later.ts'
import {renewNeeds} from './needs.ts'
import type {Ready, Session} from './ready.ts'
import {requireNoLink} from './setup.ts'
import {tellSlot} from './slot-log.ts'

export async function addLateSlots(opened: Launch, ready: Ready): Promise<Session> {
  await addLastingSlots(opened, ready)
  return await openSession(opened, ready)
}

/** All that the command needs, but for what is of one run. */
export async function addLastingSlots(opened: Launch, ready: Ready): Promise<void> {
  const missing = opened.opened.slots.filter((slot) => slot.lifecycle !== 'temporary' && isMissing(opened, ready.generation.path, slot))
  for (const slot of missing) await addSlot(opened, ready.generation.path, slot)
  if (missing.length > 0) renewNeeds(opened, ready.generation.path)
}

/** Puts the slot into the work environment, if it is not there. Gives its path. */
export async function addSlot(opened: Launch, root: string, slot: Slot): Promise<string> {
  const target = targetPath(slot.target)
  const path = target === '' ? root : `${root}/${target}`
  if (isNeverLate(opened, slot) || isThere(root, slot)) return path
  const draft = makeDraft(root, slot)
  try {
    const brought = await unpackInto(opened, slot, draft)
    requireNoLink(root, dirname(target))
    mkdirSync(dirname(path), {recursive: true})
    join(`${draft}/${target}`, path, listsOf(root))
    writeNote(root, slot, [
      ...sizesNow(
        root,
        brought.filter((file) => `${file}/`.startsWith(`${target}/`)),
      ),
    ])
    tellSlot(opened, 'unpacked', slot)
    return path
  } catch (error) {
    throw systemError(error, `unpack slot ${slot.id}`)
  } finally {
    removeTree(draft)
  }
}

function makeDraft(root: string, {id}: Slot): string {
  try {
    return mkdtempSync(`${root}/.flavor/draft.`)
  } catch (error) {
    throw systemError(error, `unpack slot ${id}`)
  }
}

/** Gives the paths of regular files. */
async function unpackInto({opened}: Launch, slot: Slot, root: string): Promise<readonly string[]> {
  const tree = createTree(root)
  await unpackSlot(opened, slot, tree, decoders)
  return [...tree.finish().keys()]
}

function listed(root: string): FileList {
  return [...(readFileList(filesPath(root)) ?? []), ...lateNotes(root).flatMap(({files}) => files)]
}

type Lists = (path: string) => boolean

/** Tells what slots that are there have brought. While a generation is built there is nothing else. */
function listsOf(root: string): Lists {
  let known: ReadonlySet<string> | undefined
  return (path) => {
    known ??= new Set(listed(root).map(([file]) => `${root}/${file}`))
    return known.has(path) || !existsSync(filesPath(root))
  }
}

/**
 * What is there stays: another slot lies in this one's directory, or another process put it there a moment ago. A smaller
 * file that nobody brought is what a power cut has left.
 */
function join(from: string, to: string, isListed: Lists): void {
  const [brought, there] = [from, to].map((path) => lstatSync(path, {throwIfNoEntry: false}))
  if (brought && there === undefined) moveIntoPlace(from, to, isListed)
  else if (brought?.isDirectory() && there?.isDirectory()) {
    for (const name of readdirSync(from)) join(`${from}/${name}`, `${to}/${name}`, isListed)
  } else if (brought?.isFile() && there?.isFile() && there.size < brought.size && !isListed(to)) renameSync(from, to)
}

function moveIntoPlace(from: string, to: string, isListed: Lists): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
    join(from, to, isListed)
  }
}

/** What exists for this run only is deleted by a helper as soon as the last process that belongs to the run is gone. */
async function openSession(opened: Launch, {base, generation, single = false}: Ready): Promise<Session> {
  const slots = opened.opened.slots.filter((slot) => slot.lifecycle === 'temporary' && isNeeded(opened, slot))
  if (slots.length === 0 && !single) return {path: undefined, variables: {}}
  const directory = makeSession(generation.path)
  opened.log?.tell('session', {path: directory})
  for (const slot of slots) {
    await unpackInto(opened, slot, directory)
    tellSlot(opened, 'unpacked', slot)
  }
  const variables = slots.map((slot) => [slotVariable(slot.id), `${directory}/${targetPath(slot.target)}`] as const)
  return {path: deleteAtEnd(opened, directory, single ? base : directory), variables: Object.fromEntries(variables)}
}

/**
 * Gives the FIFO that the application has to hold. It is another than the one that says the session is in use: that one this process
 * reads, so that whoever opens it for writing would not wait for the helper, which comes late on a busy machine.
 */
function deleteAtEnd({caller}: Launch, directory: string, doomed: string): string {
  const [live, end] = [`${directory}/.live`, `${directory}/.end`]
  makeHeld(live)
  makeLive(end)
  if (!detach('exec 3<>"$1"; read -r _ <"$2"; chmod -R u+w "$3"; rm -rf "$3"', [live, end, doomed], caller))
    throw new PackageError('EFLAVOR_IO', 'start the helper that deletes temporary files: it cannot be started')
  return end
}

/** Appears under its name already held by this process, so that no other start takes the session for a forgotten one. */
function makeHeld(live: string): void {
  const draft = `${live}.new`
  makeLive(draft)
  holdLive(draft)
  renameSync(draft, live)
}

/** In `tmp/` of the work environment; below the system's where that cannot be written to. */
function makeSession(generation: string): string {
  try {
    mkdirSync(`${generation}/tmp`, {mode: 0o700, recursive: true})
    forgetSessions(`${generation}/tmp`)
    return mkdtempSync(`${generation}/tmp/session.`)
  } catch {
    const directory = mkdtempSync(`${tmpdir()}/flavor-session.`)
    chmodSync(directory, 0o700)
    return directory
  }
}

/** Sessions whose helper was killed together with them. */
function forgetSessions(tmp: string): void {
  for (const name of readdirSync(tmp)) {
    const path = `${tmp}/${name}`
    if (name.startsWith('session.') && existsSync(`${path}/.live`) && !isHeld(`${path}/.live`)) removeTree(path)
  }
}
