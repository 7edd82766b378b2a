/**
 * Command lines in a manifest: cut into words by the rule that every launcher follows (`format/words.ts`), after a look
 * for what people take over from a shell by habit and no launcher would understand.
 */
import {splitWords} from '../format/words.ts'

export interface WordsProblem {
  readonly problem: string
  readonly hint: string
}

export type Words = WordsProblem | {readonly words: readonly string[]}

const operators = /^(?:[0-9]?>>?(?:&[0-9])?|<<?|\|\|?|&&?|;)$/

export function commandWords(line: string): Words {
  let words: readonly string[]
  try {
    words = splitWords(line)
  } catch (error) {
    return {hint: 'close the quote, or write the command as a list of words', problem: (error as Error).message}
  }
  const operator = unquoted(line).find((word) => operators.test(word))
  if (operator === undefined) return {words}
  return {
    hint: `to use a shell, name it: ["sh", "-c", ${JSON.stringify(line.trim())}]`,
    problem: `${operator} means something to a shell only, and no shell runs this command`,
  }
}

/** One line that splits into these words again, for people to read and to paste. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

/** What is wrong with a word's placeholders: `{workenv` without its end, `{WORKENV}`, `{work_env}`. */
export function placeholderProblem(word: string): WordsProblem | undefined {
  const hint = 'the work environment is written {workenv}'
  if (/\{workenv(?!\})/.test(word)) return {hint, problem: `the { of ${JSON.stringify(word)} has no }`}
  const wrong = /\{\s*work[-_ ]?env\s*\}/i.exec(word.replaceAll('{workenv}', ''))
  return wrong === null ? undefined : {hint, problem: `${wrong[0]} is no placeholder`}
}

/** The words that hold nothing quoted. */
function unquoted(line: string): readonly string[] {
  return line.replaceAll(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, 'quoted').split(/\s+/)
}
