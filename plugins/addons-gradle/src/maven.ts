/** Maven, run in an empty directory, as it is set up on this machine. */
import type {ManagerContext} from '@flavor/contract'

export interface Answer {
  readonly code: number | undefined
  /** All that it printed. */
  readonly output: string
}

export async function mvn(args: readonly string[], cwd: string, {run}: ManagerContext): Promise<Answer> {
  const {code, stderr, stdout} = await run(['mvn', '--batch-mode', '--quiet', '-Dstyle.color=never', ...args], {cwd})
  return {code, output: stdout + stderr}
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one, and Maven's wrapper sets them whatever it is told.
const colour = /\u001b\[[\d;]*m/g

/** What went wrong, without the advice that always follows. */
export function lastWords(output: string): readonly string[] {
  const lines = output.replaceAll(colour, '').split('\n')
  const words = lines.map((line) => line.replace(/^\[\w+\] ?/, '').trim())
  const end = words.findIndex((line) => /^Try downloading the file|^To see the full stack trace|-> \[Help 1\]$/.test(line))
  const told = end === -1 ? words : words.slice(0, end + 1)
  return told.filter((line) => !/^$|^To see the full|^-> \[Help/.test(line)).slice(-10)
}
