/** Runs the npm that is on PATH, as whoever packs has set it up: registry, proxy, credentials and cache are its own business. */
import {type ExecFileException, execFile} from 'node:child_process'
import {Failure} from './failure.ts'

/** `code` is npm's own (`ETARGET`, `EUSAGE`), or the number that a script ended with. */
export class NpmFailure extends Failure {
  readonly code: string

  constructor(message: string, code: string, hint?: string, output?: readonly string[]) {
    super(message, hint, output)
    this.code = code
  }
}

/** Gives what npm wrote to stdout. Only with `--json` does it say why it failed in a form that can be told on. */
export function npm(words: readonly string[], cwd: string): Promise<string> {
  const options = {cwd, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32'}
  return new Promise((resolve, reject) => {
    const child = execFile('npm', [...words, '--loglevel=error'], options, (error, stdout, stderr) =>
      error ? reject(failureOf(words[0] ?? '', error, stdout, stderr)) : resolve(stdout),
    )
    child.stdin?.end()
  })
}

/** All that npm is set to, and its version and Node's: what it makes of a lock file depends on them. */
export async function npmState(cwd: string): Promise<string> {
  const listed = await npm(['config', 'ls', '-l'], cwd)
  return listed
    .split('\n')
    .filter((line) => !/^; (cwd = |npm local prefix = |"project" config from )/.test(line))
    .join('\n')
}

function failureOf(command: string, error: ExecFileException, stdout: string, stderr: string): Failure {
  if (error.code === 'ENOENT') return new Failure('there is no npm on PATH', 'install npm; it comes with Node')
  const {code = error.code, detail = '', summary = ''} = reportIn(stdout)
  if (summary === 'command failed') return scriptFailure(firstLine(detail), String(code), stderr)
  return new NpmFailure(`npm ${command} failed: ${firstLine(summary || error.message)} (${code})`, String(code))
}

function scriptFailure(script: string, code: string, stderr: string): NpmFailure {
  const said = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(> |npm warn|npm error (code|path|command|A complete log))/.test(line))
    .map((line) => line.replace(/^npm error /, ''))
  const hint = 'options: {scripts: false} leaves install scripts out'
  return new NpmFailure(`the install script \`${script}\` failed (${code})`, code, hint, said.slice(-5))
}

interface Report {
  readonly code?: string | number
  readonly summary?: string
  readonly detail?: string
}

/** At the end of the output; scripts may have written before it. */
function reportIn(stdout: string): Report {
  const at = stdout.lastIndexOf('{\n  "error": {')
  try {
    return at === -1 ? {} : JSON.parse(stdout.slice(at)).error
  } catch {
    return {}
  }
}

function firstLine(text: string): string {
  return (text.trim().split('\n', 1)[0] ?? '').replace(/\.$/, '')
}
