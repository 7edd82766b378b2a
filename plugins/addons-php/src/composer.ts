/** Composer, run where nothing of a project is at stake: no scripts, no plugins, no questions, and no variables of flavor, among which there may be a key. */
import {spawn} from 'node:child_process'

export interface Finished {
  /** 127 where there is no such program. */
  readonly code: number
  /** What it says to people. */
  readonly stderr: string
}

export function composer(args: readonly string[], {cwd, signal}: {readonly cwd: string; readonly signal: AbortSignal}): Promise<Finished> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:FLAVOR_|COMPOSER$)/.test(name)))
  const usual = ['--no-scripts', '--no-plugins', '--no-interaction', '--no-ansi']
  return new Promise((resolve, reject) => {
    const child = spawn('composer', [...usual, ...args], {cwd, env, signal, stdio: ['ignore', 'ignore', 'pipe']})
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-100_000)))
    child.on('error', (error) => (signal.aborted ? reject(signal.reason) : resolve({code: 127, stderr: error.message})))
    child.on('close', (code) => resolve({code: code ?? 1, stderr}))
  })
}

/** Without the boxes that Composer draws around errors, and without its synopsis. */
export function lastWords(stderr: string): readonly string[] {
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !/^(?:In \w+\.php line \d+:|[\w-]+ \[.*|Composer is operating|Creating a ")/.test(line))
    .slice(-10)
}
