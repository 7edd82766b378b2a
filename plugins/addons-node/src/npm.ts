/** Runs npm, as the user has set it up: registry, proxy and credentials are its own business. */
import {spawn} from 'node:child_process'
import {failures} from './failure.ts'

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** More than anybody reads. */
const longest = 64 * 1024 * 1024

/** Its words were checked: on Windows, where npm is a script, a shell sees them. */
export function npm(words: readonly string[], signal: AbortSignal): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32'
    const child = spawn('npm', words, {env: environment(), shell, signal, stdio: ['ignore', 'pipe', 'pipe']})
    const output = {stderr: '', stdout: ''}
    for (const name of ['stderr', 'stdout'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-longest)
      })
    let failed: Error | undefined
    child.on('error', (error) => {
      failed = error
      if (child.pid === undefined) reject((error as NodeJS.ErrnoException).code === 'ENOENT' ? failures.noNpm() : error)
    })
    child.on('close', (code) => (failed ? reject(failed) : resolve({code: code ?? 1, ...output})))
  })
}

/** flavor's own variables may hold a key. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLAVOR_')))
}

export interface Report {
  readonly code: string
  readonly summary: string
}

/** What `--json` makes npm say when it fails. */
export function reportIn(stdout: string): Report | undefined {
  try {
    const {code = '', summary = ''} = JSON.parse(stdout.slice(stdout.indexOf('{'))).error
    return {code: String(code), summary: withoutPasswords(String(summary).split('\n', 1)[0]?.replace(/\.$/, '') ?? '')}
  } catch {
    return undefined
  }
}

/** Of what npm prints: where its log is, where in its own code it was, and an error of Node's with all its properties. */
const chatter = /^\s*$|^A complete log of|^(?:code|errno|syscall) |^ {2,}(?:at |\w+: )|^[{}]$|^\d+\s*$/

/** The last lines that say something, once each, and not what `told` says. */
export function said(stderr: string, told: string): readonly string[] {
  const words = stderr.split(/\r?\n/).flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line)?.[1] ?? [])
  const lines = words.filter((line) => !chatter.test(line)).map((line) => withoutPasswords(line).slice(0, 300))
  return [...new Set(lines)].filter((line) => !told.startsWith(line.replace(/\.$/, ''))).slice(-10)
}

/** Addresses may hold some. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/\/)[^\s/@]+@/g, '$1…@')
}
