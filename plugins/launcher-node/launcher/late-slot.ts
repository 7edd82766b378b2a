/** Which slots belong to every start, which come later, and which of those are there. */
import {existsSync} from 'node:fs'
import type {Slot} from '../../../src/format/examination.ts'
import {targetPath} from '../../../src/format/metadata.ts'
import type {Launch} from './checked.ts'
import type {Ready} from './ready.ts'
import {commandWords} from './words.ts'

/** The others come later, if at all. A tree that has no place of its own cannot come later. */
export function isUnpackedAtOnce({lifecycle, target}: Slot): boolean {
  return lifecycle === 'persistent' || lifecycle === 'eager' || lifecycle === 'volatile' || targetPath(target) === ''
}

/** True for a slot that this start has to unpack although the work environment is there. */
export function isMissing(opened: Launch, {generation}: Ready, slot: Slot): boolean {
  if (slot.lifecycle === 'temporary') return true
  const wanted = slot.lifecycle === 'cached' || (slot.lifecycle === 'lazy' && isNamed(opened, slot.target))
  return wanted && !isThere(generation.path, slot)
}

/** Unpacked as a whole, as its note says, and not deleted since. */
export function isThere(generation: string, slot: Slot): boolean {
  return existsSync(lateNote(generation, slot)) && existsSync(`${generation}/${targetPath(slot.target)}`)
}

/** Says lifecycle and target of a slot that was unpacked after the work environment was made; it goes together with the slot. */
export function lateNote(generation: string, slot: Pick<Slot, 'index'>): string {
  return `${generation}/.flavor/late-${slot.index}`
}

/** True when the command names something at or below the slot's place. */
export function isNamed(opened: Launch, target: string): boolean {
  const place = `{workenv}/${targetPath(target)}`
  const rests = commandWords(opened.opened.metadata, '{workenv}').flatMap((word) => word.split(place).slice(1))
  return rests.some((rest) => rest === '' || /^[/:;,]/.test(rest))
}
