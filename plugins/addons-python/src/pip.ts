/**
 * Runs pip, as the user has set it up: index, proxy and credentials are its own business. It is that of python3; where there is no Python, uv
 * has one.
 */
import type {ManagerContext} from '@flavor/contract'
import {failures} from './failure.ts'

export interface Answer {
  readonly code: number | undefined
  /** All that it printed. */
  readonly output: string
}

/** `directory` is where it runs: not in the project, whose modules Python would take for its own. */
export async function pip(words: readonly string[], directory: string, context: ManagerContext): Promise<Answer> {
  const commands = [
    ['python3', '-m', 'pip'],
    ['python', '-m', 'pip'],
    ['uv', 'tool', 'run', 'pip'],
  ]
  let python = false
  for (const command of commands) {
    if (!(await context.has(command[0] ?? ''))) continue
    const {code, stderr, stdout} = await context.run([...command, ...words], {cwd: directory, env: environment})
    if (code === 0 || !/No module named '?pip/.test(stderr)) return {code, output: stdout + stderr}
    python = true
  }
  throw failures.noPip(python)
}

/** What is wanted of pip is a download, wherever it may install. */
const environment = {
  PIP_CONSTRAINT: undefined,
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_LOG: undefined,
  PIP_NO_BINARY: undefined,
  PIP_NO_INPUT: '1',
  PIP_QUIET: undefined,
  PIP_REQUIREMENT: undefined,
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_VERBOSE: undefined,
}

const chatter = /^\s*$|^Looking in|^\[notice\]|^WARNING: pip index is|^Collecting|^ {2}Downloading/

/** The last lines that say something. Addresses may hold passwords. */
export function said(output: string): readonly string[] {
  const lines = output.split(/\r?\n|\r/).filter((line) => !chatter.test(line))
  return lines.slice(-10).map((line) =>
    line
      .replaceAll(/(:\/\/)[^\s/@]+@/g, '$1…@')
      .trimEnd()
      .slice(0, 300),
  )
}
