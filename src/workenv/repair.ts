/**
 * Makes the next start of a package build its work environment anew. A damaged generation that nobody holds is removed;
 * one in use only loses its link, so that whoever runs from it keeps all it has until it ends. What the damage may have
 * come from, shared slots that have the damaged files, goes as well, unless a start is building from them just now.
 */
import {mkdtempSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {currentGeneration} from './generation.ts'
import {removeWorkEnvironment} from './inventory.ts'
import {isHeld} from './live.ts'
import {generationsOf, idOfGeneration, placeOf, slotsOf} from './places.ts'
import {removeTree} from './remove-tree.ts'
import {agreesWithList, livePath, readFileList, readStamp} from './stamp.ts'

export type Repair = 'removed' | 'unlinked'

export interface Repaired {
  readonly how: Repair
  /** Keys of damaged shared slots that had to stay, since a start is using them. */
  readonly kept: readonly string[]
}

export function repairWorkEnvironment(base: string, id: string, generation: string, damaged: ReadonlySet<string>): Repaired {
  const place = placeOf(base, id)
  const suspects = (readStamp(generation)?.shared ?? []).filter((key) => isSuspect(base, key, damaged))
  const how = removeWorkEnvironment(base, id) === 'in use' ? 'unlinked' : 'removed'
  if (how === 'unlinked' && currentGeneration(place) === generation) rmSync(place.link, {force: true})
  return {how, kept: suspects.filter((key) => !dropSharedSlot(base, key))}
}

/** Has lost something itself, or brought one of the damaged files. */
function isSuspect(base: string, key: string, damaged: ReadonlySet<string>): boolean {
  const home = `${slotsOf(base)}/${key}`
  if (!agreesWithList(`${home}/files`, `${home}/tree`)) return true
  return (readFileList(`${home}/files`) ?? []).some(([path]) => damaged.has(path))
}

function dropSharedSlot(base: string, key: string): boolean {
  if (isAnybodyBuilding(base)) return false
  const trash = mkdtempSync(`${slotsOf(base)}/.repair.`)
  try {
    renameSync(`${slotsOf(base)}/${key}`, `${trash}/slot`)
  } catch {
    // It is gone already.
  }
  removeTree(trash)
  return true
}

function isAnybodyBuilding(base: string): boolean {
  return readdirSync(generationsOf(base)).some((name) => {
    const path = `${generationsOf(base)}/${name}`
    const building = name.startsWith('new.') || (idOfGeneration(name) !== undefined && readStamp(path) === undefined)
    return building && isHeld(livePath(path))
  })
}
