/** What is read of a wheel, which is a zip archive: the `addon.flavour` that lies least deep in it, and nothing else. */
import {buffer} from 'node:stream/consumers'
import type {Entry} from 'yauzl'
import yauzl from 'yauzl'
import {failures} from './failure.ts'

const limits = {bytes: 1024 * 1024, entries: 500_000} as const

/** Undefined where there is none. */
export async function addonInWheel(path: string, title: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    const zip = await yauzl.openPromise(path, {autoClose: false})
    try {
      if (zip.entryCount > limits.entries) throw failures.wheel(title, `it has ${zip.entryCount} entries`)
      let best: Entry | undefined
      for await (const entry of zip.eachEntry()) {
        signal.throwIfAborted()
        if (/(?:^|\/)addon\.flavour$/.test(entry.fileName) && (best === undefined || precedes(entry, best))) best = entry
      }
      if (best === undefined) return undefined
      if (best.uncompressedSize > limits.bytes) throw failures.wheel(title, `its ${best.fileName} has ${best.uncompressedSize} bytes`)
      // The stream ends with an error when it holds more than that.
      return await buffer(await zip.openReadStreamPromise(best))
    } finally {
      zip.close()
    }
  } catch (error) {
    if (signal.aborted || (error instanceof Error && 'problem' in error)) throw error
    throw failures.wheel(title, error instanceof Error ? error.message : String(error))
  }
}

function precedes({fileName: one}: Entry, {fileName: other}: Entry): boolean {
  const depth = (name: string): number => name.split('/').length
  return depth(one) === depth(other) ? one < other : depth(one) < depth(other)
}
