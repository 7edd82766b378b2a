/** One line on the terminal while something takes longer than a second: bytes done, of how many, and how fast. */
import {formatBytes} from './text.ts'

const patience = 1000
const interval = 100

export interface Progress {
  update(done: number, total: number): void
  /** Takes the line away again. */
  stop(): void
}

/** Silent when stderr is no terminal. */
export function startProgress(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const started = performance.now()
  let drawn = started + patience - interval
  let visible = false
  return {
    stop: () => {
      if (visible) stream.write('\r\x1b[K')
    },
    update: (done, total) => {
      const now = performance.now()
      if (!stream.isTTY || now - drawn < interval) return
      drawn = now
      visible = true
      stream.write(`\r\x1b[K${line(what, done, total, (now - started) / 1000)}`)
    },
  }
}

function line(what: string, done: number, total: number, seconds: number): string {
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total)
  return `${what}: ${formatBytes(done)} of ${formatBytes(total)} (${percent} %), ${formatBytes(Math.round(done / seconds))}/s`
}
