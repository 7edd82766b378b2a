/** An addon in an OCI registry. What comes is checked against its digest before anybody looks at it. */
import {sourceErrors} from '../errors.ts'
import type {Identifier} from '../identifier.ts'
import {objectOf, parseJson, textsAt} from '../json.ts'
import {type LocatedAddon, type SourceContext, usualLimits} from '../source.ts'
import {newestOf} from '../versions.ts'
import {digestOf, manifestType, type ReadManifest, readManifest} from './manifest.ts'
import {isDigest, isRepository, isTag, type OciReference, ociText, parseOci, tagOf} from './reference.ts'
import {openSession, type Session} from './session.ts'

export async function artifactAt(word: string, context: SourceContext): Promise<LocatedAddon> {
  const reference = parseOci(word)
  const found = await pulled(reference, context)
  if (found === undefined) throw sourceErrors.noArtifact(ociText(reference))
  return found
}

/** `place`: `oci://host/path`, below which the name of an addon is that of its repository. Undefined when it is not there. */
export async function artifactBelow(place: string, {name, version}: Identifier, context: SourceContext): Promise<LocatedAddon | undefined> {
  const tag = version === undefined ? undefined : tagOf(version)
  if (!isRepository(name) || (tag === undefined) !== (version === undefined)) return undefined
  const found = await pulled(parseOci(`${place.replace(/\/*$/, '')}/${name}${tag === undefined ? '' : `:${tag}`}`), context)
  return found && {...found, keptSource: {name, source: place}}
}

async function pulled(reference: OciReference, context: SourceContext): Promise<LocatedAddon | undefined> {
  const session = openSession(reference, 'pull', context)
  const tag = reference.tag ?? (await newestTag(session, reference))
  const bytes = tag === undefined ? undefined : await manifestAt(session, tag, reference)
  if (tag === undefined || bytes === undefined) return undefined
  const from = ociText({...reference, tag})
  const manifest = readManifest(bytes)
  if (typeof manifest === 'string') throw sourceErrors.artifact(from, manifest)
  const document = await blob(session, manifest, from, context)
  const {stacks, version = tag} = manifest
  const keptSource = {source: ociText({...reference, tag: undefined})}
  return {bytes: document, found: undefined, from, keptSource, kind: 'oci', stacks, version}
}

/** Undefined when it is not there. */
export async function manifestAt(session: Session, tag: string, reference: OciReference): Promise<Uint8Array | undefined> {
  const {bytes, headers, status} = await session.send(`manifests/${tag}`, [200, 404], {headers: {accept: manifestType}})
  if (status === 404) return undefined
  const said = isDigest(tag) ? tag : headers['docker-content-digest']
  if (typeof said === 'string' && isDigest(said) && digestOf(bytes) !== said) throw sourceErrors.digest(ociText({...reference, tag}))
  return bytes
}

async function blob(
  session: Session,
  {document: {digest, size}}: ReadManifest,
  from: string,
  {limits = usualLimits}: SourceContext,
): Promise<Uint8Array> {
  if (size > limits.size) throw sourceErrors.tooLarge(from, limits.size)
  const {bytes} = await session.send(`blobs/${digest}`, [200])
  if (bytes.length !== size || digestOf(bytes) !== digest) throw sourceErrors.digest(from)
  return bytes
}

// --- tags ------------------------------------------------------------------------------------------------------------

const mostPages = 20

/** `latest`, where its publisher says which that is; else the newest that is a version. */
async function newestTag(session: Session, reference: OciReference): Promise<string | undefined> {
  const tags = await allTags(session, reference)
  return tags.includes('latest') ? 'latest' : newestOf(tags.filter((tag) => /^v?\d/.test(tag)))
}

async function allTags(session: Session, {api, host}: OciReference): Promise<readonly string[]> {
  const tags: string[] = []
  let page: URL | undefined = new URL('tags/list?n=1000', api)
  for (let pages = 0; page !== undefined && pages < mostPages; pages++) {
    const {bytes, headers, status} = await session.send(page, [200, 404])
    if (status === 404) return []
    tags.push(...tagsIn(bytes, host).filter(isTag))
    page = nextPage(headers.link, page)
    if (page !== undefined && page.origin !== api.origin) throw sourceErrors.oci(host, 'its list of tags goes on elsewhere')
  }
  return tags
}

function nextPage(link: string | readonly string[] | undefined, page: URL): URL | undefined {
  const [, next] = /<([^>]+)>\s*;\s*rel="?next/i.exec(String(link ?? '')) ?? []
  return next !== undefined && URL.canParse(next, page.href) ? new URL(next, page) : undefined
}

/** A repository without any has null. */
function tagsIn(bytes: Uint8Array, host: string): readonly string[] {
  const json = objectOf(parseJson(bytes))
  if (json?.tags === null) return []
  const tags = json && textsAt(json, 'tags')
  if (tags === undefined) throw sourceErrors.oci(host, 'its list of tags is none')
  return tags
}
