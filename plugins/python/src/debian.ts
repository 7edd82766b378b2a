/**
 * Python from Debian's packages, of this machine's sources of apt: downloaded and unpacked, never installed. All that it
 * depends on comes along, apart from glibc and what is no library, so that nothing of this machine's own gets into the package.
 */
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {Failure, lastWords} from './failure.ts'
import {sha256} from './files.ts'
import {run} from './run.ts'
import {room, type Workshop} from './workshop.ts'

export interface DebianPython {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

/** Not glibc, and nothing that no library needs. */
const left =
  /^(?:libc6|libc-bin|dpkg|debconf|tzdata|media-types|mime-support|mailcap|perl.*|gcc-.*-base|readline-common|netbase|libdebconf.*|cdebconf)$/

export async function debianPython(series: string, workshop: Workshop): Promise<DebianPython> {
  if (!/^3\.\d+$/.test(series))
    throw new Failure(`\`python\` names debian:${series}: that is no version`, 'write it with two numbers: debian:3.11')
  const packages = await packagesOf(`python${series}`)
  const {stdout} = await apt(['download', '--print-uris', ...packages], series)
  const root = await workshop.cache.entry(`debian ${sha256(stdout)}`, (directory) => unpack(packages, series, directory, workshop))
  return {env: {LD_LIBRARY_PATH: libraryPath(root)}, program: join(root, `usr/bin/python${series}`)}
}

async function packagesOf(name: string): Promise<readonly string[]> {
  const no = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((relation) => `--no-${relation}`)
  const {stdout} = await apt(['depends', '--recurse', ...no, name], name.slice(6), 'apt-cache')
  const names = stdout.split('\n').filter((line) => /^[a-z\d]/.test(line))
  return [...new Set(names)].filter((found) => !left.test(found)).sort()
}

async function unpack(packages: readonly string[], series: string, directory: string, workshop: Workshop): Promise<void> {
  const archives = room(workshop, 'debian')
  // apt gives up its rights to a user that may not write here, and says so in a warning.
  await apt(['-o', 'APT::Sandbox::User=root', 'download', ...packages], series, 'apt-get', archives)
  for (const name of readdirSync(archives).sort()) {
    const {code, stderr} = await run(['dpkg-deb', '-x', join(archives, name), directory])
    if (code !== 0) throw new Failure(`dpkg-deb cannot unpack ${name}`, `apt-get download ${packages.join(' ')}`, lastWords(stderr))
  }
}

async function apt(args: readonly string[], series: string, program = 'apt-get', cwd?: string) {
  const finished = await run([program, ...args], cwd === undefined ? {} : {cwd})
  if (finished.code === 127)
    throw new Failure(`Debian's Python ${series}: there is no ${program} on PATH`, 'pack on a Debian system, or leave `python` out')
  if (finished.code === 0) return finished
  throw new Failure(`apt finds no Python ${series}`, `apt-get update && apt-cache policy python${series}`, lastWords(finished.stderr))
}

function libraryPath(root: string): string {
  const multiarch = existsSync(join(root, 'usr/lib'))
    ? readdirSync(join(root, 'usr/lib')).filter((name) => name.includes('-linux-gnu'))
    : []
  return ['usr/lib', 'lib']
    .flatMap((top) => multiarch.map((name) => join(root, top, name)))
    .filter((path) => existsSync(path))
    .join(':')
}
