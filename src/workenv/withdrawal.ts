/**
 * Taking a generation out of reach for a moment, so that something of it can be removed. Out of sight first, then looked
 * at again: who opened the FIFO before the link went holds it by then, and who opens it later sees that the link is gone.
 *
 *     withdraw ──▶ waitForHandOvers ──▶ isWithdrawn ──▶ remove, or change and `reinstate`
 */
import {rmSync, symlinkSync} from 'node:fs'
import {codeOf} from '../unpack/system-error.ts'
import {currentGeneration, linkTarget} from './generation.ts'
import {isHeld} from './live.ts'
import type {Place} from './places.ts'
import {livePath} from './stamp.ts'

const handOver = 300

/** False when it is in use, or no longer the current one. */
export function withdraw(place: Place, generation: string): boolean {
  if (isHeld(livePath(generation)) || currentGeneration(place) !== generation) return false
  rmSync(place.link, {force: true})
  return true
}

/**
 * A launcher that cannot keep the FIFO open while the application takes its place has the application's shell open it
 * again: for a moment between the two nobody holds what is about to be used.
 */
export function waitForHandOvers(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, handOver)
}

/** False when somebody had it in use after all: then it has its link again. */
export function isWithdrawn(place: Place, generation: string): boolean {
  if (!isHeld(livePath(generation))) return true
  reinstate(place, generation)
  return false
}

/** Unless another one has taken its place meanwhile. */
export function reinstate(place: Place, generation: string): void {
  try {
    symlinkSync(linkTarget(generation), place.link)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
