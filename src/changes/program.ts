/** Runs a program without a shell, and ends it with all that it has started. */
import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {parse} from 'node:path'
import {codeOf} from '../unpack/system-error.ts'
import {changeErrors} from './errors.ts'
import {startOf} from './program-place.ts'

export interface ProgramWishes {
  readonly cwd: string
  /** Besides this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly signal: AbortSignal
  /** What it finds on stdin. */
  readonly input?: string | Uint8Array | undefined
  /** What it prints, as it comes. */
  readonly heard: (text: string, stream: 'stderr' | 'stdout') => void
}

/** One of the two is there. */
export interface Ended {
  readonly code: number | undefined
  /** The signal that has ended it. */
  readonly killer: string | undefined
}

/** What a program has to end by itself once it was asked to, in ms. */
const grace = 2000

/** Throws when it cannot be started, and the reason of the signal when it was called off; nothing of it is left then either. */
export async function runProgram(command: readonly string[], wishes: ProgramWishes): Promise<Ended> {
  const {cwd, env, heard, input, signal} = wishes
  const [program] = command
  if (program === undefined || program === '') throw changeErrors.emptyCommand()
  const {args, file, verbatim} = await startOf(command, cwd)
  signal.throwIfAborted()
  // A process group of its own: what it starts can be ended with it, and Ctrl-C does not reach it past us.
  const child = spawn(file, args, {
    cwd,
    detached: process.platform !== 'win32',
    env: {...foreignVariables(), ...env, PWD: cwd},
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    windowsVerbatimArguments: verbatim,
  })
  // Whoever does not read to the end misses nothing.
  child.stdin?.on('error', () => {}).end(input)
  for (const stream of ['stdout', 'stderr'] as const) child[stream]?.setEncoding('utf8').on('data', (text: string) => heard(text, stream))
  const how = await ended(child, (error) => startFailed(error, program, cwd), signal)
  signal.throwIfAborted()
  return how
}

/** Among those of flavor there may be a key. */
function foreignVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLAVOR_')))
}

/** Nothing of it is left then, and all that it printed was heard. */
async function ended(child: ChildProcess, failed: (error: Error) => Error, signal: AbortSignal): Promise<Ended> {
  const timers: NodeJS.Timeout[] = []
  const stop = (): void => {
    endAll(child, 'SIGTERM')
    timers.push(setTimeout(() => endAll(child, 'SIGKILL'), grace))
  }
  signal.addEventListener('abort', stop)
  try {
    return await new Promise((resolve, reject) => {
      // What it has left behind would hold its output open, and write on.
      child.on('exit', () => {
        endAll(child, 'SIGKILL')
        timers.push(setTimeout(() => closeOutput(child), grace))
      })
      child.on('error', (error) => reject(failed(error)))
      child.on('close', (code, killer) => resolve({code: code ?? undefined, killer: killer ?? undefined}))
    })
  } finally {
    timers.forEach(clearTimeout)
    signal.removeEventListener('abort', stop)
  }
}

/** What has left the group may hold its output open for ever. */
function closeOutput({stderr, stdout}: ChildProcess): void {
  stdout?.destroy()
  stderr?.destroy()
}

/** A directory that is gone has the same code. */
function startFailed(error: Error, program: string, cwd: string): Error {
  const isMissing = codeOf(error) === 'ENOENT' && existsSync(cwd)
  return isMissing ? changeErrors.commandMissing(program) : changeErrors.system(error, `run ${program}`)
}

/** Windows looks for programs where they are started, before all else: in a stranger's project there may be one of that name. */
const neutral = parse(process.execPath).root

function endAll({pid}: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    if (process.platform === 'win32')
      spawn('taskkill', ['/pid', `${pid}`, '/t', '/f'], {cwd: neutral, stdio: 'ignore'}).on('error', () => {})
    else process.kill(-pid, signal)
  } catch {
    // Nothing of it is left.
  }
}
