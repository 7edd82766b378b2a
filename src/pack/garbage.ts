/**
 * Compressors give out their results in buffers of megabytes each, dead as soon as they are written. V8 counts the
 * few bytes of each on its own heap and sees no reason to collect them for a long time, so packing a gigabyte would hold
 * sixty megabytes of garbage. Here it is asked to, now and then, for what is young: that takes a millisecond.
 */
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'

const interval = 32 * 1024 * 1024

/** A function to be told how many bytes have been packed so far. */
export function garbageCollector(): (done: number) => void {
  let collect: (() => void) | undefined
  let collected = 0
  return (done) => {
    if (done - collected < interval) return
    collected = done
    collect ??= exposeCollection()
    collect()
  }
}

function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (options: {readonly type: 'minor'}) => void
  return () => gc({type: 'minor'})
}
