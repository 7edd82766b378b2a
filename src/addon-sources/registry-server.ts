/**
 * A registry for a team, and for tests: a directory of documents (see `directory.ts`), served with the HTTP protocol of flavour. Nothing is
 * held: a document is there as soon as its file is. The id of a version is its identifier in base64url, that of a stack is its name.
 */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {decode} from '../addons/strict-yaml.ts'
import {documentsIn, stacksOf, versionBelow} from './directory.ts'
import {limitedRead} from './document-file.ts'
import {type Identifier, identifierText, parseIdentifier} from './identifier.ts'
import {usualLimits} from './source.ts'
import {compareVersions} from './versions.ts'

export interface RegistryOptions {
  /** Absolute, and there. */
  readonly directory: string
  readonly host: string
  /** 0 for one that is free. */
  readonly port: number
  /** Told of each request, once it is answered. */
  readonly onRequest?: ((request: RegistryRequest) => void) | undefined
}

export interface RegistryRequest {
  readonly method: string
  readonly path: string
  /** What was to be resolved. */
  readonly query: string | undefined
  readonly status: number
}

export interface RunningRegistry {
  readonly url: string
  close(): Promise<void>
}

/** Throws what the system says when the port cannot be had. */
export async function serveRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const server = createServer((request, response) => void respond(request, response, options))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port, options.host, resolve))
  const {port} = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {close: () => close(server), url: `http://${host}:${port}`}
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

interface Reply {
  readonly status: number
  readonly body: unknown
  /** What was looked for, for the log. */
  readonly query?: string
}

async function respond(request: IncomingMessage, response: ServerResponse, options: RegistryOptions): Promise<void> {
  const {method = 'GET', url = '/'} = request
  const path = url.replace(/[?#].*$/, '')
  const reply = await replyTo(request, path, options).catch((error: Error): Reply => ({body: {detail: error.message}, status: 500}))
  const bytes = Buffer.from(JSON.stringify(reply.body))
  response.writeHead(reply.status, {
    'content-length': bytes.length,
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
  })
  response.end(method === 'HEAD' ? undefined : bytes)
  options.onRequest?.({method, path, query: reply.query, status: reply.status})
}

const notFound: Reply = {body: {detail: 'Not found.'}, status: 404}

async function replyTo(request: IncomingMessage, path: string, options: RegistryOptions): Promise<Reply> {
  const [, kind = '', id = '', ...rest] = path.replace(/\/$/, '').split('/')
  const {method = 'GET'} = request
  const resolving = kind === 'addonversions' && id === 'resolve'
  if (rest.length > 0 || !/^[\w.-]+$/.test(id) || !Object.hasOwn(answers, kind)) return notFound
  if (resolving !== (method === 'POST') || !['GET', 'HEAD', 'POST'].includes(method))
    return {body: {detail: `Method "${method}" not allowed.`}, status: 405}
  const origin = originOf(request, options)
  if (resolving) return await resolved(await queryOf(request), options.directory)
  const body = await answers[kind as keyof typeof answers](id, origin, options.directory)
  return body === undefined ? notFound : {body, status: 200}
}

/** As the client knows it, also where a proxy speaks TLS for us. */
function originOf({headers}: IncomingMessage, {host, port}: RegistryOptions): string {
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  return `${scheme}://${headers.host ?? `${host}:${port}`}`
}

// --- resolving -------------------------------------------------------------------------------------------------------

const mostQuery = 64 * 1024

/** Undefined when it is none, or too long to be one. */
async function queryOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > mostQuery) return undefined
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString()).get('query') ?? undefined
}

async function resolved(query: string | undefined, directory: string): Promise<Reply> {
  if (query === undefined) return {body: {query: ['This field is required.']}, status: 400}
  const identifier = identifierIn(query)
  const file = identifier && (await versionBelow(directory, identifier))
  if (identifier === undefined || file === undefined) return {body: {non_field_errors: [`there is no addon ${query}`]}, query, status: 400}
  const found = identifierText({name: identifier.name, version: file.version})
  return {body: {query, result: {id: idOf(found), identifier: found}}, query, status: 200}
}

function identifierIn(word: string): Identifier | undefined {
  try {
    return parseIdentifier(word)
  } catch {
    return undefined
  }
}

const idOf = (text: string): string => Buffer.from(text).toString('base64url')

const identifierOf = (id: string): Identifier | undefined => identifierIn(Buffer.from(id, 'base64url').toString())

// --- what can be asked for -------------------------------------------------------------------------------------------

type Answer = (id: string, origin: string, directory: string) => Promise<unknown>

const stack: Answer = async (id) => ({id, identifier: id})

const answers = {addons: addon, addonversions: addonVersion, namespaces: namespace, platforms: stack, stacks: stack}

async function addonVersion(id: string, origin: string, directory: string): Promise<unknown> {
  const identifier = identifierOf(id)
  const file = identifier?.version === undefined ? undefined : await versionBelow(directory, identifier)
  if (identifier === undefined || file === undefined) return undefined
  const yaml = decode(await limitedRead(file.path, identifierText(identifier), usualLimits.size))
  if (yaml === undefined) throw new Error(`${identifierText(identifier)} is not UTF-8`)
  const stacks = (await stacksOf(file.path, directory)).map((word) => `${origin}/stacks/${word}/`)
  return {addon: `${origin}/addons/${idOf(identifier.name)}/`, id, identifier: file.version, platforms: stacks, stacks, yaml}
}

async function addon(id: string, origin: string, directory: string): Promise<unknown> {
  const name = identifierOf(id)?.name
  const files = name === undefined ? [] : await documentsIn(`${directory}/${name}`)
  if (name === undefined || files.length === 0) return undefined
  const versions = files.map(({version}) => version).toSorted(compareVersions)
  const links = versions.map((version) => `${origin}/addonversions/${idOf(`${name}:${version}`)}/`)
  const [first = '', ...rest] = name.split('/')
  return {addonversions: links, id, identifier: rest.join('/') || first, namespace: `${origin}/namespaces/${idOf(first)}/`}
}

async function namespace(id: string): Promise<unknown> {
  const identifier = identifierOf(id)?.name
  return identifier === undefined ? undefined : {id, identifier}
}
