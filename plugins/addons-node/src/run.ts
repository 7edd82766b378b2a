/** Runs a program with a process group of its own, so that what it starts ends with it: pip is often a script around another one. */
import {type ChildProcess, type SpawnOptions, spawn} from 'node:child_process'

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** More than anybody reads, of each stream. */
const longest = 16 * 1024 * 1024
/** What it has to end by itself once it was asked to, in ms. */
const grace = 2000

/** Rejects where there is no such program, and with the reason of the signal, once all of it has ended. */
export function run([program = '', ...args]: readonly string[], signal: AbortSignal, options: SpawnOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const child = spawn(program, args, {...options, detached: process.platform !== 'win32', stdio: ['ignore', 'pipe', 'pipe']})
    const output = {stderr: '', stdout: ''}
    for (const name of ['stderr', 'stdout'] as const)
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-longest)
      })
    const stop = stopping(child)
    signal.addEventListener('abort', stop.begin, {once: true})
    child.on('error', reject)
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop.begin)
      stop.end()
      if (signal.aborted) reject(signal.reason)
      else resolve({code: code ?? 1, ...output})
    })
  })
}

function stopping(child: ChildProcess) {
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    endAll(child, 'SIGTERM')
    timer = setTimeout(() => endAll(child, 'SIGKILL'), grace)
  }
  return {begin, end: () => clearTimeout(timer)}
}

function endAll(child: ChildProcess, how: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', `${child.pid}`, '/t', '/f'], {stdio: 'ignore'}).on('error', () => {})
    else process.kill(-child.pid, how)
  } catch {
    // It has ended in the meantime.
  }
}
