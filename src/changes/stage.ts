/**
 * A copy of a draft for those who know only how to write: programs, containers. What they have changed there is told as changes of the draft.
 *
 *   const {directory, differences} = await stage(draft, open.directory, {kept: ['.git']})
 *   … something writes into `directory` …
 *   const after = draft.with(await differences())
 *
 * Files are copied by reference where the file system can; those of a small project, where it may be, into memory. What has the same lstat facts
 * afterwards as after copying is unchanged; of everything else the bytes are compared. Before a copy is handed out, the clock of the file system
 * has moved on, so that a change in the same tick cannot look like none.
 */
import {type BigIntStats, chmodSync, constants, lstatSync, mkdirSync, readdirSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {copyFile, mkdtemp} from 'node:fs/promises'
import {dirname, join, relative} from 'node:path'
import {setImmediate as breathe, setTimeout as sleep} from 'node:timers/promises'
import type {WorkPlace} from '@flavor/contract'
import {removeTree} from '../workenv/remove-tree.ts'
import {isConfined, statBelow} from './confined.ts'
import {type Change, type Content, contentAt, ifThere, sameContent} from './content.ts'
import type {Child, Draft} from './draft.ts'
import {changeErrors} from './errors.ts'
import {type CopySmallFile, smallFileCopier} from './file-copy.ts'
import type {Memory} from './memory.ts'
import {ancestors, isBelow, isTransaction, plainPath} from './paths.ts'

const large = 1 << 22
/** Of at least a millisecond. */
const mostTicks = 100
/** In ms: who else is at work in this process, such as who talks to a container, is kept waiting no longer. */
const longestStretch = 2

export interface Stage extends WorkPlace {
  readonly inMemory: boolean
  /** Once the work is over. Throws EFLAVOR_REFUSED for what no project may hold: special files. */
  differences(): Promise<readonly Change[]>
  /** Removes what was copied and is in none of these changes: a project may be large, and copies be many. */
  thin(changes: readonly Change[]): Promise<void>
}

export interface StageWishes {
  /** Files and directories that are copied, and nothing else; what is not there is left out. */
  readonly only?: readonly string[] | undefined
  /** Directories that are not copied. */
  readonly kept: readonly string[]
  /** The copy may lie there, if it is not too large. */
  readonly memory?: Memory | undefined
  readonly signal?: AbortSignal | undefined
}

/** `within`: a directory of the same file system as the project, such as that of a transaction. */
export async function stage(draft: Draft, within: string, wishes: StageWishes): Promise<Stage> {
  return (await stageInMemory(draft, wishes)) ?? (await stageIn(draft, within, Number.POSITIVE_INFINITY, wishes))
}

/** Undefined where it has no room, for whatever reason: the disk has, or says why not. */
async function stageInMemory(draft: Draft, wishes: StageWishes): Promise<Stage | undefined> {
  const room = wishes.memory?.()
  if (room === undefined) return undefined
  try {
    return {...(await stageIn(draft, room.directory, room.bytes, wishes)), inMemory: true}
  } catch {
    wishes.signal?.throwIfAborted()
    return undefined
  }
}

async function stageIn(draft: Draft, within: string, bytes: number, wishes: StageWishes): Promise<Stage> {
  const directory = await mkdtemp(join(within, 'stage-'))
  try {
    return await stageAt(draft, {bytes, directory, within}, wishes)
  } catch (error) {
    removeTree(directory)
    throw error
  }
}

interface StagePlace {
  readonly directory: string
  readonly within: string
  readonly bytes: number
}

async function stageAt(draft: Draft, {bytes, directory, within}: StagePlace, {kept, only = ['.'], signal}: StageWishes): Promise<Stage> {
  const away = kept.map(plainPath).filter((path) => draft.kind(path)?.kind === 'directory')
  const wanted = {away, only: only.map(plainPath), signal}
  const sources = await copy(draft, directory, bytes, wanted)
  const before = facts(directory, [...sources.keys()])
  const exact = await nextTick(within, latest(before))
  const made: Made = {before, directory, draft, exact, sources, wanted}
  return {
    differences: () => differences(made),
    directory,
    inMemory: false,
    kept: away.map((path) => ({path, source: join(draft.root, path)})),
    thin: (changes) => thin(directory, before, new Set(changes.map(({path}) => path))),
  }
}

// --- copying ----------------------------------------------------------------------------------------------------------

interface Wanted {
  readonly away: readonly string[]
  readonly only: readonly string[]
  readonly signal: AbortSignal | undefined
}

/** By path what was copied: facts of what is the project's, nothing for directories and for what is drafted. */
type Sources = ReadonlyMap<string, BigIntStats | undefined>

/** Everything about a copy that was handed out. */
interface Made {
  readonly before: Facts
  readonly directory: string
  readonly draft: Draft
  /** May its times be trusted? */
  readonly exact: boolean
  readonly sources: Sources
  readonly wanted: Wanted
}

async function copy(draft: Draft, directory: string, bytes: number, {away, only, signal}: Wanted): Promise<Sources> {
  const [copied, directories] = [new Map<string, BigIntStats | undefined>(), [] as string[]]
  const into = {bytes, copySmallFile: smallFileCopier(directory), directory}
  const todo = [...startOf(draft, only)].reverse()
  const rest = pauses()
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const {kind, path} = next
    if (copied.has(path) || isBelow(path, away) || kind === 'special') continue
    copied.set(path, kind === 'directory' ? undefined : sourceOf(draft, path))
    await place(draft, into, next)
    if (kind === 'directory') directories.push(path)
    if (kind === 'directory' && isBelow(path, only)) todo.push(...draft.children(path))
    await rest()
    signal?.throwIfAborted()
  }
  // From within: a directory that may not be written to gets its mode last.
  for (const path of directories.reverse()) giveMode(draft, directory, path)
  chmodSync(directory, lstatSync(draft.root).mode & 0o777)
  return copied
}

async function thin(directory: string, copied: Facts, wanted: ReadonlySet<string>): Promise<void> {
  const rest = pauses()
  for (const [path, stat] of copied) {
    if (!stat.isDirectory() && !wanted.has(path)) ifThere(() => unlinkSync(join(directory, path)))
    await rest()
  }
}

/** To be awaited often; takes a moment off as often as that is due. */
function pauses(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < longestStretch) return
    await breathe()
    last = performance.now()
  }
}

function sourceOf(draft: Draft, path: string): BigIntStats | undefined {
  if (draft.changed(path) !== undefined || !isConfined(draft.root, path)) return undefined
  return ifThere(() => lstatSync(join(draft.root, path), {bigint: true}))
}

type Wish = Pick<Child, 'kind' | 'path'>

function startOf(draft: Draft, only: readonly string[]): readonly Wish[] {
  return only.flatMap((path): readonly Wish[] => {
    if (path === '.') return draft.children(path)
    return [...ancestors(path), path].flatMap((one) => {
      const found = draft.kind(one)
      return found === undefined ? [] : [{kind: found.kind, path: one}]
    })
  })
}

interface Into {
  readonly directory: string
  readonly copySmallFile: CopySmallFile
  /** How many it may take still. */
  bytes: number
}

async function place(draft: Draft, into: Into, {kind, path}: Wish): Promise<void> {
  const target = join(into.directory, path)
  try {
    if (kind === 'directory') mkdirSync(target)
    else if (kind === 'link') symlinkSync(stagedTarget(draft, path, draft.kind(path)?.target ?? ''), target)
    else await placeFile(draft, path, target, into)
  } catch (error) {
    throw changeErrors.system(error, `copy ${path}`)
  }
}

/** Whoever writes through a link must not get out of the copy and into the project. */
function stagedTarget({root}: Draft, path: string, target: string): string {
  return isBelow(target, [root]) ? relative(dirname(join(root, path)), target) || '.' : target
}

async function placeFile(draft: Draft, path: string, target: string, into: Into): Promise<void> {
  const changed = draft.changed(path)
  if (changed?.kind !== 'file') return await copyFrom(join(draft.root, path), target, into)
  if (changed.source === undefined) writeFileSync(target, await changed.read())
  else await copyFrom(changed.source, target, into)
  chmodSync(target, changed.mode)
}

/** Without a wait for each of many small files; nobody waits for a large one to be able to press Ctrl-C. */
async function copyFrom(source: string, target: string, into: Into): Promise<void> {
  const stat = lstatSync(source)
  into.bytes -= stat.size
  if (into.bytes < 0) throw new Error('no room')
  if (stat.size > large) await copyFile(source, target, constants.COPYFILE_FICLONE)
  else into.copySmallFile(source, target, stat)
}

function giveMode(draft: Draft, directory: string, path: string): void {
  const entry = draft.entry(path)
  if (entry?.kind === 'directory') chmodSync(join(directory, path), entry.mode)
}

// --- comparing --------------------------------------------------------------------------------------------------------

type Facts = ReadonlyMap<string, BigIntStats>

function facts(directory: string, paths: readonly string[]): Facts {
  return new Map(paths.map((path) => [path, lstatSync(join(directory, path), {bigint: true})]))
}

function latest(all: Facts): bigint {
  return [...all.values()].reduce((last, {ctimeNs}) => (ctimeNs > last ? ctimeNs : last), 0n)
}

/** Waits until a file that changes now gets another time than `time`. False where that takes long: a coarse clock, or one that was put back. */
async function nextTick(within: string, time: bigint): Promise<boolean> {
  const probe = join(within, 'tick')
  try {
    for (let tries = 0; tries < mostTicks; tries++, await sleep(1)) {
      writeFileSync(probe, '')
      const now = lstatSync(probe, {bigint: true}).ctimeNs
      unlinkSync(probe)
      if (now > time) return true
    }
  } catch (error) {
    throw changeErrors.system(error, `write ${probe}`)
  }
  return false
}

interface Trees {
  readonly now: Facts
  /** Directories that something is in, before and now. */
  readonly full: Readonly<Record<'before' | 'now', ReadonlySet<string>>>
}

async function differences(made: Made): Promise<readonly Change[]> {
  const {before, directory, exact, wanted} = made
  try {
    const now = facts(directory, pathsBelow(directory, wanted.away))
    const trees = {full: {before: fullOf(before), now: fullOf(now)}, now}
    const all = new Set([...before.keys(), ...now.keys()])
    const touched = [...all].filter((path) => !exact || !isUntouched(before.get(path), now.get(path)))
    return touched.flatMap((path) => difference(made, path, trees))
  } catch (error) {
    throw changeErrors.system(error, 'look at what was changed')
  }
}

function fullOf(all: Facts): ReadonlySet<string> {
  return new Set([...all.keys()].map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))))
}

function pathsBelow(directory: string, away: readonly string[]): readonly string[] {
  const [found, todo]: [string[], string[]] = [[], ['']]
  for (let prefix = todo.pop(); prefix !== undefined; prefix = todo.pop())
    for (const entry of readdirSync(join(directory, prefix), {withFileTypes: true})) {
      const path = prefix + entry.name
      if (isBelow(path, away)) continue
      if (isTransaction(path)) throw changeErrors.special(path)
      found.push(path)
      if (entry.isDirectory()) todo.push(`${path}/`)
    }
  return found
}

/** Directories change their times with what is in them. */
function isUntouched(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  if (a === undefined || b === undefined || b.isDirectory()) return false
  return a.ino === b.ino && a.ctimeNs === b.ctimeNs && a.mtimeNs === b.mtimeNs && a.size === b.size && a.mode === b.mode
}

function difference(made: Made, path: string, {full, now}: Trees): readonly Change[] {
  const {directory, draft} = made
  const [old, after] = [draft.entry(path), now.has(path) ? contentIn(directory, path) : undefined]
  if (after?.kind !== 'directory') return sameContent(old, after) ? [] : [{after, before: unchangedSince(made, path, old), path}]
  const there = statBelow(draft.root, path) !== undefined
  const usual = old === undefined && !there && after.mode === (0o777 & ~process.umask())
  if (!usual && !sameContent(old, after)) return [{after, before: old, path}]
  // Without a word, a directory that is empty goes.
  const emptied = !full.now.has(path) && (usual || full.before.has(path))
  return emptied ? [{after, before: old, path}] : []
}

/** What the project has is what was copied from it, or the work would undo what somebody has done meanwhile. */
function unchangedSince({draft, sources, wanted}: Made, path: string, old: Content | undefined): Content | undefined {
  const [now, source] = [sourceOf(draft, path), sources.get(path)]
  const wasThere = sources.has(path) ? old?.kind === 'directory' || draft.changed(path) !== undefined : !isBelow(path, wanted.only)
  const same = source === undefined ? wasThere || old === undefined : isUntouched(source, now)
  if (!same) throw changeErrors.changedMeanwhile(path)
  return old
}

/** A link that names a place in the copy by its full path would lead to nothing. */
function contentIn(directory: string, path: string): Content | undefined {
  const content = contentAt(join(directory, path), path)
  if (content?.kind !== 'link' || !isBelow(content.target, [directory])) return content
  return {kind: 'link', target: relative(dirname(join(directory, path)), content.target) || '.'}
}
