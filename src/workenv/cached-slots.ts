/**
 * Cached slots: extracted copies that a start makes again when they are missing, so cleaning may drop them from any
 * generation that nobody holds. A slot goes by one rename, then its note; killed anywhere in between, the next start
 * still sees that it is not there.
 */
import {lstatSync, mkdtempSync, realpathSync, renameSync, rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {confinedPath} from '../unpack/tree.ts'
import type {WorkEnvironment} from './inventory.ts'
import {lateNotes} from './late-notes.ts'
import {type Place, placeOf} from './places.ts'
import {removeTree} from './remove-tree.ts'
import {filesPath, readFileList} from './stamp.ts'
import {isWithdrawn, reinstate, waitForHandOvers, withdraw} from './withdrawal.ts'

export interface CachedSlot {
  readonly environment: WorkEnvironment
  /** Relative to the work environment. */
  readonly target: string
  /** The same in its generation. */
  readonly path: string
  readonly note: string
}

/** Those in environments that nobody holds at this moment. */
export function listCachedSlots(environments: readonly WorkEnvironment[]): readonly CachedSlot[] {
  return environments.filter(({inUse}) => !inUse).flatMap((one) => cachedSlotsOf(one))
}

function cachedSlotsOf(environment: WorkEnvironment): readonly CachedSlot[] {
  const {generation} = environment
  const notes = lateNotes(generation)
  return notes.flatMap(({lifecycle, note, target}) => {
    // What came late around it may have files in it, and would not be missed.
    const inside = notes.some((other) => other.target === '' || target.startsWith(`${other.target}/`))
    const path = `${generation}/${target}`
    return lifecycle === 'cached' && !inside && isApart(generation, target) ? [{environment, note, path, target}] : []
  })
}

/** There, reached without a link, and with nothing in it that came at the first start. */
function isApart(generation: string, target: string): boolean {
  try {
    const path = `${generation}/${confinedPath(target)}`
    const real = realpathSync(generation) + dirname(path).slice(generation.length)
    if (realpathSync(dirname(path)) !== real || lstatSync(path, {throwIfNoEntry: false}) === undefined) return false
    const files = readFileList(filesPath(generation))
    return files !== undefined && !files.some(([file]) => file === target || file.startsWith(`${target}/`))
  } catch {
    return false
  }
}

/** Gives those that went: who starts meanwhile keeps what is there, or builds a generation of its own. */
export function dropCachedSlots(base: string, slots: readonly CachedSlot[]): readonly CachedSlot[] {
  const byGeneration = Map.groupBy(slots, ({environment}) => environment.generation)
  const withdrawn = [...byGeneration].filter(([generation, [slot]]) => slot && withdraw(placeFor(base, slot), generation))
  if (withdrawn.length > 0) waitForHandOvers()
  return withdrawn.flatMap(([generation, group]) => dropFrom(base, generation, group))
}

function dropFrom(base: string, generation: string, slots: readonly CachedSlot[]): readonly CachedSlot[] {
  const [first] = slots
  if (!(first && isWithdrawn(placeFor(base, first), generation))) return []
  try {
    return slots.filter(drop)
  } finally {
    reinstate(placeFor(base, first), generation)
  }
}

function drop({environment, note, path}: CachedSlot): boolean {
  const trash = mkdtempSync(`${environment.generation}/.flavor/draft.`)
  try {
    renameSync(path, `${trash}/slot`)
    rmSync(note, {force: true})
    return true
  } catch {
    return false
  } finally {
    removeTree(trash)
  }
}

function placeFor(base: string, {environment}: CachedSlot): Place {
  return placeOf(base, environment.id)
}
