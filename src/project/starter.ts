/**
 * What a project without a manifest most likely means. Looks at what is in a directory, and gives the manifest that says so,
 * with comments: `flavor init` writes it down, `flavor pack` packs what it says.
 */
import type {Draft, Look, ProjectKind} from './starter-draft.ts'
import {present} from './starter-files.ts'
import {lookForNode} from './starter-node.ts'
import {lookForPages} from './starter-pages.ts'
import {lookForCargo, lookForExecutable, lookForGo} from './starter-programs.ts'
import {lookForPython} from './starter-python.ts'
import {manifestText} from './starter-text.ts'
import {joinWords} from './words.ts'

export type {ProjectKind} from './starter-draft.ts'

/** Those that somebody may ask for. */
export const projectKinds: readonly ProjectKind[] = ['binary', 'node', 'python', 'static']

export interface Starter {
  readonly kind: ProjectKind
  /** What gave it away: `package.json with bin`. */
  readonly sign: string
  /** The same as a file of the project. */
  readonly file: string
  /** The manifest. */
  readonly text: string
  /** Command lines to type next, in order; the last one packs. */
  readonly next: readonly string[]
  /** Why it cannot be packed before the others were typed; undefined when it can. */
  readonly lacks: string | undefined
  /** Signs of other kinds of project in the same directory, and why they do not count. */
  readonly others: readonly string[]
  readonly because: string
  /** What was decided, for people: lines without a full stop. */
  readonly assumed: readonly string[]
}

/** What `recognise` looks for, in its order. */
export const recognised = [
  'package.json with bin, main or an index.js',
  'pyproject.toml, requirements.txt or setup.py with a program',
  'Cargo.toml with a program',
  'go.mod with a package main',
  'index.html, also in dist, build or public',
] as const

const looks: readonly Look[] = [lookForNode, lookForPython, lookForCargo, lookForGo, lookForPages]

/** Undefined for a directory that is no project of a known kind, or not of the one that is wanted. */
export async function recognise(directory: string, wanted?: ProjectKind): Promise<Starter | undefined> {
  const drafts = (await Promise.all(looks.map((look) => look(directory)))).filter((draft) => draft !== undefined)
  const [best, ...others] = drafts.filter(({kind}) => wanted === undefined || kind === wanted).toSorted((a, b) => b.weight - a.weight)
  return best && starter(best, wanted === undefined ? others : [], directory)
}

/** The same, with something to begin with for any other directory. */
export async function starterFor(directory: string, wanted?: ProjectKind): Promise<Starter> {
  return (
    (await recognise(directory, wanted)) ?? starter((await lookForExecutable(directory)) ?? (await lookForScript(directory)), [], directory)
  )
}

function starter(draft: Draft, others: readonly Draft[], directory: string): Starter {
  const {before = [], file, kind, lacks, sign} = draft
  return {
    assumed: [...assumptions(draft)],
    because: draft.weight > (others[0]?.weight ?? -1) ? weights[draft.weight] : 'which is looked for first',
    file,
    kind,
    lacks,
    next: [...before, 'flavor pack'],
    others: others.map((other) => other.sign),
    sign,
    text: manifestText(draft, directory),
  }
}

const weights: Readonly<Record<Draft['weight'], string>> = {
  '-1': 'for want of another',
  0: 'which has a program',
  1: 'which names its program',
  2: 'which speaks to flavor',
}

function* assumptions({commands, slots}: Draft): Generator<string> {
  for (const [name, words] of Object.entries(commands)) yield `${name === 'default' ? 'it runs' : `command ${name}:`} ${joinWords(words)}`
  for (const {id, purpose, source} of slots)
    yield `slot ${id}: ${purpose}${source === undefined ? '' : ` from ${source === '.' ? 'the project' : source}`}`
}

/** What is left: a script, there already or to be written, so that the first package runs. */
async function lookForScript(directory: string): Promise<Draft> {
  const [script] = await present(directory, ['start.sh', 'run.sh', 'main.sh'])
  return {
    ...(script === undefined ? {before: ["echo 'echo hello' > start.sh"], lacks: 'there is no start.sh'} : {}),
    commandNote: 'what runs; {workenv} is where the slots appear',
    commands: {default: ['sh', `{workenv}/app/${script ?? 'start.sh'}`]},
    file: script ?? 'start.sh',
    kind: 'generic',
    name: undefined,
    sign: script ?? 'nothing it knows',
    slots: [{id: 'app', note: 'the whole directory', purpose: 'application-code', source: '.', target: 'app'}],
    version: undefined,
    weight: 0,
  }
}
