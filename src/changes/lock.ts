/**
 * One at a time: whoever changes a project has the directory `.flavour-transaction` in its root, and a FIFO `live.0` in it open
 * (`src/workenv/live.ts`), so that it is known to be at work until it ends, however it ends. No process id is written down.
 *
 *   made beside, with `live.0` held ─▶ renamed to `.flavour-transaction` ─▶ … ─▶ renamed away, removed
 *
 * A directory whose owner was killed is taken over by linking a held `live.1` into it, then `live.2`; a link can be made once, so one wins.
 * Whoever finds after that that a lower one is held has come too late to another's directory, and withdraws.
 */
import {randomBytes} from 'node:crypto'
import {closeSync, fstatSync, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, type Stats, unlinkSync} from 'node:fs'
import {join} from 'node:path'
import {codeOf} from '../unpack/system-error.ts'
import {holdLive, isHeld, makeLive} from '../workenv/live.ts'
import {removeTree} from '../workenv/remove-tree.ts'
import {ifThere} from './content.ts'
import {changeErrors} from './errors.ts'
import {transactionName} from './paths.ts'

interface Held {
  close(): void
}

export interface Lock {
  readonly directory: string
  /** Lets go of it as it is: whoever comes next takes it over. */
  leave(): void
  /** Removes the directory, and all in it; gives what is left of it where that may not be. The project is free then. */
  release(): string | undefined
}

/** Undefined when somebody has it. */
export function createLock(root: string): Lock | undefined {
  const [beside, place] = [temporary(root), join(root, transactionName)]
  try {
    mkdirSync(beside, {mode: 0o700})
  } catch (error) {
    throw changeErrors.system(error, `lock the project ${root}`)
  }
  const held = ifThere(() => holdNew(join(beside, 'live.0')))
  let won = false
  try {
    // Somebody who tidies up may take it away until it is held.
    won = held !== undefined && ifThere(() => ifFree(() => renameSync(beside, place))) === true
  } catch (error) {
    throw changeErrors.system(error, `lock the project ${root}`)
  } finally {
    if (!won) abandon(beside, held)
  }
  return won && held !== undefined ? lock(root, held) : undefined
}

function abandon(place: string, held: Held | undefined): void {
  held?.close()
  isRemoved(place)
}

/** Takes over what a killed one has left. Undefined when there is nothing, or when somebody has it. */
export function takeLock(root: string): Lock | undefined {
  const place = join(root, transactionName)
  const stat = ifThere(() => lstatSync(place))
  if (stat === undefined) return undefined
  if (!isOurs(stat)) throw changeErrors.foreign(place)
  if (isAlive(place)) return undefined
  const [draft, number] = [join(place, `claim.${randomBytes(6).toString('hex')}`), Math.max(-1, ...generations(place)) + 1]
  const held = ifThere(() => holdNew(draft))
  if (held === undefined) return undefined
  const mine = join(place, `live.${number}`)
  let won = false
  try {
    won = ifThere(() => ifFree(() => linkSync(draft, mine))) === true
    ifThere(() => unlinkSync(draft))
    const isLate = won && generations(place).some((one) => one < number && isHeld(join(place, `live.${one}`)))
    if (isLate) ifThere(() => unlinkSync(mine))
    won &&= !isLate
  } catch (error) {
    won = false
    throw changeErrors.system(error, `lock the project ${root}`)
  } finally {
    if (!won) held.close()
  }
  return won ? lock(root, held) : undefined
}

/** Directories that killed ones were about to make, or to remove. They get another name first, by which nobody can make them a lock. */
export function removeLeftovers(root: string): void {
  const names = readdirSync(root).filter((name) => name.startsWith(`${transactionName}.`))
  for (const place of names.map((name) => join(root, name))) {
    const [away, stat] = [temporary(root), ifThere(() => lstatSync(place))]
    if (stat !== undefined && isOurs(stat) && !isAlive(place) && isDone(() => renameSync(place, away))) isRemoved(away)
  }
}

/** Somebody else may be removing it, or have written into it what we may not remove: it does no harm. */
function isRemoved(place: string): boolean {
  return isDone(() => removeTree(place))
}

function isDone(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

function lock(root: string, held: Held): Lock {
  const directory = join(root, transactionName)
  return {
    directory,
    leave: () => held.close(),
    release() {
      const away = temporary(root)
      const place = isDone(() => renameSync(directory, away)) ? away : directory
      const left = isRemoved(place) ? undefined : place
      held.close()
      return left
    },
  }
}

function temporary(root: string): string {
  return join(root, `${transactionName}.${randomBytes(6).toString('hex')}`)
}

/** Undefined when somebody has taken its directory away. */
function holdNew(path: string): Held | undefined {
  makeLive(path)
  const fd = holdLive(path)
  if (fd === undefined) return undefined
  // What stands in for a FIFO tells nothing by being open, but on Windows its directory could not be renamed.
  if (fstatSync(fd).isFIFO()) return {close: () => closeSync(fd)}
  closeSync(fd)
  return {close: () => {}}
}

/** Ours has a mode that no checkout of a repository gives: what lies in a repository must not pass for a journal. */
function isOurs(stat: Stats): boolean {
  return stat.isDirectory() && (process.platform === 'win32' || (stat.mode & 0o777) === 0o700)
}

function isAlive(place: string): boolean {
  return generations(place).some((number) => isHeld(join(place, `live.${number}`)))
}

function generations(place: string): readonly number[] {
  const names = ifThere(() => readdirSync(place)) ?? []
  return names.flatMap((name) => (/^live\.\d+$/.test(name) ? [Number(name.slice(5))] : []))
}

/** False when something is there already. */
function ifFree(place: () => void): boolean {
  try {
    place()
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM'].includes(codeOf(error) ?? '')) return false
    throw error
  }
}
