/**
 * `oci://host/repository:tag`, or `@sha256:…` in place of the tag. It is spoken to over TLS, but on this machine itself; `oci+http` goes without
 * wherever it is, for who trusts the network.
 */
import {isLoopback} from '../../http/loopback.ts'
import {sourceErrors} from '../errors.ts'

export interface OciReference {
  readonly scheme: string
  /** As credentials are kept under: `registry.example:5000`. */
  readonly host: string
  readonly repository: string
  /** A tag or a digest; undefined when neither is said. */
  readonly tag: string | undefined
  /** Of the repository, in the API: `https://host/v2/repository/`. */
  readonly api: URL
}

const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const form = new RegExp(`^(oci(?:\\+https?)?)://([^/@\\s]+)/(${part}(?:/${part})*)(?::(\\w[\\w.-]{0,127})|@(sha256:[0-9a-f]{64}))?$`)

export const isOci = (word: string): boolean => /^oci(\+https?)?:\/\//i.test(word)

export const isRepository = (text: string): boolean => new RegExp(`^${part}(?:/${part})*$`).test(text)

export const isDigest = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text)

export const isTag = (text: string): boolean => /^\w[\w.-]{0,127}$/.test(text)

/** Throws EFLAVOR_USAGE. */
export function parseOci(word: string): OciReference {
  const [, scheme, host, repository, tag, digest] = form.exec(word) ?? []
  const api = scheme && host && repository ? apiOf(scheme, host, repository) : undefined
  if (scheme === undefined || host === undefined || repository === undefined || api === undefined)
    throw sourceErrors.word(word, 'it is no artifact of an OCI registry', [
      'oci://HOST/REPOSITORY:TAG, all of the repository in lower case',
    ])
  return {api, host, repository, scheme, tag: tag ?? digest}
}

function apiOf(scheme: string, host: string, repository: string): URL | undefined {
  // Docker Hub is called otherwise than it is reached.
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host
  const secure = `https://${server}/v2/${repository}/`
  if (!URL.canParse(secure)) return undefined
  const open = scheme === 'oci+http' || (scheme === 'oci' && isLoopback(new URL(secure)))
  return open ? new URL(secure.replace('https:', 'http:')) : new URL(secure)
}

export function ociText({host, repository, scheme, tag}: OciReference): string {
  return `${scheme}://${host}/${repository}${tag === undefined ? '' : `${isDigest(tag) ? '@' : ':'}${tag}`}`
}

/** A tag holds no plus sign; others put an underscore in its place, too. Undefined for what can be no tag at all. */
export function tagOf(version: string): string | undefined {
  const tag = version.replaceAll('+', '_')
  return isTag(tag) ? tag : undefined
}
