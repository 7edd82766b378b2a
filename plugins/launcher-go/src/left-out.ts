/**
 * A copy of the sources with their modules beside them, but for files whose functions nothing here calls, and for a table that is made when
 * it is asked for instead. Go initializes every package that is linked in, at each start, whether it is used or not: this and what it
 * brings would take a warm start 0.5 ms. `go build` in `native/` makes the same launcher, a slower one.
 */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {copySources} from './sources.ts'
import {runTool} from './tools.ts'

const leftOut: readonly string[] = [
  // What a server needs of brotli; it brings net/http.
  'github.com/andybalholm/brotli/http.go',
  // From Snappy to zstd, with a table for sums of its own.
  'github.com/klauspost/compress/zstd/snappy.go',
]

/** Text of a file, and what stands there instead. The library keeps the tables that it has made. */
const replaced: readonly (readonly [path: string, from: string, to: string])[] = [
  ['github.com/xi2/xz/dec_stream.go', 'var xzCRC64Table = crc64.MakeTable(crc64.ECMA)\n', ''],
  ['github.com/xi2/xz/dec_stream.go', 'crc64.New(xzCRC64Table)', 'crc64.New(crc64.MakeTable(crc64.ECMA))'],
]

/** All that makes the sources differ from their modules. */
export const changes: readonly string[] = [...leftOut, ...replaced.flat()]

/** Gives why it cannot be made; undefined when it stands in `directory`, to be built with `-mod=vendor`. */
export async function copyWithModules(directory: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  copySources(directory)
  const {ok, stderr} = await runTool('go', ['mod', 'vendor'], {cwd: directory, env})
  if (!ok) return stderr
  const strange = [...leaveOut(join(directory, 'vendor')), ...replace(join(directory, 'vendor'))]
  return strange.length > 0 ? `not in the modules any more: ${strange.join(', ')}` : undefined
}

/** Gives those that are not there. */
function leaveOut(vendor: string): readonly string[] {
  const strange = leftOut.filter((path) => !existsSync(join(vendor, path)))
  for (const path of leftOut) rmSync(join(vendor, path), {force: true})
  return strange
}

function replace(vendor: string): readonly string[] {
  return replaced.flatMap(([path, from, to]) => {
    const place = join(vendor, path)
    const parts = existsSync(place) ? readFileSync(place, 'utf8').split(from) : []
    if (parts.length !== 2) return [`${from.trim()} in ${path}`]
    writeFileSync(place, parts.join(to))
    return []
  })
}
