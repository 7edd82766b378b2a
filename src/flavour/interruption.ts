/**
 * Work that can be called off: Ctrl-C, TERM and HUP abort its signal, so that it undoes what it has begun and ends in its own way. Whoever
 * presses Ctrl-C twice does not want to wait; then the process ends at once, and what is half done is for the next command to undo.
 */
import {addonErrors} from '../addons/errors.ts'
import {FlavorError} from '../errors.ts'

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = (signal: (typeof signals)[number]): void => {
    stop()
    controller.abort(addonErrors.interrupted(signal))
  }
  const stop = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  try {
    return await work(controller.signal)
  } catch (error) {
    throw toldOf(error, controller.signal)
  } finally {
    stop()
  }
}

/** What Node throws for work that was called off says less than the reason for it. */
function toldOf(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted && !(error instanceof FlavorError) ? signal.reason : error
}

/** A signal that is also aborted, with `reason`, when so much time has passed. */
export async function within<T>(
  signal: AbortSignal,
  {reason, seconds}: {readonly reason: unknown; readonly seconds: number},
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(reason), Math.min(seconds * 1000, longest))
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } catch (error) {
    throw toldOf(error, late.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** What a timer can wait. */
const longest = 2 ** 31 - 1
