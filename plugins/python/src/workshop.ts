/** Where a build works: a scratch directory that goes away, the cache of the host, and a way to tell the user what was decided. */
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import type {PrepareContext} from '@flavor/contract'

export interface Workshop extends PrepareContext {
  readonly scratch: string
}

/** A new directory in the scratch. */
export function room({scratch}: Workshop, name: string): string {
  const path = join(scratch, name)
  mkdirSync(path, {recursive: true})
  return path
}
