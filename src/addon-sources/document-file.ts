/** A file that is an `addon.flavour`, whatever it is called. */
import {open} from 'node:fs/promises'
import {resolve} from 'node:path'
import {sourceErrors} from './errors.ts'
import {type LocatedAddon, type SourceContext, usualLimits} from './source.ts'

export async function documentIn(path: string, {cwd, limits = usualLimits}: SourceContext): Promise<LocatedAddon> {
  const place = resolve(cwd, path)
  const bytes = await limitedRead(place, path, limits.size)
  return {bytes, found: undefined, from: path, keptSource: {source: `file:${place}`}, kind: 'file', stacks: [], version: undefined}
}

/** `shown` is the path as the user knows it. */
export async function limitedRead(path: string, shown: string, most: number): Promise<Uint8Array> {
  const bytes = await readAtMost(path, most).catch((error) => {
    throw sourceErrors.file(shown, error)
  })
  if (bytes === undefined) throw sourceErrors.tooLarge(shown, most)
  return bytes
}

/** Undefined when there is more. A named pipe is read, too: `--package <(…)`. */
async function readAtMost(path: string, most: number): Promise<Uint8Array | undefined> {
  await using file = await open(path)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of file.createReadStream({autoClose: false}) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
