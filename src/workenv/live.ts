/**
 * Is a directory in use? A FIFO in it answers: whoever uses the directory holds the FIFO open for reading, and the
 * system closes it with the process, however that ends. Opening it for writing fails with ENXIO exactly when nobody
 * holds it. No process id is recorded anywhere, so this holds across containers, reboots and kill -9.
 *
 * Node cannot make a FIFO; the program `mkfifo` (POSIX) does, once for each generation. Where it is missing an ordinary
 * file stands in, and such a directory counts as in use for a week after it was last started.
 */
import {spawnSync} from 'node:child_process'
import {chmodSync, closeSync, constants, openSync, statSync, writeFileSync} from 'node:fs'
import {codeOf} from '../unpack/system-error.ts'

const week = 7 * 24 * 3600 * 1000

/** The FIFO is for everybody: a base directory prepared by one user may be used by others. */
export function makeLive(path: string): void {
  // Its mode is set here: given one, GNU's mkfifo makes the FIFO and then fails where /proc is missing.
  const {status} = spawnSync('mkfifo', [path], {stdio: 'ignore'})
  if (status === 0) chmodSync(path, 0o666)
  else writeFileSync(path, '', {flag: 'wx'})
}

/** Marks as in use until the descriptor is closed. Undefined when it is gone. */
export function holdLive(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

export function isHeld(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
    return isFifo(path) || isRecent(path)
  } catch (error) {
    return codeOf(error) !== 'ENXIO' && codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR'
  }
}

function isFifo(path: string): boolean {
  return statSync(path).isFIFO()
}

function isRecent(path: string): boolean {
  return Date.now() - statSync(path).mtimeMs < week
}
