/** One line on a terminal, when unpacking takes longer than a second; it is gone when the application starts. */
import {isatty} from 'node:tty'
import type {Package} from '../../../src/format/examination.ts'
import {say} from './report.ts'

export interface Progress {
  readonly add: (bytes: number) => void
  readonly end: () => void
}

export function createProgress({metadata, slots}: Package): Progress {
  if (!isatty(2)) return {add: () => {}, end: () => {}}
  const total = slots.reduce((sum, {storedSize}) => sum + storedSize, 0)
  let next = Date.now() + 1000
  let done = 0
  let shown = false
  return {
    add(bytes) {
      done += bytes
      if (Date.now() < next) return
      next = Date.now() + 200
      shown = true
      say(`\r${metadata.name}: unpacking, ${megabytes(done)} of ${megabytes(total)} MB, only this first time\x1b[K`)
    },
    end() {
      if (shown) say('\r\x1b[K')
    },
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
}
