/**
 * What must not stay behind when the process ends before its work does: half a package, a directory to build in. Errors
 * are for the work's own `finally`; this is for signals, and for plugins that end the process, or never settle so that
 * it ends by itself. Then the exit code says failed, whatever the plugin wanted.
 */
import {complain} from './terminal.ts'

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
/** Node's own for a process in which nothing is left to wait for but a promise that nobody settles. */
const unsettled = 13

const undos = new Set<() => void>()

/** Has `undo` called if the process ends first. It must be synchronous. Gives a function that says: the work is done. */
export function undoIfEnded(undo: () => void): () => void {
  if (undos.size === 0) listen()
  undos.add(undo)
  return () => {
    if (undos.delete(undo) && undos.size === 0) stopListening()
  }
}

function listen(): void {
  for (const signal of signals) process.on(signal, onSignal)
  process.on('exit', onExit)
}

function stopListening(): void {
  for (const signal of signals) process.off(signal, onSignal)
  process.off('exit', onExit)
}

/** Ends by the same signal, as if nobody had listened. */
function onSignal(signal: NodeJS.Signals): void {
  undoAll()
  stopListening()
  process.kill(process.pid, signal)
}

function onExit(code: number): void {
  undoAll()
  if (code !== 0 && code !== unsettled) return
  process.exitCode = 1
  complain('the process ended in the middle of its work: a plugin ended it, or never answered', [])
}

/** The last begun first. */
function undoAll(): void {
  for (const undo of [...undos].reverse()) {
    try {
      undo()
    } catch {}
  }
  undos.clear()
}
