/**
 * Permissive at the door, a frozen exact plan inside: finds the manifest, checks its shape, fills in what it does not
 * say, and gives a plan in which nothing is left to guess. Every problem comes out at once, with file, line and column.
 */
import {readFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {manifestInvalid} from '../errors.ts'
import {exactPlan, type Identity} from './exact.ts'
import {type FoundManifest, findManifest, type ManifestRequest} from './find.ts'
import type {Manifest} from './manifest.ts'
import {inOrder} from './order.ts'
import {placeText} from './place.ts'
import type {ManifestProblem, Plan} from './plan.ts'
import {systemOf} from './platforms.ts'
import {manifestSchema} from './schema.ts'
import {keepShape, type Report} from './shape.ts'
import {readJson, sourcesOf} from './source.ts'

export type {ManifestRequest} from './find.ts'

/**
 * Slots that go along for none of the systems (`linux-x64`, …) are not in the plan. Throws EFLAVOR_MANIFEST_NOT_FOUND, or EFLAVOR_MANIFEST
 * with everything that is wrong.
 */
export async function loadPlan(request: ManifestRequest, systems: readonly string[] = [systemOf(undefined)]): Promise<Plan> {
  return await planOf(await findManifest(request), request.cwd, systems)
}

/** The plan of a manifest that was found. Paths in errors are as seen from `cwd`. */
export async function planOf(found: FoundManifest, cwd: string, systems: readonly string[]): Promise<Plan> {
  const problems = [...found.problems]
  const report = reporter(found, problems)
  const manifest = keepShape(found.value, manifestSchema, [], report) as Manifest | undefined
  if (manifest === undefined) throw manifestInvalid(problems, cwd)
  const defaults = await packageJson(found, manifest, problems)
  const plan = await exactPlan(manifest, {defaults, file: found.file, report, sources: found.sources, systems})
  if (problems.length > 0) throw manifestInvalid(inOrder(problems, found.file), cwd)
  return frozen(plan)
}

function reporter({sources}: FoundManifest, problems: ManifestProblem[]): Report {
  return (place, message, hint, part = 'value') => {
    problems.push({at: sources.position(place, part), hint, message, path: placeText(place)})
  }
}

// --- what package.json says ------------------------------------------------------------------------------------------

const needed = ['name', 'version'] as const

/** Read only for what the manifest leaves out; its problems are problems of the manifest then. */
async function packageJson(found: FoundManifest, manifest: Manifest, problems: ManifestProblem[]): Promise<Identity> {
  const said = found.value as Readonly<Record<string, unknown>> | undefined
  const missing = needed.filter((key) => said?.[key] === undefined)
  if (missing.length === 0 && manifest.description !== undefined) return nobody
  const file = join(dirname(found.file), 'package.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) {
    problems.push(...missing.map((key) => absent(found, key, 'and there is no package.json beside the manifest to take it from')))
    return nobody
  }
  const written = readJson(file, text, [])
  if (written.syntax.length > 0) {
    if (missing.length > 0) problems.push(...written.syntax)
    return nobody
  }
  const identity = identityOf(written.value)
  const unusable = missing.filter((key) => identity[key] === undefined)
  problems.push(...unusable.map((key) => absent(found, key, `and ${basename(file)} has none either`)))
  const taken = Object.fromEntries(missing.map((key) => [key, identity[key]]))
  const sources = sourcesOf(file, new Map([[file, written]]))
  keepShape(taken, {...manifestSchema, oneOf: [], required: []}, [], reporter({...found, sources}, problems))
  return identity
}

const nobody: Identity = {description: undefined, name: undefined, version: undefined}

/** `@acme/tool` is `tool` here: a scope belongs to the registry, and files are named after a package. */
function identityOf(value: unknown): Identity {
  const {description, name, version} = (value ?? {}) as Readonly<Record<string, unknown>>
  const text = (word: unknown) => (typeof word === 'string' && word !== '' ? word : undefined)
  return {
    description: text(description)?.replaceAll(/\s+/g, ' ').trim(),
    name: text(name)?.replace(/^@[^/]*\//, ''),
    version: text(version),
  }
}

function absent({sources}: FoundManifest, key: (typeof needed)[number], why: string): ManifestProblem {
  const example = {name: 'hello', version: '1.0.0'}[key]
  return {at: sources.position([], 'value'), hint: `add it: ${key}: ${example}`, message: `is missing, ${why}`, path: key}
}

// --- frozen ----------------------------------------------------------------------------------------------------------

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) frozen(inner)
  return value
}
