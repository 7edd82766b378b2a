/**
 * How somebody signs in to a registry of images: what `docker login` has left in Docker's configuration, either itself or with a helper, a program
 * that keeps it and is asked. Nothing of it is ever shown. Who keeps a token in place of a password is called `<token>`, as Docker has it.
 */
import {spawn} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join, parse} from 'node:path'
import {text} from 'node:stream/consumers'
import type {ManagerContext} from '@flavor/contract'
import {sourceErrors} from './errors.ts'
import {type JsonObject, objectOf, parseJson, textAt} from './json.ts'

type Credentials = Awaited<ReturnType<ManagerContext['credentials']>>

/** `host` as it stands in an image's name: `registry.example:5000`. */
export async function dockerCredentials(host: string, environment: NodeJS.ProcessEnv = process.env): Promise<Credentials> {
  const configuration = await configurationOf(environment)
  const [key, kept] = entryFor(host, configuration.auths)
  const helper = textAt(objectOf(configuration.credHelpers), host) ?? textAt(configuration, 'credsStore')
  return (helper === undefined ? undefined : await askHelper(helper, key, environment)) ?? said(kept)
}

async function configurationOf({DOCKER_CONFIG, HOME}: NodeJS.ProcessEnv): Promise<JsonObject> {
  const file = join(DOCKER_CONFIG || join(HOME || homedir(), '.docker'), 'config.json')
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return Buffer.from('{}')
    throw sourceErrors.docker(file, error)
  })
  const configuration = objectOf(parseJson(bytes))
  if (configuration === undefined) throw sourceErrors.docker(file)
  return configuration
}

const hub = 'https://index.docker.io/v1/'

/** Keys are hosts, or URLs of the protocol's first version, as that of Docker Hub still is. */
function entryFor(host: string, auths: unknown): readonly [key: string, kept: JsonObject | undefined] {
  const isHub = /^(?:(?:index|registry-1)\.)?docker\.io$/.test(host)
  const found = Object.entries(objectOf(auths) ?? {}).find(([key]) => (isHub ? key === hub : hostOf(key) === host))
  return found === undefined ? [isHub ? hub : host, undefined] : [found[0], objectOf(found[1])]
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
}

function said(kept: JsonObject | undefined): Credentials {
  const [password, username, token] = ['password', 'username', 'identitytoken'].map((key) => textAt(kept, key))
  if (token) return {password: token, username: '<token>'}
  if (username && password) return {password, username}
  const both = Buffer.from(textAt(kept, 'auth') ?? '', 'base64').toString()
  const colon = both.indexOf(':')
  return colon < 1 ? undefined : {password: both.slice(colon + 1), username: both.slice(0, colon)}
}

/** Windows looks for programs where they are started, before all else: in a stranger's project there may be one of that name. */
const neutral = parse(process.execPath).root

/** Milliseconds. A helper may ask its user something. */
const patience = 120_000

/** Undefined when it is not there, or knows nothing. */
async function askHelper(name: string, server: string, env: NodeJS.ProcessEnv): Promise<Credentials> {
  if (!/^[\w.-]+$/.test(name)) return undefined
  const program = `docker-credential-${name}`
  const child = spawn(program, ['get'], {cwd: neutral, env, stdio: ['pipe', 'pipe', 'ignore'], timeout: patience})
  const ended = new Promise<number | null>((resolve) => child.on('error', () => resolve(null)).on('close', resolve))
  child.stdin.on('error', () => {}).end(server)
  const [output, code] = await Promise.all([text(child.stdout).catch(() => ''), ended])
  const answer = code === 0 ? objectOf(parseJson(Buffer.from(output))) : undefined
  const [password, username] = [textAt(answer, 'Secret'), textAt(answer, 'Username')]
  return password === undefined || username === undefined ? undefined : {password, username}
}
