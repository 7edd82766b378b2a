/** Maven, run in an empty directory, as it is set up on this machine; without flavor's own variables, among which there may be a key. */
import {spawn} from 'node:child_process'

export interface Finished {
  /** 127 where there is no such program. */
  readonly code: number
  readonly output: string
}

export function mvn(args: readonly string[], {cwd, signal}: {readonly cwd: string; readonly signal: AbortSignal}): Promise<Finished> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLAVOR_')))
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', ['--batch-mode', '--quiet', '-Dstyle.color=never', ...args], {
      cwd,
      env,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-100_000)))
    child.on('error', (error) => (signal.aborted ? reject(signal.reason) : resolve({code: 127, output: error.message})))
    child.on('close', (code) => resolve({code: code ?? 1, output}))
  })
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
