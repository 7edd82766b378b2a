/**
 * One line on the terminal that says what is at work, once that takes longer than a second: programs and containers say nothing for a long time.
 *
 *   await during('npm install --package-lock-only', () => …)
 *
 *   flavour: at work: npm install --package-lock-only (12 s)
 *
 * Of several at once it is the one that began last. The line goes with the last of them, and nothing of it is there where stderr is no terminal.
 * oclif's `ux.action` is not for this: it leaves a line for each, also in scripts, and holds back what others print in the meantime.
 */
import {pass} from './terminal.ts'
import {printable} from './text.ts'

const patience = 1000
const interval = 250
/** More than there is room for. */
const longest = 500

interface Activity {
  readonly what: string
  readonly begun: number
}

const running = new Set<Activity>()
let timer: NodeJS.Timeout | undefined
let heard = ''
let quiet = false

/** Says nothing from here on: what programs print is shown itself. */
export function beQuiet(): void {
  quiet = true
}

export async function during<T>(what: string, work: () => Promise<T>): Promise<T> {
  const activity = {begun: performance.now(), what}
  running.add(activity)
  if (!quiet) timer ??= setInterval(draw, interval).unref()
  try {
    return await work()
  } finally {
    running.delete(activity)
    heard = ''
    if (running.size === 0) stop()
  }
}

/** What it prints: the last line of it is shown where one alone is at work. */
export function hear(text: string): void {
  heard =
    text
      .slice(-longest)
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1) ?? ''
}

function stop(): void {
  clearInterval(timer)
  timer = undefined
  pass('')
}

function draw(): void {
  const [first, last] = [[...running].at(0), [...running].at(-1)]
  if (first === undefined || last === undefined || performance.now() - first.begun < patience) return
  const seconds = Math.round((performance.now() - last.begun) / 1000)
  pass(printable(`at work: ${last.what} (${seconds} s)${heard === '' || first !== last ? '' : `: ${heard}`}`))
}
