/**
 * A copy of the sources with their modules beside them, but for files whose functions nothing here calls. Go initializes every package that
 * is linked in, at each start, whether it is used or not: these two and what they bring would take a warm start 0.7 ms. `go build` in
 * `native/` makes the same launcher, a slower one.
 */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {copySources} from './sources.ts'
import {runTool} from './tools.ts'

export const leftOut: readonly string[] = [
  // What a server needs of brotli; it brings net/http.
  'github.com/andybalholm/brotli/http.go',
  // From Snappy to zstd, with a table for sums of its own.
  'github.com/klauspost/compress/zstd/snappy.go',
]

/** Gives why it cannot be made; undefined when it stands in `directory`, to be built with `-mod=vendor`. */
export async function copyWithModules(directory: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  copySources(directory)
  const {ok, stderr} = await runTool('go', ['mod', 'vendor'], {cwd: directory, env})
  if (!ok) return stderr
  const places = leftOut.map((path) => join(directory, 'vendor', path))
  const strange = leftOut.filter((_, index) => !existsSync(places[index] as string))
  if (strange.length > 0) return `not in the modules any more: ${strange.join(', ')}`
  for (const place of places) rmSync(place)
  return undefined
}
