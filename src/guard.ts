/**
 * Holds a plugin's code while it is being asked, so that it can neither end the process, nor set its exit code, nor
 * bring it down with a rejection or an exception that nobody awaits.
 *
 * The guard is on only while a survey runs. It knows whose code is running by the asynchronous context, so everything
 * else in the process (a signal handler of the host, say) may still exit as it likes.
 */
import {AsyncLocalStorage} from 'node:async_hooks'

export interface Inquiry {
  /** What the plugin's hooks returned; nothing when it failed before. */
  readonly answers: readonly unknown[]
  /** What went wrong, one line each. */
  readonly problems: readonly string[]
}

interface Witness {
  readonly report: (problem: unknown) => void
}

const witnesses = new AsyncLocalStorage<Witness>()

/** Runs `work` within `milliseconds`. Never rejects: what goes wrong becomes a problem. */
export async function inquire(work: () => Promise<readonly unknown[]>, milliseconds: number): Promise<Inquiry> {
  const problems: string[] = []
  let timer: NodeJS.Timeout | undefined
  const report = (problem: unknown): void => {
    problems.push(oneLine(problem))
  }
  const answers = await new Promise<readonly unknown[]>((resolve) => {
    const fail = (problem: unknown): void => {
      report(problem)
      resolve([])
    }
    // This timer is never unref'd: while it ticks, a promise that nobody settles cannot empty the event loop.
    timer = setTimeout(() => fail(`it did not answer within ${milliseconds} ms`), milliseconds)
    witnesses.run({report: fail}, work).then(resolve, fail)
  })
  clearTimeout(timer)
  return {answers, problems: [...new Set(problems)]}
}

/** Rejects with whatever goes wrong in `work`, also with what it leaves for nobody to await, or that it tried to end the process. */
export async function held<T>(work: () => Promise<T>): Promise<T> {
  // As above: a promise that nobody settles must not end the process.
  const timer = setInterval(() => {}, 60_000)
  try {
    return await new Promise<T>((resolve, reject) => witnesses.run({report: reject}, work).then(resolve, reject))
  } finally {
    clearInterval(timer)
  }
}

let guards = 0
let lift: (() => void) | undefined

/** The guard is up while `work` runs; calls may overlap. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  if (guards++ === 0) lift = raise()
  try {
    return await work()
  } finally {
    if (--guards === 0) lift?.()
  }
}

function raise(): () => void {
  const {exit, exitCode} = process
  process.exit = ((...code) => {
    const witness = witnesses.getStore()
    // With an argument, even an undefined one, it would forget the exit code that was set.
    if (witness === undefined) return exit.apply(process, code)
    const refusal = new Error(`it tried to end the process with exit code ${code[0] ?? 0}`)
    witness.report(refusal)
    throw refusal
  }) as typeof process.exit
  const stray = (problem: unknown): void => {
    const witness = witnesses.getStore()
    if (witness === undefined) throw problem
    witness.report(problem)
  }
  process.on('uncaughtException', stray).on('unhandledRejection', stray)
  return () => {
    process.exit = exit
    process.exitCode = exitCode
    process.off('uncaughtException', stray).off('unhandledRejection', stray)
  }
}

/** The first line of anything thrown (errors, strings, null), without what oclif puts before it when a module does not load. */
function oneLine(problem: unknown): string {
  if (isExit(problem)) return `it tried to end the process with exit code ${problem.oclif.exit}`
  const text = problem instanceof Error ? problem.message || problem.name : String(problem)
  const [line = ''] = text.replace(loading, '').trim().split('\n', 1)
  return line === '' ? 'it failed without saying why' : line
}

/** What `this.exit(3)` throws. */
const isExit = (problem: unknown): problem is {readonly oclif: {readonly exit: number}} =>
  problem instanceof Error && 'code' in problem && problem.code === 'EEXIT' && 'oclif' in problem

const loading = /^(\[MODULE_NOT_FOUND\] )?(import\(\)|require) failed to load \S+: /
