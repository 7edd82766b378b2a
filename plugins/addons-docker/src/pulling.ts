/** Pulls an image, and tells how it goes. */
import {createInterface} from 'node:readline'
import type {Readable} from 'node:stream'
import type {ManagerContext} from '@flavor/contract'
import {type Engine, EngineRefusal} from './engine.ts'
import {failures} from './failures.ts'
import type {ImageReference} from './image-reference.ts'

/** One line of what the engine tells while it pulls. */
interface Progress {
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: {readonly current?: number; readonly total?: number}
  readonly error?: string
}

export async function pull(engine: Engine, reference: ImageReference, context: ManagerContext): Promise<void> {
  const {host, name, tag, text} = reference
  context.note(`pulling ${text}`)
  try {
    const headers = await authorization(engine, host, context)
    const query = {fromImage: name, tag}
    const answer = await engine.stream({headers, method: 'POST', path: '/images/create', query, signal: context.signal})
    await follow(answer, (line) => context.output(`${line}\n`))
  } catch (error) {
    if (error instanceof EngineRefusal || error instanceof PullError) throw failures.pull(text, host, error.message)
    throw error
  }
}

class PullError extends Error {}

async function follow(answer: Readable, tell: (line: string) => void): Promise<void> {
  const told = new Map<string, string>()
  for await (const line of createInterface({input: answer})) {
    const progress = JSON.parse(line) as Progress
    if (progress.error !== undefined) throw new PullError(progress.error)
    const {id = '', text} = shown(progress)
    if (text !== '' && told.get(id) !== text) tell(text)
    told.set(id, text)
  }
}

/** Not each of the many steps of a download: quarters. */
function shown({id, progressDetail: {current = 0, total = 0} = {}, status = ''}: Progress): {readonly id?: string; readonly text: string} {
  const part = total > 0 ? ` ${Math.floor((4 * current) / total) * 25}%` : ''
  return id === undefined ? {text: status} : {id, text: `${id}: ${status}${part}`}
}

/** The engine knows the address of the registry that it asks when none is named. */
async function authorization(engine: Engine, host: string | undefined, context: ManagerContext): Promise<Readonly<Record<string, string>>> {
  const serveraddress = host ?? (await defaultRegistry(engine, context.signal))
  const known = await context.credentials(serveraddress.replace(/^https?:\/\//, '').replace(/\/.*$/, ''))
  if (known === undefined) return {}
  return {'x-registry-auth': encoded({...signedIn(known), serveraddress})}
}

/** Base64 for URLs, with the padding that Node leaves out: engines take what has none for nothing at all. */
function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** Where a registry gives out tokens, Docker keeps one in the place of the password. */
function signedIn({password, username}: {readonly password: string; readonly username: string}): Readonly<Record<string, string>> {
  return username === '<token>' ? {identitytoken: password} : {password, username}
}

async function defaultRegistry(engine: Engine, signal: AbortSignal): Promise<string> {
  const {IndexServerAddress: address = ''} = await engine.json<{readonly IndexServerAddress?: string}>({
    method: 'GET',
    path: '/info',
    signal,
  })
  return address
}
