/**
 * The API of a container engine, as Docker has it and Podman, too: HTTP over a socket, in the version that the engine itself speaks. Each
 * request has a connection of its own, so that none outlives what it is for.
 */
import type {ClientRequest, IncomingMessage} from 'node:http'
import type {Duplex} from 'node:stream'
import {text as readText} from 'node:stream/consumers'
import type {EngineAddress} from './engine-address.ts'
import {failures} from './failures.ts'

export interface Call {
  readonly method: 'DELETE' | 'GET' | 'POST'
  /** Below the version: `/containers/json`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export interface Engine {
  readonly address: EngineAddress
  /** The answer, undefined where it has no body. */
  json<T>(call: Call): Promise<T>
  /** The answer as it comes, once it has begun. */
  stream(call: Call): Promise<IncomingMessage>
  /** The connection itself: what is written goes to the container, what it prints is read. */
  upgrade(call: Call): Promise<Duplex>
}

/** What the engine refused, in its own words. */
export class EngineRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export async function openEngine(address: EngineAddress, signal: AbortSignal): Promise<Engine> {
  const answer = await send(address, {method: 'GET', path: '/_ping', signal})
  await bodyOf(answer)
  const version = answer.headers['api-version']
  if (answer.statusCode !== 200 || typeof version !== 'string') throw failures.unreachable(address.name, 'it is no container engine')
  const versioned = (call: Call): Call => ({...call, path: `/v${version}${call.path}`})
  const stream = async (call: Call): Promise<IncomingMessage> => await accepted(await send(address, versioned(call)))
  return {
    address,
    json: async (call) => parsed(await bodyOf(await stream(call))),
    stream,
    upgrade: (call) => upgraded(address, versioned(call)),
  }
}

function send(address: EngineAddress, call: Call): Promise<IncomingMessage> {
  const {promise, reject, resolve} = Promise.withResolvers<IncomingMessage>()
  const request = open(address, call)
  request.on('response', resolve).on('error', (error) => reject(explained(error, address)))
  request.end(call.body === undefined ? undefined : JSON.stringify(call.body))
  return promise
}

function upgraded(address: EngineAddress, call: Call): Promise<Duplex> {
  const {promise, reject, resolve} = Promise.withResolvers<Duplex>()
  const request = open(address, {...call, headers: {connection: 'Upgrade', upgrade: 'tcp'}})
  request.on('upgrade', (_, socket, head) => {
    if (head.length > 0) socket.unshift(head)
    resolve(socket)
  })
  const refused = async (answer: IncomingMessage): Promise<never> => {
    await accepted(answer)
    answer.destroy()
    throw failures.unreachable(address.name, 'it keeps no connection open')
  }
  request.on('response', (answer) => refused(answer).catch(reject)).on('error', (error) => reject(explained(error, address)))
  request.end()
  return promise
}

function open({target}: EngineAddress, {body, headers, method, path, query = {}, signal}: Call): ClientRequest {
  const words = new URLSearchParams(query).toString()
  const options = {
    agent: false,
    headers: {...(body === undefined ? {} : {'content-type': 'application/json'}), ...headers},
    method,
    path: words === '' ? path : `${path}?${words}`,
    ...(signal && {signal}),
  } as const
  // An import of node:http brings all that it exports, a client of web sockets among it: 30 ms.
  const http = process.getBuiltinModule('node:http')
  if ('socketPath' in target) return http.request({...options, socketPath: target.socketPath})
  const {tls, ...place} = target
  if (tls === undefined) return http.request({...options, ...place})
  return process.getBuiltinModule('node:https').request({...options, ...tls, ...place})
}

function explained(error: NodeJS.ErrnoException, {name}: EngineAddress): Error {
  if (error.name === 'AbortError') return error
  if (error.code === 'EACCES' || error.code === 'EPERM') return failures.forbidden(name)
  return failures.unreachable(name, error.code ?? error.message)
}

async function accepted(answer: IncomingMessage): Promise<IncomingMessage> {
  const {statusCode = 500} = answer
  if (statusCode < 300) return answer
  throw new EngineRefusal(statusCode, messageIn(await bodyOf(answer)))
}

function messageIn(body: string): string {
  try {
    return String(JSON.parse(body).message)
  } catch {
    return body
  }
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  return await readText(answer)
}

function parsed<T>(body: string): T {
  return (body.trim() === '' ? undefined : JSON.parse(body)) as T
}
