/** Which slots belong to the cold start, which of the others a start needs, and what says that one is there. */
import {existsSync} from 'node:fs'
import type {Slot} from '../../../src/format/examination.ts'
import {targetPath} from '../../../src/format/metadata.ts'
import {notePath, writeLateNote} from '../../../src/workenv/late-notes.ts'
import type {FileList} from '../../../src/workenv/stamp.ts'
import type {Launch} from './checked.ts'
import {commandWords} from './words.ts'

/** Either it is there from the beginning, or it is gone for good. A tree that has no place of its own cannot come later. */
export function isNeverLate({opened}: Launch, slot: Slot): boolean {
  const lasts = isLasting(slot) && opened.metadata.commands === undefined
  return lasts || slot.lifecycle === 'volatile' || slot.sha256 === undefined || targetPath(slot.target) === ''
}

export function isLasting({lifecycle}: Slot): boolean {
  return lifecycle === 'persistent' || lifecycle === 'eager'
}

/** By the command of this start. */
export function isNeeded(opened: Launch, slot: Slot): boolean {
  const listed = opened.command?.slots?.includes(slot.id) ?? slot.lifecycle !== 'lazy'
  if (listed || slot.lifecycle === 'temporary') return listed
  return isNamed(commandWords(opened.opened.metadata, opened.command, '{workenv}'), slot.target)
}

/** True for a slot that this start has to unpack although the work environment is there. */
export function isMissing(opened: Launch, generation: string, slot: Slot): boolean {
  if (slot.lifecycle === 'temporary') return isNeeded(opened, slot)
  return !isNeverLate(opened, slot) && isNeeded(opened, slot) && !isThere(generation, slot)
}

/** Unpacked as a whole, as its note says, and not deleted since. */
export function isThere(generation: string, slot: Slot): boolean {
  return existsSync(notePath(generation, slot.index)) && existsSync(`${generation}/${targetPath(slot.target)}`)
}

/** Slots that came with the work environment have one where a start may do without them; their files are in its list. */
export function writeNote(generation: string, {index, lifecycle, target}: Slot, files: FileList): void {
  writeLateNote({files, lifecycle, note: notePath(generation, index), target: targetPath(target)})
}

/** True when a word, `{workenv}` still in it, names something at or below the target. */
export function isNamed(words: readonly string[], target: string): boolean {
  const place = `{workenv}/${targetPath(target)}`
  const rests = words.flatMap((word) => word.split(place).slice(1))
  return rests.some((rest) => rest === '' || /^[/:;,]/.test(rest))
}
