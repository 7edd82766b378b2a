/** Paths of the work environment that commands name, of those that are there: every start makes sure that they still are. */
import {lstatSync} from 'node:fs'
import {type NamedCommand, targetPath} from '../../../src/format/metadata.ts'
import {readStamp, writeStamp} from '../../../src/workenv/stamp.ts'
import type {Launch} from './checked.ts'
import {commandWords} from './words.ts'

/** Of all commands, whichever this start is for. What cleaning may drop is no need. */
export function needsOf(opened: Launch, root: string): readonly string[] {
  const {commands = [], ...metadata} = opened.opened.metadata
  const words = [undefined, ...commands].flatMap((command) => wordsOf(opened, command, root))
  const named = words.flatMap((word) => word.split(`${root}/`).slice(1))
  const paths = named.map((rest) => /^[^:;,]*/.exec(rest)?.[0] ?? '')
  const cached = metadata.slots.filter(({lifecycle}) => lifecycle === 'cached').map(({target}) => targetPath(target))
  return paths.filter((path) => path !== '' && isThere(root, path) && !cached.some((target) => `${path}/`.startsWith(`${target}/`)))
}

/** Adds those in slots that came late. */
export function renewNeeds(opened: Launch, root: string): void {
  const stamp = readStamp(root)
  if (stamp === undefined) return
  const needs = needsOf(opened, root)
  if (needs.every((path) => stamp.needs.includes(path))) return
  try {
    writeStamp(root, {...stamp, needs})
  } catch {
    // Where that cannot be done, less is noticed.
  }
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

function isThere(root: string, path: string): boolean {
  return lstatSync(`${root}/${path}`, {throwIfNoEntry: false}) !== undefined
}
