/**
 * Requests to one repository of an OCI registry. When it asks who is there, it is told: with a token of the server that it names, or with name and
 * password; both come out of Docker's configuration, and go nowhere else. Only the registry itself is answered so, and no storage that it sends to.
 */
import {isLoopback} from '../../http/loopback.ts'
import {type HttpRequest, shownUrl} from '../../http/request.ts'
import {printable} from '../../text.ts'
import {sourceErrors} from '../errors.ts'
import {objectOf, parseJson, textAt} from '../json.ts'
import {type Answer, limitedFetch} from '../limited-fetch.ts'
import type {SourceContext} from '../source.ts'
import type {OciReference} from './reference.ts'

export type SessionContext = Pick<SourceContext, 'credentials' | 'limits' | 'signal'>

export interface Session {
  /** `path` is relative to the repository's URL, or a URL. Only what `accepted` lists comes back; anything else is an error. */
  send(path: URL | string, accepted: readonly number[], request?: Omit<HttpRequest, 'url'>): Promise<Answer>
}

export function openSession(reference: OciReference, actions: 'pull' | 'pull,push', context: SessionContext): Session {
  let authorization: string | undefined
  const once = async (request: HttpRequest): Promise<Answer> => {
    const own = request.url.origin === reference.api.origin && authorization !== undefined ? {authorization} : {}
    return await fetchFrom(reference, {...request, headers: {...request.headers, ...own}}, context)
  }
  return {
    async send(path, accepted, request = {}) {
      const asked = {...request, url: new URL(path, reference.api)}
      let answer = await once(asked)
      if (answer.status === 401 && isFrom(reference, answer)) {
        authorization = await authorize(reference, answer, actions, context)
        answer = await once(asked)
      }
      if (accepted.includes(answer.status)) return answer
      throw refusal(reference, answer)
    },
  }
}

async function fetchFrom({host}: OciReference, request: HttpRequest, context: SessionContext): Promise<Answer> {
  try {
    return await limitedFetch(request, context)
  } catch (error) {
    context.signal.throwIfAborted()
    throw sourceErrors.oci(host, (error as Error).message)
  }
}

function isFrom({api}: OciReference, {url}: Answer): boolean {
  return url.origin === api.origin
}

function refusal(reference: OciReference, answer: Answer): Error {
  const {host, repository} = reference
  const {bytes, status, url} = answer
  if (!isFrom(reference, answer)) return sourceErrors.oci(host, `it sends to ${shownUrl(url)}, which answers ${status}`)
  if (status === 401 || status === 403) return sourceErrors.signIn(host, repository)
  const errors = objectOf(parseJson(bytes))?.errors
  const said = Array.isArray(errors) ? textAt(objectOf(errors[0]), 'message') : undefined
  return sourceErrors.oci(host, `it answers ${status}${said === undefined ? '' : `: ${printable(said.slice(0, 300))}`}`)
}

// --- signing in ------------------------------------------------------------------------------------------------------

async function authorize(reference: OciReference, {headers}: Answer, actions: string, context: SessionContext): Promise<string> {
  const {host} = reference
  const challenge = headers['www-authenticate'] ?? ''
  const credentials = await context.credentials(host)
  if (/^basic\b/i.test(challenge) && credentials !== undefined) return basic(credentials)
  const parameters = parametersOf(challenge)
  if (!/^bearer\b/i.test(challenge) || parameters.realm === undefined) throw sourceErrors.signIn(host, reference.repository)
  const wanted = {scope: `repository:${reference.repository}:${actions}`, ...parameters}
  return `Bearer ${await token(reference, realmOf(parameters.realm, reference), wanted, context, credentials)}`
}

type Credentials = NonNullable<Awaited<ReturnType<SourceContext['credentials']>>>

const basic = ({password, username}: Credentials): string => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** `Bearer realm="https://…",service="…"` */
function parametersOf(challenge: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key.toLowerCase(), value]))
}

/** A password travels in the open only where the registry itself does. */
function realmOf(realm: string, {api, host}: OciReference): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined
  const open =
    url?.protocol === 'http:' && api.protocol === 'http:' && (url.hostname === api.hostname || (isLoopback(url) && isLoopback(api)))
  if (url === undefined || (url.protocol !== 'https:' && !open)) throw sourceErrors.oci(host, `it sends to ${printable(realm)} to sign in`)
  return url
}

type Wanted = Readonly<Record<string, string>>

async function token(
  reference: OciReference,
  realm: URL,
  wanted: Wanted,
  context: SessionContext,
  credentials: Credentials | undefined,
): Promise<string> {
  const answer = await fetchFrom(reference, tokenRequest(realm, wanted, credentials), context)
  if (answer.status === 401 || answer.status === 403) throw sourceErrors.signIn(reference.host, reference.repository)
  const json = answer.status === 200 ? objectOf(parseJson(answer.bytes)) : undefined
  const found = textAt(json, 'token') ?? textAt(json, 'access_token')
  if (found === undefined || !/^[\x21-\x7e]+$/.test(found)) throw sourceErrors.oci(reference.host, `${realm.origin} gives no token for it`)
  return found
}

/** Helpers that keep a token in place of a password say so by the name `<token>`. */
function tokenRequest(realm: URL, {scope = '', service = ''}: Wanted, credentials: Credentials | undefined): HttpRequest {
  if (credentials?.username === '<token>') {
    const body = new URLSearchParams({
      client_id: 'flavor',
      grant_type: 'refresh_token',
      refresh_token: credentials.password,
      scope,
      service,
    })
    return {
      body: body.toString(),
      confidential: true,
      headers: {'content-type': 'application/x-www-form-urlencoded'},
      method: 'POST',
      url: realm,
    }
  }
  const url = new URL(realm)
  for (const [key, value] of Object.entries({scope, service})) if (value !== '') url.searchParams.append(key, value)
  return credentials === undefined ? {url} : {headers: {authorization: basic(credentials)}, url}
}
