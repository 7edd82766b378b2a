/** What the tests of this folder hand in, where they do not say otherwise. */
import type {SourceContext} from '../../dist/addon-sources/source.js'

export const document = (name: string, version: string): string => `spec: 0.1\nmeta: {name: ${name}, version: ${version}}\n`

export function contextIn(cwd: string, changes: Partial<SourceContext> = {}): SourceContext {
  return {
    aliases: {},
    credentials: async () => undefined,
    cwd,
    finders: new Map(),
    signal: new AbortController().signal,
    sources: ['ecosystems'],
    ...changes,
  }
}

export interface Refusal {
  readonly code: string
  readonly exit: number
  readonly hints: readonly string[]
  readonly message: string
}

/** The error with which it ends; one that does not is a failure of the test. */
export async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const refused = await work.then(
    () => undefined,
    (error: unknown) => error as Refusal,
  )
  if (refused === undefined) throw new Error('it was not refused')
  return refused
}
