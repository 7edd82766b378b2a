/**
 * Where a slot's content comes from, looked at as far as it can be before anything is packed: a file or a directory, what a list of
 * globs finds, or a URL and the SHA-256 that makes it one certain file. What is wrong goes to `report`.
 */
import {access, constants, realpath, stat} from 'node:fs/promises'
import {dirname, join, relative, resolve, sep} from 'node:path'
import {isLoopback} from '../http/loopback.ts'
import {found, plainGlob} from './globs.ts'
import type {ManifestSlot} from './manifest.ts'
import type {Place} from './place.ts'
import type {PlannedSource} from './plan.ts'
import type {Report} from './shape.ts'

export interface SourceContext {
  readonly project: string
  readonly report: Report
}

/** Undefined when there is none, or when it was reported. `place` is the slot's. */
export async function exactSource(slot: ManifestSlot, place: Place, context: SourceContext): Promise<PlannedSource | undefined> {
  const {source} = slot
  const isUrl = typeof source === 'string' && /^[a-z][a-z0-9+.-]+:\/\//i.test(source)
  if (slot.sha256 !== undefined && !isUrl) context.report([...place, 'sha256'], 'is for a source that is a URL', undefined, 'key')
  if (source === undefined) return undefined
  if (typeof source !== 'string') return await globbed(source, slot, [...place, 'source'], context)
  return isUrl ? exactUrl(source, slot, place, context) : await given(source, slot, [...place, 'source'], context)
}

/** What a slot will hold, as far as its source says: what a purpose makes itself is a tree until it is known better. */
export function shapeOf(source: PlannedSource | undefined, unpack: boolean): 'directory' | 'file' {
  return (source?.kind === 'file' || source?.kind === 'url') && !unpack ? 'file' : 'directory'
}

// --- files -----------------------------------------------------------------------------------------------------------

async function given(
  source: string,
  slot: ManifestSlot,
  place: Place,
  {project, report}: SourceContext,
): Promise<PlannedSource | undefined> {
  const path = resolve(project, source)
  const outside = slot.allow === 'outside'
  if (!outside && !within(project, path)) return void report(place, `${source} is outside the manifest's directory`, allowOutside)
  const there = await lookAt(path)
  if (typeof there === 'string') return void report(place, `${source} ${there}`)
  if (!outside && !within(await realpath(project), there.real)) {
    return void report(place, `${source} leads outside the manifest's directory, to ${there.real}`, allowOutside)
  }
  return {kind: there.kind, path, relative: relative(project, path).split(sep).join('/') || '.'}
}

const allowOutside = 'to pack it nevertheless, give the slot `allow: outside`'

async function lookAt(path: string): Promise<string | {readonly kind: 'directory' | 'file'; readonly real: string}> {
  try {
    const found = await stat(path)
    if (!found.isDirectory() && !found.isFile()) return 'is neither a file nor a directory'
    await access(path, constants.R_OK)
    return {kind: found.isDirectory() ? 'directory' : 'file', real: await realpath(path)}
  } catch (error) {
    return reasonOf(error)
  }
}

function reasonOf(error: unknown): string {
  const {code} = error as NodeJS.ErrnoException
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'may not be read: permission denied',
    ELOOP: 'is a link that leads to itself',
    ENOENT: 'does not exist',
    ENOTDIR: 'does not exist',
  }
  return reasons[code ?? ''] ?? `cannot be read: ${(error as Error).message}`
}

function within(directory: string, path: string): boolean {
  const steps = relative(directory, path)
  return steps === '' || (steps !== '..' && !steps.startsWith(`..${sep}`) && resolve(directory, steps) === path)
}

// --- globs -----------------------------------------------------------------------------------------------------------

async function globbed(
  list: readonly (string | undefined)[],
  slot: ManifestSlot,
  place: Place,
  {project, report}: SourceContext,
): Promise<PlannedSource> {
  const globs = list.flatMap((glob, index) => (glob === undefined ? [] : [{at: [...place, index], glob}]))
  for (const {at, glob} of globs) {
    const problem = globProblem(glob) ?? (await findProblem(glob, project, slot.allow === 'outside'))
    if (problem) report(at, problem.message, problem.hint)
  }
  const plain = globs.map(({glob}) => plainGlob(glob))
  return {globs: plain, kind: 'globs', path: project, relative: plain.join(', ')}
}

interface Complaint {
  readonly message: string
  readonly hint?: string
}

function globProblem(glob: string): Complaint | undefined {
  const text = JSON.stringify(glob)
  if (/^!(?!\()/.test(glob))
    return {hint: `leave it out with \`exclude\`: exclude: [${JSON.stringify(glob.slice(1))}]`, message: `${text} takes nothing back`}
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(glob))
    return {hint: 'give each URL a slot of its own', message: `${text} is a URL, and a list holds globs`}
  if (glob.startsWith('/') || plainGlob(glob).split('/').includes('..')) {
    return {hint: 'name a directory: source: ../shared, with allow: outside', message: `${text} is outside the manifest's directory`}
  }
  return undefined
}

async function findProblem(glob: string, project: string, outside: boolean): Promise<Complaint | undefined> {
  const text = JSON.stringify(glob)
  try {
    const paths = found(project, glob)
    if (paths.length === 0) return {message: `${text} finds nothing`}
    const root = await realpath(project)
    for (const directory of outside ? [] : new Set(paths.map((path) => dirname(path)))) {
      const real = await realpath(join(project, directory))
      if (!within(root, real)) return {hint: allowOutside, message: `${text} leads outside the manifest's directory, to ${real}`}
    }
    return undefined
  } catch (error) {
    return {message: `${text} cannot be looked for: ${(error as Error).message}`}
  }
}

// --- URLs ------------------------------------------------------------------------------------------------------------

function exactUrl(source: string, slot: ManifestSlot, place: Place, {report}: SourceContext): PlannedSource | undefined {
  const at = [...place, 'source']
  const url = URL.canParse(source) ? new URL(source) : undefined
  if (url === undefined || url.hostname === '') return void report(at, `${source} is no URL`)
  if (url.username !== '' || url.password !== '') {
    return void report(
      at,
      'must not hold a user name or a password: it becomes part of the package',
      'download it beforehand and name the file',
    )
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    return void report(
      at,
      `must begin with https:, not with ${url.protocol}`,
      url.protocol === 'file:' ? 'name the file by its path' : undefined,
    )
  }
  const {sha256} = slot
  if (sha256 === undefined) {
    // What was there and had another shape was reported.
    if ('sha256' in slot) return undefined
    return void report(
      [...place, 'sha256'],
      'is missing, without which a URL may be another file tomorrow',
      `curl -fsSL '${source}' | sha256sum`,
    )
  }
  return {kind: 'url', relative: `${url.origin}${url.pathname}`, sha256: sha256.toLowerCase(), url: url.href}
}
