/** A work environment as `flavor workenv` reports it. */
import {FlavorError} from './errors.ts'
import {findWorkEnvironment, type WorkEnvironment} from './workenv/inventory.ts'
import {isWorkenvId} from './workenv/places.ts'

export interface WorkenvFacts {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** RFC 3339. */
  readonly lastUsed: string
  readonly inUse: boolean
}

export function workenvFacts({id, inUse, lastUsed, name, path, size, version}: WorkEnvironment): WorkenvFacts {
  return {id, inUse, lastUsed: lastUsed.toISOString(), name, path, size, version}
}

/** Throws FlavorError for an id that names none here. */
export function requireWorkenv(base: string, id: string): WorkEnvironment {
  const found = isWorkenvId(id) ? findWorkEnvironment(base, id) : undefined
  if (found) return found
  throw noWorkenv(id)
}

export function noWorkenv(id: string): FlavorError {
  return new FlavorError(`find ${id}: there is no such work environment`, {code: 'EFLAVOR_NO_WORKENV', hints: ['flavor workenv list']})
}
