/**
 * Paths of the work environment that commands name, of those that were there: a start makes sure that those of its own
 * command still are, and that the copies of configuration can be reached.
 */
import {existsSync, lstatSync} from 'node:fs'
import type {Slot} from '../../../src/format/examination.ts'
import {type NamedCommand, targetPath} from '../../../src/format/metadata.ts'
import {isConfiguration} from '../../../src/workenv/configuration.ts'
import {readStamp, type Stamp, writeStamp} from '../../../src/workenv/stamp.ts'
import type {Launch} from './checked.ts'
import {isNeverLate, isThere} from './late-slot.ts'
import {commandWords} from './words.ts'

/** The copies of configuration; those of somebody else may be out of reach. */
const copies = 'data/config'

/** Nothing that this start needs is gone. What is missing together with a slot that comes late can come again. */
export function hasNeeds(opened: Launch, root: string, {needs}: Stamp): boolean {
  const missing = needs.filter((path) => !existsSync(`${root}/${path}`))
  return missing.length === 0 || !missing.some((path) => path === copies || (isNamed(opened, path) && !comesAgain(opened, root, path)))
}

/** Of all commands, whichever this start is for. What cleaning may drop is no need. */
export function needsOf(opened: Launch, root: string): readonly string[] {
  const {commands = [], slots} = opened.opened.metadata
  const words = [opened.command, undefined, ...commands].flatMap((command) => wordsOf(opened, command, root))
  const cached = slots.filter(({lifecycle}) => lifecycle === 'cached')
  const paths = pathsIn(words, root).filter((path) => isPresent(root, path) && !cached.some((slot) => isBelow(slot, path)))
  const isCopied = slots.some(isConfiguration) && existsSync(`${root}/${copies}`)
  return [...new Set(isCopied ? [...paths, copies] : paths)]
}

/** Adds those in slots that came late. */
export function renewNeeds(opened: Launch, root: string): void {
  const stamp = readStamp(root)
  if (stamp === undefined) return
  const needs = new Set([...stamp.needs, ...needsOf(opened, root)])
  if (needs.size === stamp.needs.length) return
  try {
    writeStamp(root, {...stamp, needs: [...needs]})
  } catch {
    // Where that cannot be done, less is noticed.
  }
}

function isNamed(opened: Launch, path: string): boolean {
  const {
    command,
    opened: {metadata},
  } = opened
  return metadata.commands === undefined || pathsIn(commandWords(metadata, command, '{workenv}'), '{workenv}').includes(path)
}

function comesAgain(opened: Launch, root: string, path: string): boolean {
  return opened.opened.slots.some((slot) => isBelow(slot, path) && !isNeverLate(opened, slot) && !isThere(root, slot))
}

function isBelow({target}: Pick<Slot, 'target'>, path: string): boolean {
  return `${path}/`.startsWith(`${targetPath(target)}/`)
}

/** Another command that cannot be cut into words is not what this start is about. */
function wordsOf({command: chosen, opened: {metadata}}: Launch, command: NamedCommand | undefined, root: string): readonly string[] {
  try {
    return commandWords(metadata, command, root)
  } catch (error) {
    if (command === chosen) throw error
    return []
  }
}

/** Those below the root, as far as the next that may follow in the word. */
function pathsIn(words: readonly string[], root: string): readonly string[] {
  const rests = words.flatMap((word) => word.split(`${root}/`).slice(1))
  return rests.map((rest) => /^[^:;,]*/.exec(rest)?.[0] ?? '').filter((path) => path !== '')
}

function isPresent(root: string, path: string): boolean {
  return lstatSync(`${root}/${path}`, {throwIfNoEntry: false}) !== undefined
}
