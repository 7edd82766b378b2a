/**
 * A registry of images and other artifacts on the loopback: Debian's docker-registry, with a directory and a port of its own. With
 * `locked`, who wants anything of it signs in as `ociUser` with name and password; with `tokens`, brings a token of the server that is
 * named there, whose key is in the certificate.
 */
import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {writeTree} from './run.ts'

export interface OciRegistry {
  /** As it stands in front of an image's name: `127.0.0.1:40123`. */
  readonly host: string
  stop(): Promise<void>
}

/** Who may sign in where a registry is locked, and how the registry knows. */
export const ociUser = {hash: '$2y$04$txi0VTQm7x1O4PMZwNfpaO6iYbBfBPWsB5SaoUkQRTjeJiiGGyZPO', password: 'wrench', username: 'jo'} as const

/** Why there can be none here; undefined when there can. */
export function ociRegistryMissing(): string | undefined {
  return spawnSync('docker-registry', ['--version'], {stdio: 'ignore'}).error === undefined
    ? undefined
    : 'docker-registry is not on the PATH'
}

export interface OciRegistryOptions {
  readonly locked?: boolean
  /** The URL that gives tokens, and a file with the certificate of its key, in PEM. It is called `flavor`, and so is the registry. */
  readonly tokens?: {readonly realm: string; readonly certificate: string}
}

export async function startOciRegistry({locked = false, tokens}: OciRegistryOptions = {}): Promise<OciRegistry> {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-registry-'))
  const htpasswd = {path: join(directory, 'users'), realm: 'flavor'}
  const token = tokens && {issuer: 'flavor', realm: tokens.realm, rootcertbundle: tokens.certificate, service: 'flavor'}
  const settings = {
    http: {addr: '127.0.0.1:0', secret: 'for tests alone'},
    log: {formatter: 'json', level: 'info'},
    storage: {cache: {blobdescriptor: 'inmemory'}, delete: {enabled: true}, filesystem: {rootdirectory: join(directory, 'data')}},
    version: '0.1',
    ...(locked && {auth: {htpasswd}}),
    ...(token && {auth: {token}}),
  }
  await writeTree(directory, {'config.yml': JSON.stringify(settings), users: `${ociUser.username}:${ociUser.hash}\n`})
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], {stdio: ['ignore', 'ignore', 'pipe']})
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async (): Promise<void> => {
    child.kill()
    await ended
    rmSync(directory, {force: true, recursive: true})
  }
  try {
    return {host: await listening(child.stderr), stop}
  } catch (error) {
    await stop()
    throw error
  }
}

/** It says on which port it has come to listen. What it logs later is read and dropped. */
async function listening(log: NodeJS.ReadableStream): Promise<string> {
  const lines: string[] = []
  return await new Promise((resolve, reject) => {
    createInterface({input: log})
      .on('line', (line) => {
        lines.push(line)
        const [, host] = /listening on (127\.0\.0\.1:\d+)/.exec(line) ?? []
        if (host !== undefined) resolve(host)
      })
      .on('close', () => reject(new Error(`docker-registry: ${lines.slice(-5).join('\n')}`)))
  })
}
