/** A draft as the manifest that people read and change: everything in it loads again to what the draft means. */
import {basename} from 'node:path'
import {stringify} from 'yaml'
import {manifestSchema} from './schema.ts'
import type {Draft, DraftEnv, DraftSlot, ProjectKind} from './starter-draft.ts'
import {joinWords} from './words.ts'

export function manifestText(draft: Draft, directory: string): string {
  const slots = ['slots:', ...draft.slots.flatMap((slot) => [...slotLines(slot)])]
  return `${[...head(draft, directory), '', ...commandLines(draft), ...envLines(draft.env), '', ...slots, '', ...tail].join('\n')}\n`
}

function head(draft: Draft, directory: string): readonly string[] {
  const {description, inPackageJson, kind} = draft
  const known = {name: usable('name', draft.name?.replace(/^@[^/]*\//, '')), version: usable('version', draft.version)}
  const from = inPackageJson ? (['name', 'version'] as const).filter((key) => known[key] !== undefined) : []
  const note = from.length > 0 ? [`# ${from.join(' and ')} come${from.length > 1 ? '' : 's'} from package.json.`] : []
  const line = description === undefined ? undefined : usable('description', description.replaceAll(/\s+/g, ' ').trim())
  return [
    `# How this ${kinds[kind]} becomes one signed file that runs: \`flavor pack\` reads this.`,
    '# Every key is explained by `flavor schema`.',
    '',
    ...note,
    ...(from.includes('name') ? [] : [`name: ${scalar(known.name ?? nameOf(directory))}`]),
    ...(from.includes('version') ? [] : [`version: ${scalar(known.version ?? '0.1.0')}`]),
    ...(line === undefined ? [] : [`description: ${scalar(line)}`]),
  ]
}

const kinds: Readonly<Record<ProjectKind, string>> = {
  binary: 'program',
  generic: 'project',
  node: 'Node project',
  python: 'Python project',
  static: 'site',
}

function nameOf(directory: string): string {
  return usable('name', basename(directory).replaceAll(/[^\w.-]+/g, '-')) ?? 'app'
}

function commandLines({commandNote, commands}: Draft): readonly string[] {
  const named = Object.entries(commands)
  const [[, words]] = named as [[string, readonly string[]]]
  return [
    ...(commandNote === undefined ? [] : [`# ${commandNote.charAt(0).toUpperCase()}${commandNote.slice(1)}.`]),
    ...(named.length === 1
      ? [`command: ${scalar(joinWords(words))}`]
      : ['commands:', ...named.map(([name, line]) => `  ${name}: ${scalar(joinWords(line))}`)]),
  ]
}

function envLines(env: DraftEnv = {}): readonly string[] {
  const said = Object.entries(env).filter(([, value]) => Object.keys(value).length > 0)
  return said.length === 0
    ? []
    : stringify({env: Object.fromEntries(said)}, {lineWidth: 0})
        .trimEnd()
        .split('\n')
}

function* slotLines({exclude = [], id, note, options, purpose, source, target}: DraftSlot): Generator<string> {
  yield `  - id: ${id}`
  yield `    purpose: ${purpose}${note === undefined ? '' : `  # ${note}`}`
  if (source !== undefined) yield `    source: ${scalar(source)}`
  if (target !== undefined) yield `    target: ${scalar(target)}  # where it appears: {workenv}/${target}`
  if (exclude.length > 0) yield `    exclude: ${flow(exclude)}`
  if (options !== undefined) yield `    options: ${flow(options)}`
}

const tail = [
  '# More, with what is meant when nothing is said:',
  '# launcher: auto          # the first available of rust, go, node',
  '# output: dist/<name>',
  '# env: {unset: [], pass: [], map: {}, set: {}}',
]

function scalar(value: string): string {
  return stringify(value, {lineWidth: 0}).trimEnd()
}

function flow(value: unknown): string {
  return stringify(value, {collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0}).trimEnd()
}

/** The word, if a manifest may have it for that key. */
function usable(key: 'description' | 'name' | 'version', word: string | undefined): string | undefined {
  const {pattern = ''} = manifestSchema.properties?.[key] ?? {}
  return word !== undefined && word !== '' && new RegExp(pattern, 'u').test(word) ? word : undefined
}
