/**
 * Programs for Windows, run by Wine in a prefix of their own that goes away afterwards. Wine before 9.0 lacks a library that
 * programs made by Go and Rust ask for; where it is missing and MinGW is there, a stand-in is built.
 */
import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {execute, type Finished} from '../run.ts'

export interface Wine {
  /** A directory for the test's files. */
  readonly directory: string
  /** The same as Windows programs name it. */
  windows(path: string): string
  /** What a user's environment holds, and nothing of this process. */
  readonly env: Readonly<Record<string, string>>
  readonly program: string
  run(program: string, args?: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Finished>
  remove(): void
}

const here = fileURLToPath(new URL('./', import.meta.url))
const programs = ['/usr/lib/wine/wine64', '/usr/bin/wine64', '/usr/bin/wine']
const servers = ['/usr/lib/wine/wineserver64', '/usr/lib/wine/wineserver', '/usr/bin/wineserver']

/** A reason in words where there is none. */
export function openWine(): Wine | string {
  const program = programs.find((path) => existsSync(path))
  if (program === undefined) return 'there is no wine64 on this machine'
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'flavor-wine-')))
  const prefix = join(directory, 'prefix')
  const env = {HOME: join(directory, 'home'), LANG: 'C.UTF-8', PATH: '/usr/bin:/bin', WINEDEBUG: '-all', WINEPREFIX: prefix}
  mkdirSync(env.HOME)
  // Its server stays until the end, and holds nobody's output open.
  const serve = (word: string) => spawnSync(servers.find((path) => existsSync(path)) ?? 'wineserver', [word], {env, stdio: 'ignore'})
  serve('-p')
  const problem = prepare(program, prefix, env)
  // Wine's own processes end two seconds after the last program, and hold open what the first was given: this one is neither.
  const keeper = problem
    ? undefined
    : spawn(program, ['cmd', '/c', 'pause'], {env, stdio: ['pipe', 'ignore', 'ignore']}).on('error', () => {})
  const remove = () => {
    keeper?.stdin?.destroy()
    serve('-k')
    serve('-w')
    rmSync(directory, {force: true, recursive: true})
  }
  if (problem !== undefined) {
    remove()
    return problem
  }
  return {
    directory,
    env,
    program,
    remove,
    run: (name, args = [], more = {}, input = '') => execute(program, [name, ...args], {cwd: directory, env: {...env, ...more}, input}),
    windows: (path) => `Z:${path.replaceAll('/', '\\')}`,
  }
}

function prepare(program: string, prefix: string, env: Readonly<Record<string, string>>): string | undefined {
  const start = () => spawnSync(program, ['cmd', '/c', 'exit 0'], {env, stdio: 'ignore'})
  // To make a prefix takes long on a busy machine, and Wine may give up; what it has made by then is there the second time.
  const first = start()
  const {signal, status} = first.status === 0 ? first : start()
  if (status !== 0) return `wine64 does not start here: it ended with ${signal ?? status}`
  const library = join(prefix, 'drive_c/windows/system32/bcryptprimitives.dll')
  if (existsSync(library)) return undefined
  const built = spawnSync('x86_64-w64-mingw32-gcc', ['-shared', '-O1', '-s', '-o', library, `${here}bcryptprimitives.c`, '-ladvapi32'])
  return built.status === 0 ? undefined : 'this Wine lacks bcryptprimitives.dll, and there is no MinGW to build a stand-in'
}
