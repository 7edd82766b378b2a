/**
 * A container engine of the tests' own: Debian's dockerd with a directory, a socket and processes that nobody else has. Images are made
 * FROM scratch with Debian's static busybox, so nothing is pulled from anywhere.
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync} from 'node:fs'
import {type IncomingMessage, request} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {create} from 'tar'
import {writeTree} from './run.ts'

export interface TestEngine {
  /** What DOCKER_HOST says to get there. */
  readonly host: string
  readonly socket: string
  /** Asks its API; throws what it says when it refuses. */
  ask<T = unknown>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T>
  /** Builds an image of a Dockerfile and what it copies; the directory `tools`, busybox under all its names, is there in any case. */
  build(tag: string, files: Readonly<Record<string, string>>): Promise<void>
  /** Names of all containers, whatever they do. */
  containers(): Promise<readonly string[]>
}

/** Why there can be none here; undefined when there can. */
export function engineMissing(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'only root can start one'
  const has = (program: string): boolean => spawnSync(program, ['--version'], {stdio: 'ignore'}).error === undefined
  if (!has('dockerd')) return 'dockerd is not on the PATH'
  return busybox() === undefined ? 'there is no static busybox' : undefined
}

// --- its life ---------------------------------------------------------------------------------------------------------

export interface Running {
  readonly directory: string
  readonly engine: TestEngine
  readonly process: ChildProcess
}

export async function startEngine(): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-docker-'))
  const path = (name: string): string => join(directory, name)
  const socket = path('docker.sock')
  const places = ['--data-root', path('data'), '--exec-root', path('exec'), '--pidfile', path('pid'), '-H', `unix://${socket}`]
  const log = openSync(path('log'), 'w')
  const process = spawn('dockerd', [...places, '--iptables=false', '--ip6tables=false', '--bridge=none'], {stdio: ['ignore', log, log]})
  closeSync(log)
  const mine = {directory, engine: engineAt(socket), process}
  // Who dies before the end of the tests leaves a directory behind, and no programs.
  globalThis.process.once('exit', () => process.kill())
  try {
    await untilReady(mine)
  } catch (error) {
    await stopEngine(mine)
    throw error
  }
  return mine
}

/** It is ready when it says so on its socket. */
async function untilReady({directory, engine, process}: Running): Promise<void> {
  for (;;) {
    if (process.exitCode !== null)
      throw new Error(`dockerd: ${readFileSync(join(directory, 'log'), 'utf8').split('\n').slice(-5).join('\n')}`)
    const ready = await engine.ask('GET', '/_ping').then(
      () => true,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** On TERM it ends its containers and its containerd, and takes its mounts away. */
export async function stopEngine({directory, process}: Running): Promise<void> {
  const ended = new Promise((resolve) => process.once('exit', resolve))
  if (process.exitCode === null && process.signalCode === null) {
    process.kill('SIGTERM')
    await ended
  }
  for (const mount of mountsBelow(directory)) spawnSync('umount', ['-l', mount])
  rmSync(directory, {force: true, recursive: true})
}

/** The deepest first. */
function mountsBelow(directory: string): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  return mounts
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`))
    .toReversed()
}

// --- its API ----------------------------------------------------------------------------------------------------------

export function engineAt(socket: string): TestEngine {
  const ask = async <T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> => {
    const bytes = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body)
    const type = body instanceof Uint8Array ? 'application/x-tar' : 'application/json'
    const answer = await send(socket, {headers: {'content-type': type, host: 'engine', ...headers}, method, path}, bytes)
    const said = await text(answer)
    if ((answer.statusCode ?? 500) >= 300) throw new Error(`${method} ${path}: ${said}`)
    return (/^\s*[[{]/.test(said) && !said.trim().includes('\n') ? JSON.parse(said) : said) as T
  }
  return {
    ask,
    build: async (tag, files) => {
      const said = await ask<string>('POST', `/build?${new URLSearchParams({forcerm: '1', t: tag})}`, await context(files))
      if (!String(said).includes('Successfully built')) throw new Error(`build ${tag}: ${said}`)
    },
    containers: async () =>
      (await ask<readonly {readonly Names: readonly string[]}[]>('GET', '/containers/json?all=1')).flatMap(({Names}) => Names),
    host: `unix://${socket}`,
    socket,
  }
}

function send(socketPath: string, options: object, body: string | Uint8Array | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({agent: false, socketPath, ...options}, resolve)
      .on('error', reject)
      .end(body)
  })
}

/** What stands in a directory of programs can be run. */
async function context(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-image-'))
  try {
    await writeTree(directory, files)
    for (const path of Object.keys(files)) if (/(^|\/)bin\//.test(path)) chmodSync(join(directory, path), 0o755)
    await addTools(join(directory, 'tools'))
    return create({cwd: directory, portable: true, sync: true}, ['.']).read() as Uint8Array
  } finally {
    rmSync(directory, {force: true, recursive: true})
  }
}

async function addTools(directory: string): Promise<void> {
  const program = busybox() ?? ''
  await writeTree(directory, {busybox: readFileSync(program)})
  chmodSync(join(directory, 'busybox'), 0o755)
  const names = spawnSync(program, ['--list'], {encoding: 'utf8'})
    .stdout.split('\n')
    .filter((name) => name !== '' && name !== 'busybox')
  for (const name of names) symlinkSync('busybox', join(directory, name))
}

/** One that needs no library beside it. */
function busybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path) && !isDynamic(path))
}

function isDynamic(program: string): boolean {
  return spawnSync('ldd', [program], {encoding: 'utf8'}).stdout.includes('=>')
}
