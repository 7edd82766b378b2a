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
  /^\s*$|^WARNING: (?!.*(?:error|fail))|^\[notice\]|^\s*(?:Looking in|Collecting|Processing|Using cached|Downloading|Requirement already|Preparing metadata|Getting requirements|Installing build dep|Resolved|Prepared|Using CPython|Using Python)\b|^note: |^(?:DEPRECATION|INFO):/

/** What is worth reading of a tool's last words: no progress, no colours. */
export function lastWords(text: string, count = 10): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
  const plain = text.replaceAll(/\u001b\[[\d;]*m/g, '').split(/\r?\n/)
  return plain.filter((line) => !chatter.test(line)).slice(-count)
}
