/** What is read of a package of npm, which is a compressed tar archive: the `addon.flavour` at its root, and nothing else. */
import {createReadStream} from 'node:fs'
import {Writable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGunzip} from 'node:zlib'
import {Parser, type ReadEntry} from 'tar'
import {failures} from './failure.ts'

const limits = {bytes: 1024 * 1024, unpacked: 4 * 1024 * 1024 * 1024} as const

/** Undefined where there is none. All of a package lies in one directory, whatever its name. */
export async function addonInTarball(path: string, title: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const found: Buffer[] = []
  let size: number | undefined
  const parser = new Parser({
    filter: (name, entry) => /^(?:\.\/)?[^/]+\/addon\.flavour$/.test(name) && /File$/.test((entry as ReadEntry).type),
    onReadEntry: (entry) => {
      size = entry.size
      found.length = 0
      if (entry.size <= limits.bytes) entry.on('data', (part: Buffer) => found.push(part))
      entry.resume()
    },
  })
  try {
    await pipeline(createReadStream(path), createGunzip(), intoParser(parser), {signal})
  } catch (error) {
    if (signal.aborted) throw error
    throw failures.tarball(title, error instanceof Error ? error.message : String(error))
  }
  if (size !== undefined && size > limits.bytes) throw failures.tarball(title, `its addon.flavour has ${size} bytes`)
  return size === undefined ? undefined : Buffer.concat(found)
}

function intoParser(parser: Parser): Writable {
  let total = 0
  let failed: Error | undefined
  parser.on('error', (error: Error) => {
    failed = error
  })
  return new Writable({
    final: (done) => {
      parser.end()
      done(failed)
    },
    write: (part: Buffer, _, done) => {
      total += part.length
      parser.write(part)
      done(total > limits.unpacked ? new Error(`it is larger than ${limits.unpacked} bytes`) : failed)
    },
  })
}
