/**
 * A registry that speaks the HTTP protocol of flavour: an identifier is resolved to an id, the id to a document and its stacks. Links to stacks
 * are read for their ids, and asked for at the registry itself, so that it can send nobody anywhere else.
 */
import {printable} from '../text.ts'
import {webUrl} from './document-url.ts'
import {sourceErrors} from './errors.ts'
import {type Identifier, identifierText} from './identifier.ts'
import {type JsonObject, objectOf, parseJson, textAt, textsAt} from './json.ts'
import {type Answer, limitedFetch} from './limited-fetch.ts'
import type {LocatedAddon, SourceContext} from './source.ts'

/** `missing`: in the words of the registry. */
export type Lookup = {readonly found: LocatedAddon} | {readonly missing: string}

export async function addonFrom(registry: string, identifier: Identifier, context: SourceContext): Promise<Lookup> {
  const {href} = webUrl(registry)
  const base = href.replace(/[?#].*$/, '').replace(/\/*$/, '/')
  const resolved = await resolve(base, identifierText(identifier), context)
  if ('missing' in resolved) return resolved
  const version = await addonVersion(base, resolved.id, context)
  const stacks = await Promise.all(version.stacks.map((link) => stack(base, link, context)))
  const keptSource = {name: identifier.name, source: base}
  const facts = {from: `${resolved.identifier} of ${base}`, keptSource, kind: 'registry', version: version.identifier} as const
  return {found: {...facts, bytes: Buffer.from(version.yaml), found: undefined, stacks}}
}

// --- the three questions ---------------------------------------------------------------------------------------------

async function resolve(
  base: string,
  query: string,
  context: SourceContext,
): Promise<{readonly id: string; readonly identifier: string} | {readonly missing: string}> {
  const url = new URL('addonversions/resolve/', base)
  const headers = {'content-type': 'application/x-www-form-urlencoded'}
  const answer = await ask({body: new URLSearchParams({query}).toString(), headers, method: 'POST', url}, context)
  const json = objectOf(parseJson(answer.bytes))
  const complaints = json && textsAt(json, 'non_field_errors')
  if (answer.status === 400 && complaints !== undefined && complaints.length > 0) return {missing: shown(complaints.join('; '))}
  const result = objectOf(sound(url, answer, json).result)
  const id = idAt(result)
  if (id === undefined) throw sourceErrors.registryShape(url, 'it names no id')
  return {id, identifier: shown(textAt(result, 'identifier') ?? query)}
}

/** Each is a question of its own. */
const mostStacks = 50

interface AddonVersion {
  readonly identifier: string | undefined
  /** Links. */
  readonly stacks: readonly string[]
  readonly yaml: string
}

async function addonVersion(base: string, id: string, context: SourceContext): Promise<AddonVersion> {
  const url = new URL(`addonversions/${encodeURIComponent(id)}/`, base)
  const json = await askJson(url, context)
  const yaml = textAt(json, 'yaml')
  const stacks = textsAt(json, 'stacks' in json ? 'stacks' : 'platforms')
  if (yaml === undefined) throw sourceErrors.registryShape(url, 'it holds no yaml')
  if (stacks === undefined) throw sourceErrors.registryShape(url, 'its stacks are no list of links')
  if (stacks.length > mostStacks) throw sourceErrors.registryShape(url, `it is for ${stacks.length} stacks, more than there are`)
  return {identifier: textAt(json, 'identifier'), stacks, yaml}
}

async function stack(base: string, link: string, context: SourceContext): Promise<string> {
  const [, kind, id] = /\/(stacks|platforms)\/([^/?#]+)\/?$/.exec(link) ?? []
  if (kind === undefined || id === undefined) throw sourceErrors.registryShape(new URL(base), `${shown(link)} is no link to a stack`)
  const url = new URL(`${kind}/${id}/`, base)
  const identifier = textAt(await askJson(url, context), 'identifier')
  if (identifier === undefined || !/^[\w.-]+$/.test(identifier)) throw sourceErrors.registryShape(url, 'it names no stack')
  return identifier
}

// --- asking ----------------------------------------------------------------------------------------------------------

async function askJson(url: URL, context: SourceContext): Promise<JsonObject> {
  const answer = await ask({url}, context)
  return sound(url, answer, objectOf(parseJson(answer.bytes)))
}

async function ask(request: Parameters<typeof limitedFetch>[0], context: SourceContext): Promise<Answer> {
  try {
    return await limitedFetch({...request, headers: {accept: 'application/json', ...request.headers}}, context)
  } catch (error) {
    context.signal.throwIfAborted()
    throw sourceErrors.registry(request.url, (error as Error).message)
  }
}

function sound(url: URL, {status}: Answer, json: JsonObject | undefined): JsonObject {
  if (status === 404) throw sourceErrors.registryShape(url, 'the server answers 404')
  if (status !== 200) throw sourceErrors.registry(url, `the server answers ${status}`)
  if (json === undefined) throw sourceErrors.registryShape(url, 'what it answers is no JSON object')
  return json
}

/** Some registries count. */
function idAt(result: JsonObject | undefined): string | undefined {
  const id = result?.id
  const text = typeof id === 'number' ? String(id) : id
  return typeof text === 'string' && text !== '' && !/^\.{1,2}$/.test(text) ? text : undefined
}

/** Words of a server, cut to a line. */
function shown(text: string): string {
  return printable(text.length > 300 ? `${text.slice(0, 300)}…` : text)
}
