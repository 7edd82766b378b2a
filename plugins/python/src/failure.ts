/** What a build was given is at fault: said in one line, with what to type instead and the last useful lines of the tool that gave up. */
import type {Problem, SlotFailure} from '@flavor/contract'

export class Failure extends Error implements SlotFailure {
  readonly problem: Problem
  readonly output: readonly string[]

  constructor(message: string, hint: string, output: readonly string[] = []) {
    super(message)
    this.problem = {hint, message}
    this.output = output
  }
}

const chatter =
  /^\s*$|^WARNING: (?!.*(?:error|fail))|^\[notice\]|^\s*(?:Looking in|Collecting|Processing|Using cached|Downloading|Requirement already|Preparing metadata|Getting requirements|Installing build dependencies|Resolved|Prepared|Using CPython|Using Python)\b|^note: |^(?:DEPRECATION|INFO):/

/** How Python says where it was when something went wrong inside of it; the line that follows says what. */
const traceback = /^( *)(\S.*)?Traceback \(most recent call last\):\n(?:\1 +.*\n)+/gm

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const colour = /\u001b\[[\d;]*m/g

const longest = 300

/** What is worth reading of a tool's last words: no progress, no colours, no insides. */
export function lastWords(text: string, count = 10): readonly string[] {
  const plain = text.replaceAll('\r', '').replaceAll(colour, '').replaceAll(traceback, '$2')
  const lines = plain.split('\n').filter((line) => !chatter.test(line))
  return lines.slice(-count).map((line) => (line.length > longest ? `${line.slice(0, longest)} …` : line))
}
