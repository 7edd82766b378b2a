/**
 * requirements.txt, as pip reads it: lines, some of them continued by `\`, comments, options, hashes. A line is added at the end, in the
 * line ends of the file; whether the last line is ended stays as it is, and also tells a file that was empty from one that was not there.
 */
import {type DependencyFile, type Entry, lineEnd, spliced} from './dependency-file.ts'
import {failures} from './failure.ts'
import {nameOf} from './requirement.ts'

/** What pip takes for one line: several of the file, perhaps. */
interface Line {
  readonly number: number
  readonly start: number
  /** Without its end. */
  readonly end: number
  /** Where the next begins. */
  readonly next: number
  readonly text: string
  readonly unfinished: boolean
}

interface ListedEntry extends Entry {
  readonly at: Line
}

export function requirementsFile(path: string, text: string | undefined): DependencyFile {
  const lines = logicalLines(text ?? '')
  return {
    added: (requirement) => added(path, text, lines, requirement),
    entries: lines.flatMap(entryIn),
    path,
    removed: (entry) => removed(text ?? '', lines, (entry as ListedEntry).at),
    replaced: ({line, name, range}, requirement) => {
      if (range === undefined) throw failures.options(path, line, name)
      return spliced(text ?? '', [[...range, requirement]])
    },
  }
}

/** Other files that this one includes, as it names them. */
export function includedIn(text: string): readonly string[] {
  const found = logicalLines(text).map((line) => /^\s*(?:-r\s*|--requirement[\s=]\s*)(\S+)/.exec(line.text)?.[1])
  return found.filter((path) => path !== undefined)
}

function added(path: string, text: string | undefined, lines: readonly Line[], requirement: string): string {
  const [hashed, last] = [lines.find(({text}) => /(?:^|\s)--(?:hash|require-hashes)\b/.test(bare(text))), lines.at(-1)]
  if (hashed) throw failures.hashed(path, hashed.number, requirement)
  if (last?.unfinished) throw failures.continued(path, last.number)
  if (text === undefined) return `${requirement}\n`
  const ended = last === undefined || last.next > last.end
  const begun = text === '' || text === '\ufeff'
  return begun ? text + requirement : text + (ended ? requirement + lineEnd(text) : lineEnd(text) + requirement)
}

function removed(text: string, lines: readonly Line[], {end, next, start}: Line): string | undefined {
  const before = lines.findLast((line) => line.next <= start)
  const from = next === end && before ? before.end : start
  const rest = spliced(text, [[from, next, '']])
  return rest === '' && next > end ? undefined : rest
}

function entryIn(line: Line): readonly ListedEntry[] {
  const words = bare(line.text)
  const name = nameOf(words.replace(/^(?:-e|--editable)[\s=]\s*/, ''))
  if (name === undefined) return []
  const requirement = words.split(/\s--?[a-z]/i)[0]?.trim() ?? ''
  const start = line.start + (line.text.length - line.text.trimStart().length)
  const whole = words === requirement && !line.text.includes('\n') && !words.startsWith('-')
  return [{at: line, line: line.number, name, range: whole ? [start, start + requirement.length] : undefined, text: requirement}]
}

/** Without its comment, and in one line. */
function bare(text: string): string {
  return text
    .replaceAll(/\\(?:\r\n|[\n\r\v\f])/g, ' ')
    .replace(/(^|\s)#.*$/s, '')
    .replace(/^\ufeff/, '')
    .trim()
}

function logicalLines(text: string): readonly Line[] {
  const found: Line[] = []
  for (const line of physicalLines(text)) {
    const last = found.at(-1)
    const isComment = /^\s*#/.test(line.text)
    const unfinished = line.text.endsWith('\\') && !isComment
    if (last?.unfinished) found.splice(-1, 1, {...last, end: line.end, next: line.next, text: text.slice(last.start, line.end), unfinished})
    else found.push({...line, unfinished})
  }
  return found
}

/** As Python divides a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: some of them end lines.
const physicalLine = /([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g

function physicalLines(text: string): readonly Omit<Line, 'unfinished'>[] {
  const lines = [...text.matchAll(physicalLine)]
  return lines
    .filter(([whole]) => whole !== '')
    .map(({0: whole, 1: line = '', index}, at) => ({
      end: index + line.length,
      next: index + whole.length,
      number: at + 1,
      start: index,
      text: line,
    }))
}
