/**
 * Slots that are not part of every start: `cached` ones come back when they were dropped, `lazy` ones come when the
 * command names them or the application asks, `temporary` ones live for one session.
 */
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname} from 'node:path'
import {PackageError} from '../../../src/format/errors.ts'
import type {Slot} from '../../../src/format/examination.ts'
import {targetPath} from '../../../src/format/metadata.ts'
import {codeOf, systemError} from '../../../src/unpack/system-error.ts'
import {createTree} from '../../../src/unpack/tree.ts'
import {unpackSlot} from '../../../src/unpack/unpack.ts'
import {holdLive, isHeld, makeLive} from '../../../src/workenv/live.ts'
import {removeTree} from '../../../src/workenv/remove-tree.ts'
import type {Launch} from './checked.ts'
import {decoders} from './decoders.ts'
import {slotVariable} from './environment.ts'
import {isMissing, isThere, isUnpackedAtOnce, lateNote} from './late-slot.ts'
import {detach} from './later.ts'
import type {Ready, Session} from './ready.ts'
import {tellSlot} from './slot-log.ts'

export async function addLateSlots(opened: Launch, ready: Ready): Promise<Session> {
  for (const slot of opened.opened.slots) {
    if (slot.lifecycle !== 'temporary' && isMissing(opened, ready, slot)) await addSlot(opened, ready, slot)
  }
  return await openSession(opened, ready)
}

/** Puts the slot into the work environment, if it is not there. Gives its path. */
export async function addSlot(opened: Launch, {generation}: Ready, slot: Slot): Promise<string> {
  const target = targetPath(slot.target)
  const path = target === '' ? generation.path : `${generation.path}/${target}`
  if (isUnpackedAtOnce(slot) || isThere(generation.path, slot)) return path
  const draft = mkdtempSync(`${generation.path}/.flavor/draft.`)
  try {
    await unpackInto(opened, slot, draft)
    mkdirSync(dirname(path), {recursive: true})
    moveIntoPlace(`${draft}/${target}`, path)
    writeFileSync(lateNote(generation.path, slot), `${slot.lifecycle} ${target}\n`)
    tellSlot(opened, 'unpacked', slot)
    return path
  } catch (error) {
    throw systemError(error, `unpack slot ${slot.id}`)
  } finally {
    removeTree(draft)
  }
}

async function unpackInto({opened}: Launch, slot: Slot, root: string): Promise<void> {
  const tree = createTree(root)
  await unpackSlot(opened, slot, tree, decoders)
  tree.finish()
}

/** What an interrupted attempt left is replaced; what another process put there a moment ago is as good. */
function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  }
}

/** What exists for this run only is deleted by a helper as soon as the last process that belongs to the run is gone. */
async function openSession(opened: Launch, {base, generation, single = false}: Ready): Promise<Session> {
  const slots = opened.opened.slots.filter(({lifecycle}) => lifecycle === 'temporary')
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

/** Gives the FIFO that the application has to hold. */
function deleteAtEnd({caller}: Launch, directory: string, doomed: string): string {
  const live = `${directory}/.live`
  makeHeld(live)
  if (!detach('read -r _ <"$1"; chmod -R u+w "$2"; rm -rf "$2"', [live, doomed], caller))
    throw new PackageError('EFLAVOR_IO', 'start the helper that deletes temporary files: it cannot be started')
  return live
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
