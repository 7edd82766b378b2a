/**
 * What Go's own runtime does at each start for programs that run for long, and no setting spares without costing as much. It is taken out
 * by `go build -overlay`, which reads other files in the place of some. All of it together is a twelfth of a warm start. A toolchain whose
 * files have other words is used as it is.
 */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {runTool} from './tools.ts'

/** Text of a file of Go's library, and what stands there instead. */
export const libraryChanges: readonly (readonly [path: string, from: string, to: string])[] = [
  // A container's share of the processors, which takes five files of /proc and /sys. Who unpacks takes no more of them than it has work for.
  ['runtime/cgroup_linux.go', 'c, err := cgroup.OpenCPU(cgroupScratch[:])', 'c, err := cgroup.CPU{}, error(cgroup.ErrNoCgroup)'],
  // A profile of memory that nobody can ask for.
  ['runtime/mprof.go', 'var MemProfileRate int = 512 * 1024', 'var MemProfileRate int'],
  // Somebody who waits for that share to change.
  ['runtime/proc.go', '\tgo updateMaxProcsGoroutine()\n', ''],
]

/** The file for `-overlay`, in `directory`. */
export async function overlayLibrary(directory: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const library = join((await runTool('go', ['env', 'GOROOT'], {cwd, env})).stdout.trim(), 'src')
  mkdirSync(directory)
  const replaced = libraryChanges.flatMap(([path, from, to]) => {
    const [place, changed] = [join(library, path), join(directory, basename(path))]
    const parts = existsSync(place) ? readFileSync(place, 'utf8').split(from) : []
    if (parts.length !== 2) return []
    writeFileSync(changed, parts.join(to))
    return [[place, changed] as const]
  })
  const overlay = join(directory, 'overlay.json')
  writeFileSync(overlay, JSON.stringify({Replace: Object.fromEntries(replaced)}))
  return overlay
}
