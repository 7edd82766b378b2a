/** The Docker context that `docker context use` has chosen, as the files in Docker's configuration say. */
import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {failures} from './failures.ts'

export interface DockerContext {
  readonly host: string
  /** The directory of its certificates, whether there are any or not. */
  readonly certificates: string
  /** Whoever answers is taken for the engine. */
  readonly unverified: boolean
}

/** Undefined for the default one, which names no engine. `directory` is that of Docker's configuration. */
export async function chosenContext(directory: string, wanted: string | undefined): Promise<DockerContext | undefined> {
  const name = wanted || (await readJson<{readonly currentContext?: string}>(join(directory, 'config.json')))?.currentContext
  if (!name || name === 'default') return undefined
  const id = createHash('sha256').update(name).digest('hex')
  const meta = await readJson<ContextFile>(join(directory, 'contexts', 'meta', id, 'meta.json'))
  const {Host: host, SkipTLSVerify: unverified = false} = meta?.Endpoints?.docker ?? {}
  if (!host) throw failures.noContext(name)
  return {certificates: join(directory, 'contexts', 'tls', id, 'docker'), host, unverified}
}

interface ContextFile {
  readonly Endpoints?: {readonly docker?: {readonly Host?: string; readonly SkipTLSVerify?: boolean}}
}

/** Docker's configuration is not ours to complain about. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch {
    return undefined
  }
}
