/** An image on the engine: found there, else pulled. */
import type {ImageOptions, ManagerContext} from '@flavor/contract'
import {type Engine, EngineRefusal} from './engine.ts'
import {failures} from './failures.ts'
import type {ImageReference} from './image-reference.ts'
import {pull} from './pulling.ts'

export interface Image {
  /** As messages name it. */
  readonly text: string
  /** What the reference stood for when it was looked up; a container of it is of this image and no later one. */
  readonly id: string
  /** Its `FAM_IDENTIFIER`; undefined where it states none. */
  readonly identifier: string | undefined
}

interface Inspected {
  readonly Id: string
  readonly Config?: {readonly Env?: readonly string[] | null}
}

export async function findImage(
  engine: Engine,
  reference: ImageReference,
  {fresh}: Pick<ImageOptions, 'fresh'>,
  context: ManagerContext,
): Promise<Image> {
  const here = fresh ? undefined : await inspect(engine, reference, context.signal)
  if (here === undefined) await pull(engine, reference, context)
  const found = here ?? (await inspect(engine, reference, context.signal))
  if (found === undefined) throw failures.pull(reference.text, reference.host, 'it was pulled, and is not there')
  return {id: found.Id, identifier: identifierIn(found), text: reference.text}
}

async function inspect(engine: Engine, {text}: ImageReference, signal: AbortSignal): Promise<Inspected | undefined> {
  try {
    return await engine.json<Inspected>({method: 'GET', path: `/images/${text}/json`, signal})
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error
    if (error.status === 404) return undefined
    throw failures.engine(`look at ${text}`, error.message)
  }
}

function identifierIn({Config: config}: Inspected): string | undefined {
  const prefix = 'FAM_IDENTIFIER='
  return config?.Env?.find((line) => line.startsWith(prefix))?.slice(prefix.length) || undefined
}
