/**
 * Command lines that FlavorPack's launchers understand as flavor's do. Both fill in placeholders first and cut afterwards, one
 * at white space, the other as a shell would; both look up the last name of the program on their own PATH, which knows
 * nothing of the package, and forget where it was said to be (pspf-2025, 5.7 and 5.8).
 */
import {splitWords} from '../../format/words.ts'
import type {Place} from '../../project/place.ts'
import type {Plan} from '../../project/plan.ts'
import {isReserved} from '../../project/target.ts'
import type {PreparedSlot} from '../slot-content.ts'
import type {Problem} from './problem.ts'

type Finding = Omit<Problem, 'place'>

/** Nothing that either launcher cuts at or takes for a quote: white space as Unicode has it, which JavaScript lacks U+0085 of. */
const uncuttable = /^[^\s\u0085'"\\]+$/u

export function commandProblems(plan: Plan, slots: readonly PreparedSlot[]): readonly Problem[] {
  const lines: readonly (readonly [Place, readonly string[]])[] = [
    ...(plan.commands.length > 0 ? [] : [[['command'], plan.command.words] as const]),
    ...plan.setup.map((line, index) => [['setup', index], splitWords(line)] as const),
  ]
  const programs = new Set(slots.flatMap(({entries}) => entries.map(({path}) => path)))
  const findings = lines.flatMap(([place, words]) => [
    ...wordsProblems(place, words, (word) => wordProblem(word, plan)),
    ...wordsProblems(place, words.slice(0, 1), (word) => programProblem(word, programs)),
    ...(place[0] === 'setup' ? wordsProblems(place, words, (word) => directoryProblem(word, plan)) : []),
  ])
  return [...severalProblems(plan), ...findings]
}

function severalProblems({commands}: Plan): readonly Problem[] {
  if (commands.length === 0) return []
  const hint = 'name one: command: …'
  return [{hint, message: "are several, and FlavorPack's launchers know one command alone", place: ['commands']}]
}

/**
 * The words as one line that all launchers cut alike. A program of the package is started by `env`, which everybody finds on
 * their PATH and which takes a path as it is; not on Windows, where the launchers do so themselves.
 */
export function portableWords(words: readonly string[], target: string): readonly string[] {
  const packaged = words[0]?.startsWith('{workenv}/') ?? false
  return packaged && !target.startsWith('win32-') ? ['/usr/bin/env', ...words] : words
}

/** A word of a list has a place of its own; a word of a line is looked up at the place around it. */
function wordsProblems(place: Place, words: readonly string[], find: (word: string) => Finding | undefined): readonly Problem[] {
  return words.flatMap((word, index) => {
    const found = find(word)
    return found ? [{...found, place: [...place, index]}] : []
  })
}

function wordProblem(word: string, {name, version}: Plan): Finding | undefined {
  const shown = JSON.stringify(word)
  const script = 'put what needs it into a script of the package, and name the script: sh {workenv}/app/run.sh'
  if (word === '') return {hint: script, message: "has an empty word, which FlavorPack's launchers lose"}
  if (!uncuttable.test(word.replaceAll('{package_name}', name).replaceAll('{version}', version))) {
    return {hint: script, message: `${shown} holds a space, a quote or a backslash, at which FlavorPack's launchers cut it`}
  }
  if (/\{slot:\d+\}/.test(word))
    return {hint: 'name the path: {workenv}/…', message: `${shown} means another thing to FlavorPack's Go launcher`}
  const [, first = ''] = /\{workenv\}\/+([^/]*)/.exec(word) ?? []
  if (first === 'metadata.json' || !isReserved(first)) return undefined
  return {
    hint: 'use a directory of its own, named in `directories`',
    message: `${shown} names ${first}, which FlavorPack's work environments do not have`,
  }
}

function programProblem(word: string, programs: ReadonlySet<string>): Finding | undefined {
  if (word.startsWith('{workenv}/')) {
    return word.includes('=') ? {hint: 'rename it', message: `${word} holds an =, and env would take it for a variable`} : undefined
  }
  if (/^\/(?:usr\/)?bin\/[^/]+$/.test(word)) return undefined
  if (/[/{]/.test(word)) {
    const hint = "name it without its directory, to be found on the user's PATH, or pack it: {workenv}/bin/…"
    return {hint, message: `${word} is looked up by its last name only, whatever its directory`}
  }
  if (!programs.has(`bin/${word}`)) return undefined
  return {hint: `write {workenv}/bin/${word}`, message: `${word} is looked up on the user's PATH only, not in the package`}
}

/** R runs setup where the slots are first unpacked, and only what is made there moves to the work environment. */
function directoryProblem(word: string, {directories}: Plan): Finding | undefined {
  const [, path] = /\{workenv\}\/+(.*)/.exec(word) ?? []
  const inside = path !== undefined && directories.find((directory) => `${path}/`.startsWith(`${directory.path}/`))
  if (!inside) return undefined
  return {
    hint: 'let the setup command make it itself, and take it out of `directories`',
    message: `names ${inside.path} of \`directories\`, which is not there yet when FlavorPack's Rust launcher runs it`,
  }
}
