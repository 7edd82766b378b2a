/** The work environment that a start finds: is it there, is it this package's, is it whole (SPEC.md, 15)? */
import {dirname} from 'node:path'
import {toHex} from '../../../src/format/bytes.ts'
import type {Slot} from '../../../src/format/examination.ts'
import {openAppData} from '../../../src/workenv/app-data.ts'
import {type Candidate, existingBases, isWritable} from '../../../src/workenv/base.ts'
import {type Generation, holdCurrent, releaseGeneration} from '../../../src/workenv/generation.ts'
import {forgetDamagedSlots} from '../../../src/workenv/late-notes.ts'
import {placeOf} from '../../../src/workenv/places.ts'
import {agreesWithList, bootId, filesPath, livePath, readStamp, type Stamp, sameBoot, writeStamp} from '../../../src/workenv/stamp.ts'
import type {Launch} from './checked.ts'
import type {Variables} from './environment.ts'
import {isMissing} from './late-slot.ts'
import type {Log} from './log.ts'
import {hasNeeds} from './needs.ts'
import {formerKeys} from './trust.ts'

/** A work environment ready for use. */
export interface Ready {
  readonly base: string
  readonly generation: Generation
  /** The base was made for this run and goes with it. */
  readonly single?: boolean
}

/** What exists for one run only. */
export interface Session {
  /** Of the FIFO that tells its helper when the run is over. */
  readonly path: string | undefined
  readonly variables: Variables
}

/** Step 6: the work environment of this very package, if one is there and whole. */
export function findReady(opened: Launch): Ready | undefined {
  const passedOver: Candidate[] = []
  for (const candidate of existingBases(opened.caller)) {
    const {base} = candidate
    const generation = base === undefined ? undefined : holdCurrent(placeOf(base, opened.id))
    if (base === undefined || generation === undefined) {
      passedOver.push({path: candidate.path, problem: candidate.problem ?? 'it does not hold the work environment'})
      continue
    }
    const state = isWhole(opened, generation) ? 'warm' : 'damaged'
    if (state === 'warm' && !canServe(opened, generation)) {
      releaseGeneration(generation)
      passedOver.push({path: candidate.path, problem: 'its work environment lacks slots, and cannot be written to'})
      continue
    }
    for (const seen of [...passedOver, candidate]) tellBase(opened.log, seen)
    opened.log?.tell('workenv', {path: generation.path, state})
    if (state === 'warm') return {base, generation}
    releaseGeneration(generation)
    return undefined
  }
  return undefined
}

/** The same in one base, without a word. */
export function readyIn(opened: Launch, base: string): Ready | undefined {
  const generation = holdCurrent(placeOf(base, opened.id))
  if (generation === undefined) return undefined
  if (isWhole(opened, generation) && canServe(opened, generation)) return {base, generation}
  releaseGeneration(generation)
  return undefined
}

/** Slots that are missing can be put there. */
function canServe(opened: Launch, {path}: Generation): boolean {
  const isLate = (slot: Slot): boolean => slot.lifecycle !== 'temporary' && isMissing(opened, path, slot)
  return !opened.opened.slots.some(isLate) || isWritable(dirname(livePath(path)))
}

export function tellBase(log: Log | undefined, {path, problem}: Candidate): void {
  log?.tell('base', {path, reason: problem, result: problem === undefined ? 'used' : 'passed over'})
}

function isWhole(opened: Launch, {path}: Generation): boolean {
  const stamp = readStamp(path)
  if (stamp === undefined || stamp.metadata !== opened.digest) return false
  const isKnown = sameBoot(stamp.boot, bootId())
  if ((opened.strict || !isKnown) && !isUndamaged(path)) return false
  if (!hasNeeds(opened, path, stamp)) return false
  if (!isKnown) renewBoot(path, stamp)
  return true
}

/** A power cut may leave files empty that were written shortly before it: their sizes are compared once after each boot. */
function isUndamaged(path: string): boolean {
  return agreesWithList(filesPath(path), path) && forgetDamagedSlots(path)
}

function renewBoot(path: string, stamp: Stamp): void {
  try {
    writeStamp(path, {...stamp, boot: bootId()})
  } catch {
    // A base directory that cannot be written to is compared at each start.
  }
}

export function dataOf(launch: Launch, base: string): string | undefined {
  const {index, metadata} = launch.opened
  return openAppData(launch.caller, base, {
    development: metadata.build.development,
    name: metadata.name,
    predecessors: () => formerKeys(launch),
    publicKey: toHex(index.publicKey),
  })
}
