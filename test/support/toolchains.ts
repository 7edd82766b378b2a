/** Compilers as whoever runs the tests has them set up: in a sandbox only what is built lies there, not what builds. */
import {spawnSync} from 'node:child_process'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {execute, type Sandbox} from './run.ts'

const settings = {
  cargo: {
    CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
  },
  go: {CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local'},
} as const

export type Toolchain = keyof typeof settings

/** The words that make the compiler say which it is; undefined when it is not there. */
export function missing(toolchain: Toolchain): string | undefined {
  const {status} = spawnSync(toolchain, [toolchain === 'go' ? 'version' : '--version'], {stdio: 'ignore'})
  return status === 0 ? undefined : `${toolchain} is not on the PATH`
}

/** Throws what the compiler said when it fails. */
export async function build(box: Sandbox, directory: string, line: string): Promise<void> {
  const [program = '', ...args] = line.split(' ')
  const own = program === 'go' ? {GOCACHE: cacheOfGo()} : {}
  const env = {...box.env, ...settings[program as Toolchain], ...own}
  const {code, stderr} = await execute(program, args, {cwd: box.path(directory), env})
  if (code !== 0) throw new Error(`${line}: ${stderr}`)
}

function cacheOfGo(): string {
  return spawnSync('go', ['env', 'GOCACHE'], {encoding: 'utf8'}).stdout.trim()
}
