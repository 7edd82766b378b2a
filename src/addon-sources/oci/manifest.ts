/** How an addon looks in an OCI registry: an image manifest, version 1.1, of a type of its own, whose one layer is the `addon.flavour`. */
import {createHash} from 'node:crypto'
import type {AddonDeclaration} from '@flavor/contract'
import {type JsonObject, objectOf, parseJson, textAt} from '../json.ts'
import {isDigest} from './reference.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const artifactType = 'application/vnd.flavour.addon.v1'
const documentType = 'application/vnd.flavour.addon.v1+yaml'
const documentName = 'addon.flavour'
const stacksKey = 'flavour.stacks'
const versionKey = 'org.opencontainers.image.version'
const titleKey = 'org.opencontainers.image.title'

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** What an artifact has for a configuration that has none. */
export const emptyConfig = Buffer.from('{}')

/** Equal documents give equal bytes. */
export function manifestFor({bytes, name, version}: AddonDeclaration, stacks: readonly string[]): Uint8Array {
  const annotations = {
    'org.opencontainers.image.title': name,
    [versionKey]: version,
    ...(stacks.length > 0 && {[stacksKey]: stacks.toSorted().join(' ')}),
  }
  const layer = {annotations: {[titleKey]: documentName}, digest: digestOf(bytes), mediaType: documentType, size: bytes.length}
  const config = {
    data: emptyConfig.toString('base64'),
    digest: digestOf(emptyConfig),
    mediaType: 'application/vnd.oci.empty.v1+json',
    size: emptyConfig.length,
  }
  return Buffer.from(JSON.stringify({annotations, artifactType, config, layers: [layer], mediaType: manifestType, schemaVersion: 2}))
}

export interface ReadManifest {
  readonly document: {readonly digest: string; readonly size: number}
  readonly stacks: readonly string[]
  readonly version: string | undefined
}

/** A text says why it is none of an addon. Other tools' artifacts are welcome, where one layer is called `addon.flavour`. */
export function readManifest(bytes: Uint8Array): ReadManifest | string {
  const json = objectOf(parseJson(bytes))
  if (json === undefined) return 'its manifest is no JSON object'
  if (!Array.isArray(json.layers)) return 'it is no artifact of layers, but something else'
  const [layer, ...others] = json.layers.map(objectOf).filter(isDocument)
  if (layer === undefined) return 'it holds no addon.flavour'
  const {digest, size} = layer
  if (others.length > 0) return 'it holds more than one addon.flavour'
  if (typeof digest !== 'string' || !isDigest(digest) || typeof size !== 'number') return 'its addon.flavour has no sound digest and size'
  const annotations = objectOf(json.annotations)
  return {document: {digest, size}, stacks: wordsOf(textAt(annotations, stacksKey)), version: textAt(annotations, versionKey)}
}

function isDocument(layer: JsonObject | undefined): layer is JsonObject {
  return layer?.mediaType === documentType || textAt(objectOf(layer?.annotations), titleKey) === documentName
}

function wordsOf(text = ''): readonly string[] {
  return text.split(/\s+/).filter((word) => /^[\w.-]+$/.test(word))
}
