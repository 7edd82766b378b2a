/**
 * One question to a server, and the first answer that is no redirect, whatever its status. It waits only so long for a word, and ends with
 * its signal. Nobody is led from a protected way to an open one, and a sign-in goes to no other server than the one it is for. Proxies are
 * those of the environment (`HTTPS_PROXY`, `NO_PROXY`), where this Node knows them; what comes from this machine itself needs none.
 */
import type {IncomingMessage} from 'node:http'
import {isLoopback} from './loopback.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method?: string
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Its body is for this server and no other. */
  readonly confidential?: boolean
}

export interface HttpAnswer {
  readonly response: IncomingMessage
  /** Who gave it, behind all redirects. */
  readonly url: URL
}

export interface HttpLimits {
  /** Milliseconds in which nothing comes. */
  readonly patience: number
  readonly redirects: number
  readonly signal?: AbortSignal
}

/** Throws a plain Error; `reasonOf` says it to people. */
export async function follow(first: HttpRequest, limits: HttpLimits): Promise<HttpAnswer> {
  let request = first
  for (let redirects = 0; redirects <= limits.redirects; redirects++) {
    const response = await ask(request, limits)
    const {statusCode = 0} = response
    const {location} = response.headers
    if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return {response, url: request.url}
    response.destroy()
    request = redirected(request, location, statusCode)
  }
  throw new Error(`it is redirected more than ${limits.redirects} times`)
}

function redirected(request: HttpRequest, location: string, status: number): HttpRequest {
  const url = nextUrl(request.url, location)
  const same = url.origin === request.url.origin
  if (request.confidential && !same) throw new Error(`it is redirected to ${shownPlace(url)}, which is another server`)
  const {authorization, ...open} = request.headers ?? {}
  const headers = authorization !== undefined && same ? {...open, authorization} : open
  return status === 303 ? {headers, url} : {...request, headers, url}
}

function nextUrl(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const stays = to?.host === from.host || (to !== undefined && isLoopback(from) && isLoopback(to))
  const open = to?.protocol === 'http:' && from.protocol === 'http:' && stays
  if (to === undefined || (to.protocol !== 'https:' && !open))
    throw new Error(`it is redirected to ${to === undefined ? location : shownPlace(to)}`)
  return to
}

function ask({body, headers = {}, method = 'GET', url}: HttpRequest, {patience, signal}: HttpLimits): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const proxies = isLoopback(url) ? {} : {proxyEnv: process.env}
    // An import of node:http brings all that it exports, a client of web sockets among it: 30 ms.
    const {Agent, request} = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
    const options = {agent: new Agent(proxies), headers: {...usualHeaders, ...headers}, method, timeout: patience, ...(signal && {signal})}
    let waiting: {destroy(error: Error): void}
    // As an option it counts from the beginning, connecting included.
    const asking = request(url, options, (response) => {
      waiting = response
      resolve(response)
    })
    waiting = asking
    asking.on('timeout', () => waiting.destroy(new Error(`nothing came for ${patience / 1000} seconds`)))
    asking.on('error', reject)
    asking.end(body)
  })
}

const usualHeaders = {accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'flavor'}

/** A query may hold what is nobody's business. */
export function shownUrl(url: URL | string): string {
  const {origin, pathname} = new URL(url)
  return `${origin}${pathname}`
}

/** Of any scheme, as a server names it. */
function shownPlace({host, pathname, protocol}: URL): string {
  return `${protocol}//${host}${pathname}`
}

export function reasonOf(error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException
  const reasons: Readonly<Record<string, string>> = {
    EAI_AGAIN: 'the name of the server cannot be looked up: there is no network, or no such name',
    ECONNREFUSED: 'nobody answers there',
    ECONNRESET: 'the connection broke',
    EHOSTUNREACH: 'there is no way to the server',
    ENETUNREACH: 'there is no network',
    ENOSPC: 'the disk is full',
    ENOTFOUND: 'the name of the server is not known',
    ETIMEDOUT: 'the server does not answer',
  }
  return reasons[code ?? ''] ?? message
}
