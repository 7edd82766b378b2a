/** A registry of a directory, from the moment that it listens until somebody ends it with Ctrl-C, TERM or HUP. */
import {stat} from 'node:fs/promises'
import {resolve} from 'node:path'
import {sourceErrors} from '../addon-sources/errors.ts'
import {type RegistryRequest, type RunningRegistry, serveRegistry} from '../addon-sources/registry-server.ts'
import {printable} from '../text.ts'

export interface RegistryWishes {
  readonly dir: string
  readonly host: string
  readonly port: number
  readonly verbose: boolean
}

export interface ServedRegistry {
  readonly directory: string
  readonly url: string
  /** When it has been ended. */
  readonly ended: Promise<void>
}

export async function servedRegistry({dir, host, port, verbose}: RegistryWishes): Promise<ServedRegistry> {
  const directory = resolve(dir)
  const found = await stat(directory).catch((error: unknown) => error)
  if (found instanceof Error || !(found as {isDirectory(): boolean}).isDirectory()) throw sourceErrors.served(dir, found)
  const ending = firstSignal()
  const registry = await started({directory, host, onRequest: verbose ? tell : undefined, port})
  return {directory, ended: ending.then(() => registry.close()), url: registry.url}
}

async function started(options: Parameters<typeof serveRegistry>[0]): Promise<RunningRegistry> {
  try {
    return await serveRegistry(options)
  } catch (error) {
    throw sourceErrors.listen(`${options.host}:${options.port}`, error)
  }
}

function firstSignal(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
  })
}

function tell({method, path, query, status}: RegistryRequest): void {
  process.stderr.write(printable([method, path, query, status].filter((word) => word !== undefined).join(' ')).concat('\n'))
}
