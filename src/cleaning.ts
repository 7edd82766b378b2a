/**
 * Everything below the base directory that comes back by itself when it is needed: work environments, cached slots in
 * them, shared slots, what broken-off starts left, the build cache. Looking and removing are one walk, so that what is
 * announced is what goes, but for what somebody takes into use meanwhile.
 */
import {existsSync, readdirSync} from 'node:fs'
import {basename} from 'node:path'
import {cleanBuilds, longestIdle} from './cache/cleaning.ts'
import {dropCachedSlots, listCachedSlots} from './workenv/cached-slots.ts'
import {createDiskUsage} from './workenv/disk-usage.ts'
import {cleanBase, listWorkEnvironments, type WorkEnvironment} from './workenv/inventory.ts'
import {buildsOf, slotsOf} from './workenv/places.ts'

export interface Freed {
  readonly kind: 'build' | 'cached slot' | 'leftover' | 'shared slot' | 'work environment'
  readonly name: string
  readonly path: string
  /** Bytes that the disk gets back. */
  readonly size: number
}

export interface Cleaning {
  readonly freed: readonly Freed[]
  /** Would have gone, had nobody used it. */
  readonly inUse: readonly WorkEnvironment[]
  /** Shared slots that no work environment has, and that stay for the first hour: a start may be about to take them. */
  readonly young: readonly Freed[]
}

export interface CleaningWish {
  /** Also what was started a moment ago, and the build cache. */
  readonly all: boolean
  /** Milliseconds without a start after which a work environment goes. */
  readonly idle: number
}

/** Removes nothing. */
export function planCleaning(base: string, wish: CleaningWish): Cleaning {
  const {found, inUse, young} = walk(base, wish, true)
  const usage = createDiskUsage()
  const measured = (one: Found): Freed => ({...one, size: usage.add(one.path)})
  return {freed: found.map(measured), inUse, young: young.map(measured)}
}

/** Of what was planned, what went. */
export function carryOut(base: string, wish: CleaningWish, planned: Cleaning): Cleaning {
  const {found, inUse} = walk(base, wish, false)
  const gone = new Set(found.map(({path}) => path))
  return {...planned, freed: planned.freed.filter(({path}) => gone.has(path)), inUse}
}

type Found = Omit<Freed, 'size'>

interface Walk extends Pick<Cleaning, 'inUse'> {
  readonly found: readonly Found[]
  readonly young: readonly Found[]
}

function walk(base: string, {all, idle}: CleaningWish, dryRun: boolean): Walk {
  const {inUse, leftovers, removed} = cleanBase(base, all ? {dryRun} : {dryRun, idle, keepNewest: true})
  const gone = new Set(removed.map(({id}) => id))
  const kept = listWorkEnvironments(base).filter(({id}) => !gone.has(id))
  const droppable = listCachedSlots(kept)
  const cached = dryRun ? droppable : dropCachedSlots(base, droppable)
  const builds = cleanBuilds(base, {dryRun, idle: all ? 0 : longestIdle})
  const found: readonly Found[] = [
    ...removed.map(({generation, id}) => ({kind: 'work environment' as const, name: id, path: generation})),
    ...cached.map(({environment, path, target}) => ({kind: 'cached slot' as const, name: `${environment.id}/${target}`, path})),
    ...leftovers.map((path) => ({kind: kindOf(base, path), name: basename(path), path})),
    ...builds.map(({name}) => ({kind: 'build' as const, name, path: `${buildsOf(base)}/${name}`})),
  ]
  return {
    found,
    inUse,
    young: youngSlots(base, [...leftovers, ...kept.flatMap(({shared}) => shared.map((key) => `${slotsOf(base)}/${key}`))]),
  }
}

function youngSlots(base: string, others: readonly string[]): readonly Found[] {
  const known = new Set(others)
  const slots = namesIn(slotsOf(base)).map((name) => ({kind: 'shared slot' as const, name, path: `${slotsOf(base)}/${name}`}))
  return slots.filter(({name, path}) => !(name.startsWith('.') || known.has(path)))
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}

function kindOf(base: string, path: string): Freed['kind'] {
  return path.startsWith(`${slotsOf(base)}/`) && !basename(path).startsWith('.') ? 'shared slot' : 'leftover'
}
