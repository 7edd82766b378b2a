/**
 * What lies below a base directory, and taking away what nobody needs. Nothing here leaves the base directory, nothing
 * follows a link out of it, nothing that is in use is removed, and applications' data is not looked at.
 */
import {lstatSync, readdirSync, readlinkSync, renameSync, rmSync} from 'node:fs'
import {basename} from 'node:path'
import {PackageError} from '../format/errors.ts'
import {codeOf} from '../unpack/system-error.ts'
import {currentGeneration, isBuilding} from './generation.ts'
import {isHeld} from './live.ts'
import {generationsOf, idOfGeneration, isWorkenvId, type Place, placeOf, slotsOf, workenvsOf} from './places.ts'
import {removeTree} from './remove-tree.ts'
import {roomOf} from './room.ts'
import {lastUsed, livePath, readStamp} from './stamp.ts'
import {isWithdrawn, waitForHandOvers, withdraw} from './withdrawal.ts'

export interface WorkEnvironment {
  readonly id: string
  readonly name: string
  readonly version: string
  /** The work environment's own path, a link. */
  readonly path: string
  /** The directory it leads to. */
  readonly generation: string
  /** SHA-256 of the package's signed metadata in hex. */
  readonly metadata: string
  /** Bytes of its regular files. */
  readonly size: number
  readonly lastUsed: Date
  readonly inUse: boolean
  /** Keys of the shared slots in it. */
  readonly shared: readonly string[]
}

const aMinute = 60_000
const anHour = 60 * aMinute

export interface CleanOptions {
  /** Only work environments that were last started longer ago than this, in milliseconds. */
  readonly idle?: number
  /** Stop as soon as what is left is no larger than this many bytes. */
  readonly budget?: number
  /** Keep the most recently started one of each package name. */
  readonly keepNewest?: boolean
  /** Never remove this one. */
  readonly keep?: string
  readonly dryRun?: boolean
}

export interface CleanReport {
  readonly removed: readonly WorkEnvironment[]
  /** Left alone because it is in use. */
  readonly inUse: readonly WorkEnvironment[]
  /** Paths of generations, drafts, marks and shared slots that belonged to nothing any more. */
  readonly leftovers: readonly string[]
}

/** The most recently started first. */
export function listWorkEnvironments(base: string): readonly WorkEnvironment[] {
  const found = namesIn(workenvsOf(base)).flatMap((id) => describe(base, id) ?? [])
  return found.toSorted((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime())
}

/** What a link leads to, whether it is whole or not. */
export interface LinkedGeneration {
  readonly id: string
  /** The link. */
  readonly path: string
  readonly generation: string
  readonly inUse: boolean
}

/** By id. */
export function linkedGenerations(base: string): readonly LinkedGeneration[] {
  const ids = namesIn(workenvsOf(base)).filter(isWorkenvId).toSorted()
  return ids.flatMap((id) => {
    const generation = currentGeneration(placeOf(base, id))
    return generation === undefined ? [] : [{generation, id, inUse: isHeld(livePath(generation)), path: placeOf(base, id).link}]
  })
}

/** Undefined for an id that names none; EFLAVOR_CONFINED for one that no work environment can have. */
export function findWorkEnvironment(base: string, id: string): WorkEnvironment | undefined {
  placeOf(base, id)
  return describe(base, id)
}

/** Throws EFLAVOR_CONFINED for an id that no work environment can have. */
export function removeWorkEnvironment(base: string, id: string): 'absent' | 'in use' | 'removed' {
  const place = placeOf(base, id)
  const generation = currentGeneration(place)
  if (generation === undefined) return 'absent'
  if (!withdraw(place, generation)) return 'in use'
  waitForHandOvers()
  return remove(place, generation) ? 'removed' : 'in use'
}

export function cleanBase(base: string, options: CleanOptions = {}): CleanReport {
  const all = listWorkEnvironments(base)
  const report = {inUse: [] as WorkEnvironment[], leftovers: [] as string[], removed: [] as WorkEnvironment[]}
  const hidden: WorkEnvironment[] = []
  const room = roomOf(base, all)
  for (const environment of candidates(all, options).toReversed()) {
    if (options.budget !== undefined && room.bytes() <= options.budget) break
    if (environment.inUse || !(options.dryRun || withdraw(placeOf(base, environment.id), environment.generation))) {
      report.inUse.push(environment)
    } else {
      hidden.push(environment)
      room.leave(environment)
    }
  }
  if (hidden.length > 0 && !options.dryRun) waitForHandOvers()
  for (const environment of hidden) {
    const done = options.dryRun || remove(placeOf(base, environment.id), environment.generation)
    report[done ? 'removed' : 'inUse'].push(environment)
  }
  const gone = new Set(report.removed.map(({id}) => id))
  report.leftovers.push(
    ...sweep(
      base,
      all.filter(({id}) => !gone.has(id)),
      options.dryRun === true,
    ),
  )
  return report
}

function candidates(all: readonly WorkEnvironment[], {idle = 0, keep, keepNewest = false}: CleanOptions): readonly WorkEnvironment[] {
  const newest = new Map(all.toReversed().map(({id, name}) => [name, id]))
  const before = Date.now() - idle
  return all.filter((one) => one.id !== keep && one.lastUsed.getTime() <= before && !(keepNewest && newest.get(one.name) === one.id))
}

function describe(base: string, id: string): WorkEnvironment | undefined {
  if (!isWorkenvId(id)) return undefined
  const generation = currentGeneration(placeOf(base, id))
  const stamp = generation === undefined ? undefined : readStamp(generation)
  if (generation === undefined || stamp === undefined) return undefined
  return {
    generation,
    id,
    inUse: isHeld(livePath(generation)),
    lastUsed: lastUsed(generation),
    metadata: stamp.metadata,
    name: stamp.name,
    path: placeOf(base, id).link,
    shared: stamp.shared,
    size: stamp.size,
    version: stamp.version,
  }
}

function remove(place: Place, generation: string): boolean {
  if (!isWithdrawn(place, generation)) return false
  discard(generation)
  return true
}

/** Renamed before it is deleted, so that a deletion that is interrupted is known for what it is. */
function discard(generation: string): void {
  const trash = `${generation.slice(0, generation.lastIndexOf('/'))}/trash.${basename(generation)}`
  try {
    renameSync(generation, trash)
  } catch (error) {
    // Whoever cleans at the same time was first.
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  removeTree(trash)
}

/** Removes what a killed process or a lost race left, and shared slots that no work environment names. */
function sweep(base: string, kept: readonly WorkEnvironment[], dryRun: boolean): readonly string[] {
  const generations = new Set(kept.map(({generation}) => basename(generation)))
  const links = namesIn(workenvsOf(base)).flatMap((name) => sweepLink(base, name, dryRun))
  const strays = namesIn(generationsOf(base)).filter((name) => isStray(base, name, generations))
  if (strays.length > 0 && !dryRun) waitForHandOvers()
  const leftovers = [
    ...links,
    ...strays.filter((name) => isStray(base, name, generations)).flatMap((name) => sweepGeneration(base, name, dryRun)),
  ]
  const shared = new Set(kept.flatMap((one) => one.shared))
  return [...leftovers, ...namesIn(slotsOf(base)).flatMap((name) => sweepSlot(base, name, shared, dryRun))]
}

/** Belongs to no work environment, and to nobody who is building or using it. */
function isStray(base: string, name: string, kept: ReadonlySet<string>): boolean {
  const path = `${generationsOf(base)}/${name}`
  if (name.startsWith('new.')) return !isYoung(path, aMinute)
  if (name.startsWith('trash.')) return true
  const id = idOfGeneration(name)
  if (id === undefined || kept.has(name) || currentGeneration(placeOf(base, id)) === path) return false
  return !isHeld(livePath(path))
}

function sweepGeneration(base: string, name: string, dryRun: boolean): readonly string[] {
  const path = `${generationsOf(base)}/${name}`
  const halfGone = name.startsWith('trash.') || name.startsWith('new.')
  return act(path, dryRun, () => (halfGone ? removeTree(path) : discard(path)))
}

/** Markers of builders that are gone, and links that lead nowhere. */
function sweepLink(base: string, name: string, dryRun: boolean): readonly string[] {
  const path = `${workenvsOf(base)}/${name}`
  const marker = name.endsWith('.building')
  if (marker) return isBuilding(base, path) ? [] : act(path, dryRun, () => rmSync(path, {force: true}))
  if (name === '.gen' || !isLink(path) || readsAsStamped(base, path)) return []
  return act(path, dryRun, () => rmSync(path, {force: true}))
}

function readsAsStamped(base: string, path: string): boolean {
  const name = basename(readlinkSync(path))
  return readStamp(`${generationsOf(base)}/${name}`) !== undefined || isHeld(livePath(`${generationsOf(base)}/${name}`))
}

/** A draft belongs to the generation it is named after; a finished slot to whoever's stamp names it, and to nobody for its first hour. */
function sweepSlot(base: string, name: string, shared: ReadonlySet<string>, dryRun: boolean): readonly string[] {
  const path = `${slotsOf(base)}/${name}`
  const builder = name.startsWith('.') ? name.slice(1, name.lastIndexOf('.')) : undefined
  const needed = builder === undefined ? shared.has(name) || isYoung(path, anHour) : isHeld(livePath(`${generationsOf(base)}/${builder}`))
  return needed ? [] : act(path, dryRun, () => removeTree(path))
}

function isYoung(path: string, age: number): boolean {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  return stat !== undefined && Date.now() - stat.mtimeMs < age
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}

/** The path when it was done or would be; nothing when somebody else was faster. */
function act(path: string, dryRun: boolean, remove: () => void): readonly string[] {
  try {
    if (!dryRun) remove()
    return [path]
  } catch (error) {
    if (error instanceof PackageError) throw error
    return []
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
