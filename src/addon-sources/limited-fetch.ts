/** What a server says to one question, held whole: no more bytes than allowed, no longer than allowed, and no more than five redirects. */
import type {IncomingHttpHeaders, IncomingMessage} from 'node:http'
import {follow, type HttpRequest, reasonOf} from '../http/request.ts'
import {type SourceContext, type SourceLimits, usualLimits} from './source.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Uint8Array
  /** Who gave it, behind all redirects. */
  readonly url: URL
}

export type FetchContext = Pick<SourceContext, 'limits' | 'signal'>

const mostRedirects = 5

/** Throws what the caller's signal was aborted with; else an Error whose message says why there is no answer, to be put behind who was asked. */
export async function limitedFetch(request: HttpRequest, {limits = usualLimits, signal}: FetchContext): Promise<Answer> {
  const late = AbortSignal.timeout(limits.time)
  try {
    const either = AbortSignal.any([signal, late])
    const {response, url} = await follow(request, {patience: limits.patience, redirects: mostRedirects, signal: either})
    const bytes = await limitedBody(response, limits)
    return {bytes, headers: response.headers, status: response.statusCode ?? 0, url}
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(late.aborted ? `it takes longer than ${limits.time / 1000} seconds` : reasonOf(error), {cause: error})
  }
}

async function limitedBody(response: IncomingMessage, {size}: SourceLimits): Promise<Uint8Array> {
  const {'content-encoding': encoding = 'identity'} = response.headers
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop, also by an error, destroys the response.
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    if (encoding !== 'identity') throw new Error(`it is sent as ${encoding}, which nobody asked for`)
    length += chunk.length
    if (length > size) throw new Error(`it is larger than ${size} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
