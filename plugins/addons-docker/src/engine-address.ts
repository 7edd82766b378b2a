/**
 * Where the container engine is: what DOCKER_HOST says, else the Docker context that was chosen, else the first socket of Docker or
 * Podman that is there.
 */
import {constants} from 'node:fs'
import {access, readFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {chosenContext} from './docker-context.ts'
import {failures} from './failures.ts'

export interface EngineAddress {
  /** As DOCKER_HOST has it. */
  readonly name: string
  /** How `http.request` gets there. */
  readonly target: EngineTarget
}

export type EngineTarget =
  | {readonly socketPath: string}
  | {readonly host: string; readonly port: string; readonly tls: TlsFiles | undefined}

export interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  readonly rejectUnauthorized?: boolean
}

export async function engineAddress(environment: NodeJS.ProcessEnv = process.env): Promise<EngineAddress> {
  const {DOCKER_CERT_PATH, DOCKER_HOST, DOCKER_TLS_VERIFY} = environment
  const docker = environment.DOCKER_CONFIG || join(homedir(), '.docker')
  if (DOCKER_HOST) return parseAddress(DOCKER_HOST, DOCKER_TLS_VERIFY ? await tlsFiles(DOCKER_CERT_PATH || docker) : undefined)
  const context = await chosenContext(docker, environment.DOCKER_CONTEXT)
  if (context === undefined) return await firstSocket(sockets(environment))
  const files = await tlsFiles(context.certificates)
  const tls = files.ca || files.cert || context.unverified ? {...files, rejectUnauthorized: !context.unverified} : undefined
  return parseAddress(context.host, tls)
}

export function parseAddress(name: string, tls?: TlsFiles): EngineAddress {
  if (name.startsWith('unix://')) return {name, target: {socketPath: name.slice('unix://'.length)}}
  if (name.startsWith('npipe://')) return {name, target: {socketPath: name.slice('npipe://'.length).replaceAll('/', '\\')}}
  const [, scheme, host, port] = /^(tcp|https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::(\d+))?\/?$/i.exec(name) ?? []
  if (scheme !== undefined && host !== undefined) {
    const secure = tls ?? (scheme === 'https' ? {} : undefined)
    return {name, target: {host: host.replaceAll(/[[\]]/g, ''), port: port ?? (secure ? '2376' : '2375'), tls: secure}}
  }
  throw failures.badAddress(
    name,
    name.startsWith('ssh://') ? 'engines behind ssh are not reached' : 'it begins with unix://, tcp:// or npipe://',
  )
}

async function tlsFiles(directory: string): Promise<TlsFiles> {
  const names = ['ca', 'cert', 'key'] as const
  const files = await Promise.all(names.map((name) => readFile(join(directory, `${name}.pem`)).catch(() => undefined)))
  return Object.fromEntries(names.flatMap((name, index) => (files[index] === undefined ? [] : [[name, files[index]]])))
}

/** Docker as root, Docker without, Docker Desktop, then Podman. */
function sockets({XDG_RUNTIME_DIR}: NodeJS.ProcessEnv): readonly string[] {
  if (process.platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/podman-machine-default']
  const own = XDG_RUNTIME_DIR ? [`${XDG_RUNTIME_DIR}/docker.sock`] : []
  const podman = XDG_RUNTIME_DIR ? [`${XDG_RUNTIME_DIR}/podman/podman.sock`] : []
  return ['/var/run/docker.sock', ...own, join(homedir(), '.docker/run/docker.sock'), ...podman, '/run/podman/podman.sock']
}

/** One that this user may open comes before one that they may not. */
async function firstSocket(places: readonly string[]): Promise<EngineAddress> {
  const found = await Promise.all(
    places.map(async (path) => ({allowed: await may(path, constants.R_OK | constants.W_OK), path, there: await may(path)})),
  )
  const socket = found.find(({allowed}) => allowed) ?? found.find(({there}) => there)
  if (socket === undefined) throw failures.noEngine(places)
  return parseAddress(`${process.platform === 'win32' ? 'npipe' : 'unix'}://${socket.path}`)
}

async function may(path: string, mode = constants.F_OK): Promise<boolean> {
  return await access(path, mode).then(
    () => true,
    () => false,
  )
}
