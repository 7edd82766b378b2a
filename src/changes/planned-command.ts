/** A command that a plan names: it is run in the copy of a project, and has to succeed. */
import type {ManagerContext} from '@flavor/contract'
import {changeErrors} from './errors.ts'
import {runProgram} from './program.ts'

const mostLines = 20
const longestTail = 16_384

/** Throws when it does not end with 0; what it prints goes to the context as it comes. */
export async function runPlanned(command: readonly string[], cwd: string, {output, signal}: ManagerContext): Promise<void> {
  let tail = ''
  const heard = (text: string): void => {
    tail = (tail + text).slice(-longestTail)
    output(text)
  }
  const {code, killer} = await runProgram(command, {cwd, heard, signal})
  if (code === 0) return
  const how = killer === undefined ? `failed with exit code ${code}` : `was ended by ${killer}`
  throw changeErrors.commandFailed(command, how, lastLines(tail))
}

function lastLines(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.trimEnd().split(/\r?\n/).slice(-mostLines)
}
