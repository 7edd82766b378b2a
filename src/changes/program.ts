/** Runs a program that a plan names, without a shell, and ends it with all that it has started. */
import {type ChildProcess, spawn} from 'node:child_process'
import type {ManagerContext} from '@flavor/contract'
import {codeOf} from '../unpack/system-error.ts'
import {changeErrors} from './errors.ts'

const mostLines = 20
const longestTail = 16_384
/** What a program has to end by itself once it was asked to, in ms. */
const grace = 2000

/** Throws when it does not end with 0; what it prints goes to the context as it comes. */
export async function runProgram(command: readonly string[], cwd: string, {output, signal}: ManagerContext): Promise<void> {
  const [program, ...args] = command
  if (program === undefined || program === '') throw changeErrors.emptyCommand()
  signal.throwIfAborted()
  // A process group of its own: what it starts can be ended with it, and Ctrl-C does not reach it past us.
  const child = spawn(program, args, {
    cwd,
    detached: process.platform !== 'win32',
    env: {...process.env, PWD: cwd},
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let tail = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-longestTail)
      output(text)
    })
  const how = await ended(child, program, signal)
  signal.throwIfAborted()
  if (how !== undefined) throw changeErrors.commandFailed(command, how, lastLines(tail))
}

function lastLines(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.trimEnd().split(/\r?\n/).slice(-mostLines)
}

/** How it failed; undefined when it did not. Nothing of it is left then, and all that it printed was heard. */
async function ended(child: ChildProcess, program: string, signal: AbortSignal): Promise<string | undefined> {
  const timers: NodeJS.Timeout[] = []
  const stop = (): void => {
    endAll(child, 'SIGTERM')
    timers.push(setTimeout(() => endAll(child, 'SIGKILL'), grace))
  }
  signal.addEventListener('abort', stop)
  try {
    return await new Promise((resolve, reject) => {
      // What it has left behind would hold its output open, and write on into the copy.
      child.on('exit', () => {
        endAll(child, 'SIGKILL')
        timers.push(setTimeout(() => closeOutput(child), grace))
      })
      child.on('error', (error) => reject(codeOf(error) === 'ENOENT' ? changeErrors.commandMissing(program) : startFailed(error, program)))
      child.on('close', (code, killer) =>
        resolve(killer !== null ? `was ended by ${killer}` : code === 0 ? undefined : `failed with exit code ${code}`),
      )
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

function startFailed(error: unknown, program: string): Error {
  return changeErrors.system(error, `run ${program}`)
}

function endAll({pid}: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', `${pid}`, '/t', '/f'], {stdio: 'ignore'}).on('error', () => {})
    else process.kill(-pid, signal)
  } catch {
    // Nothing of it is left.
  }
}
