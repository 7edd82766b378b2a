/** Puts an `addon.flavour` into an OCI registry: its bytes, the empty configuration, and the manifest that names both. A tag that says something else already is kept. */
import type {AddonDeclaration} from '@flavor/contract'
import {sourceErrors} from '../errors.ts'
import {manifestAt} from './artifact.ts'
import {digestOf, emptyConfig, manifestFor, manifestType} from './manifest.ts'
import {isDigest, type OciReference, ociText, parseOci, tagOf} from './reference.ts'
import {openSession, type Session, type SessionContext} from './session.ts'

export interface PublishOptions {
  /** Everything but what changes the registry. */
  readonly dryRun: boolean
  /** Move a tag that is there. */
  readonly force: boolean
  /** Whom it is for. */
  readonly stacks: readonly string[]
}

export interface Published {
  /** With the tag. */
  readonly reference: string
  /** Of the manifest: what `oci://host/repository@sha256:…` names. */
  readonly digest: string
  /** `there`: it says so already. `free`, `other`: what it says when nothing is pushed; `other` is another addon, which `--force` would replace. */
  readonly state: 'free' | 'other' | 'pushed' | 'there'
}

/** `target`: `oci://host/repository`, with a tag or for that of the version. */
export async function publish(
  addon: AddonDeclaration,
  target: string,
  options: PublishOptions,
  context: SessionContext,
): Promise<Published> {
  const odd = options.stacks.find((word) => !/^[\w.-]+$/.test(word))
  if (odd !== undefined) throw sourceErrors.word(odd, 'it is no name of a stack', ['--stack python'])
  const reference = tagged(parseOci(target), addon.version)
  const manifest = manifestFor(addon, options.stacks)
  const facts = {digest: digestOf(manifest), reference: ociText(reference)}
  const session = openSession(reference, 'pull,push', context)
  const there = await manifestAt(session, reference.tag, reference)
  if (there !== undefined && digestOf(there) === facts.digest) return {...facts, state: 'there'}
  if (there !== undefined && !options.force) throw sourceErrors.tagTaken(facts.reference, digestOf(there))
  if (options.dryRun) return {...facts, state: there === undefined ? 'free' : 'other'}
  for (const bytes of [emptyConfig, addon.bytes]) await pushBlob(session, bytes, reference)
  await session.send(`manifests/${reference.tag}`, [201], {body: manifest, headers: {'content-type': manifestType}, method: 'PUT'})
  return {...facts, state: 'pushed'}
}

function tagged(reference: OciReference, version: string): OciReference & {readonly tag: string} {
  const {tag = tagOf(version)} = reference
  if (tag === undefined || isDigest(tag)) throw sourceErrors.noTag(ociText({...reference, tag: undefined}), version)
  return {...reference, tag}
}

async function pushBlob(session: Session, bytes: Uint8Array, reference: OciReference): Promise<void> {
  const digest = digestOf(bytes)
  const {status} = await session.send(`blobs/${digest}`, [200, 404], {method: 'HEAD'})
  if (status === 200) return
  const {headers} = await session.send('blobs/uploads/', [202], {method: 'POST'})
  const place = uploadPlace(headers.location, reference)
  place.searchParams.set('digest', digest)
  await session.send(place, [201], {body: bytes, headers: {'content-type': 'application/octet-stream'}, method: 'PUT'})
}

/** As with any redirect: nobody is led from a protected way to an open one. */
function uploadPlace(location: string | undefined, {api, host}: OciReference): URL {
  const place = location !== undefined && URL.canParse(location, api.href) ? new URL(location, api) : undefined
  const open = place?.protocol === 'http:' && api.protocol === 'http:' && place.host === api.host
  if (place === undefined || (place.protocol !== 'https:' && !open)) throw sourceErrors.oci(host, 'it names no place to upload to')
  return place
}
