/**
 * A source that is a URL, downloaded into the build cache. Its SHA-256 is what it is known by: a file that was downloaded once is not
 * asked for again, wherever it was; one with another hash never gets a name, and one that was spoilt later is not used. Proxies are
 * those of the environment (`HTTPS_PROXY`, `NO_PROXY`), where this Node knows them; what comes from this machine itself needs none.
 */
import {createHash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import {Agent as HttpAgent, get as httpGet, type IncomingMessage} from 'node:http'
import {Agent as HttpsAgent, get as httpsGet} from 'node:https'
import {join} from 'node:path'
import {Transform} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type {BuildCache} from '@flavor/contract'
import type {PlannedSource} from '../project/plan.ts'
import {isLoopback} from '../project/slot-source.ts'
import {fileDigest} from './digest.ts'
import {packErrors} from './errors.ts'

export interface DownloadLimits {
  /** Milliseconds in which nothing comes. */
  readonly patience: number
  /** Bytes. */
  readonly size: number
}

const usual: DownloadLimits = {patience: 60_000, size: 4 * 1024 ** 3}
const mostRedirects = 10

export type UrlSource = PlannedSource & {readonly kind: 'url'}

/** The path of the file. Throws FlavorError EFLAVOR_DOWNLOAD. */
export async function downloadedSource({sha256, url}: UrlSource, cache: BuildCache, limits: DownloadLimits = usual): Promise<string> {
  const name = fileName(new URL(url))
  let fresh = false
  const directory = await cache.entry(`${sha256} ${name}`, async (into) => {
    await download(url, sha256, join(into, name), limits)
    fresh = true
  })
  const file = join(directory, name)
  if (!fresh && (await fileDigest(file).catch(() => undefined)) !== sha256) throw packErrors.spoiltDownload(file)
  return file
}

/** Purposes may go by a file's name, as Python does with wheels. */
function fileName({pathname}: URL): string {
  const last = pathname.split('/').at(-1) ?? ''
  return /^[\w+@~-][\w.+@~-]{0,199}$/.test(last) ? last : 'download'
}

async function download(url: string, sha256: string, file: string, limits: DownloadLimits): Promise<void> {
  const shown = shownUrl(url)
  const hash = createHash('sha256')
  try {
    const response = await follow(new URL(url), limits)
    await pipeline(response, measured(hash, limits.size), createWriteStream(file))
  } catch (error) {
    throw packErrors.download(shown, reasonOf(error))
  }
  const found = hash.digest('hex')
  if (found !== sha256) throw packErrors.otherHash(shown, found)
}

async function follow(start: URL, {patience}: DownloadLimits): Promise<IncomingMessage> {
  let url = start
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await ask(url, patience)
    const {statusCode = 0} = response
    if (statusCode === 200) return response
    response.destroy()
    const {location} = response.headers
    if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) throw new Error(`the server answers ${statusCode}`)
    url = redirected(url, location)
  }
  throw new Error(`it is redirected more than ${mostRedirects} times`)
}

/** From this machine to another, or from a protected way to an open one, nobody is led. */
function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const open = to?.protocol === 'http:' && from.protocol === 'http:' && isLoopback(to)
  if (to === undefined || (to.protocol !== 'https:' && !open)) throw new Error(`it is redirected to ${location}`)
  return to
}

function ask(url: URL, patience: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'flavor'}
    const proxies = isLoopback(url) ? {} : {proxyEnv: process.env}
    const [get, agent] = url.protocol === 'https:' ? [httpsGet, new HttpsAgent(proxies)] : [httpGet, new HttpAgent()]
    let waiting: {destroy(error: Error): void}
    // As an option it counts from the beginning, connecting included.
    const request = get(url, {agent, headers, timeout: patience}, (response) => {
      waiting = response
      resolve(response)
    })
    waiting = request
    request.on('timeout', () => waiting.destroy(new Error(`nothing came for ${patience / 1000} seconds`)))
    request.on('error', reject)
  })
}

function measured(hash: ReturnType<typeof createHash>, most: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      hash.update(chunk)
      if (size > most) done(new Error(`it is larger than ${most} bytes`))
      else done(null, chunk)
    },
  })
}

/** A query may hold what is nobody's business. */
function shownUrl(url: string): string {
  const {origin, pathname} = new URL(url)
  return `${origin}${pathname}`
}

function reasonOf(error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody answers there',
    ECONNRESET: 'the connection broke',
    EAI_AGAIN: 'the name of the server cannot be looked up: there is no network, or no such name',
    EHOSTUNREACH: 'there is no way to the server',
    ENETUNREACH: 'there is no network',
    ENOSPC: 'the disk is full',
    ENOTFOUND: 'the name of the server is not known',
    ETIMEDOUT: 'the server does not answer',
  }
  return reasons[code ?? ''] ?? message
}
