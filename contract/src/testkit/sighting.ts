/** Asks a plugin in a child process, where it can do no harm, and tells what came of it. */
import {fork} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import type {HookModule} from './plugin.ts'
import type {Sighting} from './probe.ts'

export interface Visit {
  /** Why there is no sighting. */
  readonly problem: string | undefined
  readonly sighting: Sighting | undefined
  /** What it printed on stdout and stderr. */
  readonly printed: string
}

/** As long as the host waits. */
const patience = 5000

export async function visit(modules: readonly HookModule[]): Promise<Visit> {
  const script = fileURLToPath(new URL('probe.js', import.meta.url))
  const child = fork(script, {execArgv: [], serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc']})
  const printed: string[] = []
  let outcome: Partial<Visit> = {}
  child.stdout?.on('data', (text) => printed.push(String(text)))
  child.stderr?.on('data', (text) => printed.push(String(text)))
  child.on('message', (message: Partial<Visit>) => {
    outcome = message
  })
  child.send(modules)
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  const problem = signal ? `it gave no answer within ${patience / 1000} seconds` : `it ended the process (exit ${code}) without an answer`
  return {printed: printed.join(''), problem: outcome.sighting ? undefined : (outcome.problem ?? problem), sighting: outcome.sighting}
}
