/**
 * uv where it is on PATH, else pip: the interpreter's own, or that of `python3`. Both take packages from where their own
 * settings say (indexes, certificates, proxies), and both compile what comes as source only with the interpreter itself.
 */
import {Failure} from './failure.ts'
import type {Interpreter} from './interpreter.ts'
import {run} from './run.ts'

export interface Installer {
  readonly name: 'pip' | 'uv'
  readonly version: string
  /** `place` says where to: `['--prefix', DIR]`; `what` is what the command line of pip and uv have in common. */
  installInto(cwd: string, place: readonly string[], what: readonly string[]): Promise<{readonly code: number; readonly output: string}>
}

export async function findInstaller(interpreter: Interpreter): Promise<Installer> {
  const {code, stdout} = await run(['uv', '--version'])
  return code === 0 ? uv(stdout.trim(), interpreter) : await pip(interpreter)
}

function uv(version: string, {env, executable}: Interpreter): Installer {
  // Hard links would let patchelf change what is in uv's own cache.
  const common = ['--python', executable, '--link-mode', 'copy', '--no-progress', '--color', 'never']
  return {
    installInto: (cwd, place, what) => finish(['uv', 'pip', 'install', ...common, ...place, ...what], cwd, env),
    name: 'uv',
    version,
  }
}

async function pip(interpreter: Interpreter): Promise<Installer> {
  const {command, version} = await pipFor(interpreter)
  const common = ['--ignore-installed', '--no-compile', '--no-warn-script-location', '--no-color', '--progress-bar', 'off']
  return {
    installInto: (cwd, place, what) => finish([...command, 'install', ...common, ...place, ...what], cwd, interpreter.env),
    name: 'pip',
    version: `pip ${version}`,
  }
}

async function pipFor({env, executable, pip: own}: Interpreter): Promise<{readonly command: readonly string[]; readonly version: string}> {
  if (own !== undefined) return {command: [executable, '-m', 'pip'], version: own}
  const other = ['python3', '-m', 'pip', '--python', executable]
  const {code, stdout} = await run([...other, '--version'], {env})
  if (code === 0) return {command: other, version: stdout.split(' ')[1] ?? stdout}
  throw new Failure(
    `there is neither uv nor a pip that could install for ${executable}`,
    `${executable} -m ensurepip, or: apt-get install python3-pip`,
  )
}

async function finish(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const {code, stderr, stdout} = await run(command, {cwd, env})
  return {code, output: `${stdout}\n${stderr}`}
}
