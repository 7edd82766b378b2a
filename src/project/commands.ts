/** What a package can run: one command, or several by name with the slots that each needs. */
import type {CommandText, Manifest, ManifestCommand} from './manifest.ts'
import {nearest} from './nearest.ts'
import type {Place} from './place.ts'
import type {Plan, PlannedCommand, PlannedNamedCommand} from './plan.ts'
import type {Report} from './shape.ts'
import type {Sources} from './source.ts'
import {commandWords, joinWords, placeholderProblem} from './words.ts'

interface Context {
  readonly report: Report
  readonly sources: Sources
}

type SlotIds = Manifest['slots']

const nothing: PlannedCommand = {text: '?', words: ['?']}

export function exactCommands({command, commands, slots}: Manifest, context: Context): Pick<Plan, 'command' | 'commands'> {
  if (commands === undefined) return {command: exactCommand(command, ['command'], context), commands: []}
  if (command !== undefined)
    context.report(['command'], 'is called default where there are commands', 'take it out, or make it commands.default', 'key')
  const all = Object.entries(commands).map(([name, said]) => exactNamed(name, said, slots, context))
  const {text, words} = all.find(({name}) => name === 'default') ?? nothing
  return {command: {text, words}, commands: all}
}

function exactNamed(name: string, said: CommandText | ManifestCommand | undefined, slots: SlotIds, context: Context): PlannedNamedCommand {
  const place = ['commands', name]
  if (!isMap(said)) return {...exactCommand(said, place, context), name, slots: undefined}
  return {...exactCommand(said.command, [...place, 'command'], context), name, slots: exactSlotIds(said, slots, place, context)}
}

function isMap(said: CommandText | ManifestCommand | undefined): said is ManifestCommand {
  return typeof said === 'object' && !Array.isArray(said)
}

/** A slot of another platform is a slot too. */
function exactSlotIds({slots: ids}: ManifestCommand, slots: SlotIds, place: Place, {report}: Context): readonly string[] | undefined {
  const known = (slots ?? []).flatMap((slot) => slot?.id ?? [])
  for (const [index, id] of (ids ?? []).entries()) {
    if (id === undefined) continue
    const at = [...place, 'slots', index]
    if (ids?.indexOf(id) !== index) report(at, `${id} stands here already`, 'remove one of the two')
    else if (!known.includes(id)) report(at, `no slot is called ${id}`, hintFor(id, known))
  }
  return ids?.flatMap((id) => id ?? [])
}

function hintFor(id: string, known: readonly string[]): string {
  const meant = nearest(id, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  return known.length === 0 ? 'the manifest has no slots' : `slots: ${known.join(', ')}`
}

function exactCommand(command: CommandText | undefined, place: Place, context: Context): PlannedCommand {
  if (typeof command !== 'string') return listedCommand(command ?? ['?'], place, context)
  const split = commandWords(command)
  if ('problem' in split) {
    context.report(place, split.problem, split.hint)
    return {text: command, words: []}
  }
  if (split.words.length === 0 || split.words[0] === '') context.report(place, 'names no program')
  checkPlaceholders(split.words, () => place, context.report)
  return {text: command.trim(), words: split.words}
}

function listedCommand(list: Exclude<CommandText, string>, place: Place, {report, sources}: Context): PlannedCommand {
  const words = list.map((word, index) => (typeof word === 'number' ? (sources.text([...place, index]) ?? String(word)) : (word ?? '?')))
  if (words[0] === '') report([...place, 0], 'names no program')
  checkPlaceholders(words, (index) => [...place, index], report)
  return {text: joinWords(words), words}
}

export function checkPlaceholders(words: readonly string[], place: (index: number) => Place, report: Report): void {
  for (const [index, word] of words.entries()) {
    const wrong = placeholderProblem(word)
    if (wrong) report(place(index), wrong.problem, wrong.hint)
  }
}
