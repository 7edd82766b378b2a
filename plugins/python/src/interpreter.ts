/**
 * The installation of Python that an environment gets its interpreter from: the one behind `python3`, a prefix, Debian's
 * packages, or one of those that uv manages. What it is, it says itself.
 */
import {existsSync, readdirSync, realpathSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {debianPython} from './debian.ts'
import {Failure, lastWords} from './failure.ts'
import {run} from './run.ts'
import type {Workshop} from './workshop.ts'

export interface Interpreter {
  /** The real file, no link. */
  readonly executable: string
  readonly prefix: string
  /** Directories of the standard library: one, or two where compiled modules have their own. */
  readonly libraries: readonly string[]
  /** `3.11` */
  readonly series: string
  /** `3.11.7 (main, …) [GCC …]` */
  readonly version: string
  /** Version of its own pip; undefined where it has none. */
  readonly pip: string | undefined
  /** Variables it needs to run where it lies now. */
  readonly env: Readonly<Record<string, string>>
}

const question = `
import json, os, sys, sysconfig
try:
    from importlib.metadata import version
    pip = version('pip')
except Exception:
    pip = None
print(json.dumps({
    'executable': os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable),
    'implementation': sys.implementation.name,
    'libraries': [sysconfig.get_path('stdlib'), sysconfig.get_path('platstdlib', vars={'platbase': sys.base_exec_prefix})],
    'number': list(sys.version_info[:2]),
    'pip': pip if sys.prefix == sys.base_prefix else None,
    'prefix': sys.base_prefix,
    'version': sys.version,
}))`

interface Answer {
  readonly executable: string
  readonly implementation: string
  readonly libraries: readonly string[]
  readonly number: readonly [number, number]
  readonly pip: string | null
  readonly prefix: string
  readonly version: string
}

/** Throws Failure where there is none that can be taken along. */
export async function findInterpreter(choice: string | undefined, project: string, workshop: Workshop): Promise<Interpreter> {
  if (choice === undefined)
    return await interpreterAt('python3', 'install Python 3, or name an installation: options: {python: /opt/python3.12}')
  if (choice.startsWith('debian:')) return await debianInterpreter(choice.slice(7), workshop)
  if (choice.startsWith('uv:')) return await managedByUv(choice.slice(3), workshop)
  const prefix = resolve(project, choice)
  const program = ['bin/python3', 'bin/python'].map((name) => join(prefix, name)).find((path) => existsSync(path))
  if (program !== undefined) return await interpreterAt(program, 'name another installation: options: {python: DIR}')
  const what = statSync(prefix, {throwIfNoEntry: false})?.isDirectory() ? 'it has no bin/python3' : 'there is no such directory'
  throw new Failure(
    `\`python\` names ${prefix}: ${what}`,
    'name the directory of an installation: what python3 -c "import sys; print(sys.base_prefix)" prints',
  )
}

async function debianInterpreter(series: string, workshop: Workshop): Promise<Interpreter> {
  const {env, program} = await debianPython(series, workshop)
  return await interpreterAt(program, 'name another installation: options: {python: DIR}', env)
}

/** Which one `3.12` is depends on the uv. */
async function managedByUv(version: string, {cache}: Workshop): Promise<Interpreter> {
  const uv = await run(['uv', '--version'])
  if (uv.code !== 0) throw new Failure(`Python ${version} of uv: there is no uv on PATH`, 'python3 -m pip install uv')
  const hint = `uv python list ${version}`
  const directory = await cache.entry(`uv python ${version} ${uv.stdout.trim()}`, async (empty) => {
    const quiet = ['--no-bin', '--no-progress', '--color', 'never']
    const {code, stderr} = await run(['uv', 'python', 'install', ...quiet, '--install-dir', empty, version])
    if (code !== 0) throw new Failure(`uv cannot download Python ${version}`, hint, lastWords(stderr))
  })
  // Beside it uv leaves links, to where the directory was at first.
  const [name = ''] = readdirSync(directory, {withFileTypes: true}).flatMap((found) =>
    found.isDirectory() && /^cpython-/.test(found.name) ? [found.name] : [],
  )
  return await interpreterAt(join(directory, name, 'bin/python3'), hint)
}

async function interpreterAt(program: string, hint: string, env: Readonly<Record<string, string>> = {}): Promise<Interpreter> {
  const {code, stderr, stdout} = await run([program, '-c', question], {env})
  if (code === 127) throw new Failure(`there is no ${program}${program.includes('/') ? '' : ' on PATH'}`, hint)
  const said = code === 0 ? (JSON.parse(stdout) as Answer) : undefined
  if (said === undefined) throw new Failure(`${program} does not run`, hint, lastWords(stderr))
  const [major, minor] = said.number
  if (said.implementation !== 'cpython' || major !== 3 || minor < 9)
    throw new Failure(`${program} is ${said.implementation} ${major}.${minor}: an environment takes CPython from 3.9 on`, hint)
  return {
    env,
    executable: said.executable,
    libraries: [...new Set(said.libraries.map((path) => realpathSync(path)))],
    pip: said.pip ?? undefined,
    prefix: realpathSync(said.prefix),
    series: `${major}.${minor}`,
    version: said.version,
  }
}
