/**
 * One entry of the build cache on disk, from draft to trash.
 *
 *     builds/<kind>/<sha256 of the key>/    an entry
 *         content/                          what was built
 *         files                             its regular files and their sizes
 *         boot                              of the machine, during which it was built
 *         live                              a FIFO that everybody who builds or reads the entry holds open
 *     builds/<kind>/.new.<random>/          being built; gets its name by one rename when it is whole
 *     builds/<kind>/.trash.<random>/        on its way out; anybody may delete it
 *
 * The time of an entry's directory is when it was last used.
 */
import {createHash} from 'node:crypto'
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {dirname} from 'node:path'
import {codeOf} from '../unpack/system-error.ts'
import {holdLive, isHeld, makeLive} from '../workenv/live.ts'
import {makeDirectory} from '../workenv/make-directory.ts'
import {buildsOf} from '../workenv/places.ts'
import {removeTree} from '../workenv/remove-tree.ts'
import {agreesWithList, bootId, sameBoot, writeFileList} from '../workenv/stamp.ts'

/** An entry, or a draft of one, that stays where it is until it is released. */
export interface Held {
  readonly path: string
  readonly live: number | undefined
}

export function entryPath(base: string, kind: string, key: string): string {
  return `${buildsOf(base)}/${kind}/${createHash('sha256').update(key).digest('hex')}`
}

export function contentOf({path}: Held): string {
  return `${path}/content`
}

/** An entry that is there and whole. One that the last power cut has damaged is removed. */
export function holdEntry(path: string): Held | undefined {
  const live = holdLive(`${path}/live`)
  if (live === undefined) return undefined
  if (isSound(path)) {
    touch(path)
    return {live, path}
  }
  closeSync(live)
  discard(path)
  return undefined
}

/** Looked for by its name again after it is held: it may have gone meanwhile. */
function isSound(path: string): boolean {
  try {
    return sameBoot(readFileSync(`${path}/boot`, 'utf8'), bootId()) || agreesWithList(`${path}/files`, `${path}/content`)
  } catch {
    return false
  }
}

/** An empty draft. Its FIFO gets its name when it is held already, so that no cleaning takes the draft for a leftover. */
export function createDraft(kindDirectory: string): Held {
  makeDirectory(kindDirectory, 0o700)
  const path = mkdtempSync(`${kindDirectory}/.new.`)
  mkdirSync(`${path}/content`, {mode: 0o755})
  makeLive(`${path}/live.new`)
  const live = holdLive(`${path}/live.new`)
  renameSync(`${path}/live.new`, `${path}/live`)
  return {live, path}
}

/**
 * Makes the draft the entry. Gives the entry that is in place afterwards; when that is another one, the draft is deleted. A damaged one
 * that somebody still reads is left alone, and so is the draft, for as long as it is held.
 */
export function publish(draft: Held, path: string): Held {
  writeFileList(`${draft.path}/files`, new Map(filesBelow(contentOf(draft))))
  writeFileSync(`${draft.path}/boot`, bootId())
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryRename(draft.path, path)) return {live: draft.live, path}
    const winner = holdEntry(path)
    if (winner === undefined) continue
    abandon(draft)
    return winner
  }
  return draft
}

/** False when something of that name is there. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(codeOf(error) ?? '') && existsSync(to)) return false
    throw error
  }
}

export function abandon(draft: Held): void {
  release(draft)
  removeTree(draft.path)
}

export function release({live}: Held): void {
  if (live !== undefined) closeSync(live)
}

/** Renamed before it is deleted: half an entry never goes by an entry's name. False when somebody uses it, or was faster. */
export function discard(path: string): boolean {
  if (isHeld(`${path}/live`)) return false
  const trash = mkdtempSync(`${dirname(path)}/.trash.`)
  try {
    renameSync(path, `${trash}/entry`)
    if (isHeld(`${trash}/entry/live`)) renameSync(`${trash}/entry`, path)
    else removeTree(trash)
  } catch {
    // Gone already, or back under its name as another one; then whoever reads the old one keeps it in the trash.
  }
  return isGone(trash)
}

function isGone(trash: string): boolean {
  try {
    rmdirSync(trash)
    return false
  } catch (error) {
    return codeOf(error) === 'ENOENT'
  }
}

function* filesBelow(root: string, below = ''): Generator<[string, number]> {
  for (const entry of readdirSync(`${root}/${below}`, {withFileTypes: true})) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* filesBelow(root, path)
    else if (entry.isFile()) yield [path, lstatSync(`${root}/${path}`).size]
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, Date.now() / 1000, Date.now() / 1000)
  } catch {
    // Its age only matters to cleaning.
  }
}
