/**
 * Where things lie below a base directory. No other module spells these names.
 *
 *     workenvs/<name>-<12 hex>              a link to the generation in use: the work environment
 *     workenvs/<name>-<12 hex>.building     spares double work while one is being built; correctness never depends on it
 *     workenvs/.gen/<id>.<random>/          a generation: one extracted copy, built where it stays
 *         .flavor/stamp                     written last: the generation is whole
 *         .flavor/files                     its regular files and their sizes
 *         .flavor/live                      a FIFO that every user of the generation holds open
 *         data                              a link to the application's data
 *     workenvs/.gen/new.<random>/           about to become a generation
 *     workenvs/.gen/trash.<random>/         on its way out; anybody may delete it
 *     slots/<key>/                          a slot's extracted content, shared by packages
 *     builds/<kind>/<sha256>/               what was built for packing, kept under a key (src/cache)
 */
import {createHash} from 'node:crypto'
import {PackageError} from '../format/errors.ts'

export interface Place {
  readonly base: string
  readonly id: string
  /** The work environment: a link. */
  readonly link: string
  readonly marker: string
}

const idPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]*-[0-9a-f]{12}$/

/** A package's name as one harmless file name: `@scope/app` → `scope-app`. */
export function safeName(name: string): string {
  const safe = name
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 64)
  return safe === '' ? 'package' : safe
}

/** `digest` is the SHA-256 of the signed metadata in hex. */
export function workenvId(name: string, digest: string): string {
  return `${safeName(name)}-${digest.slice(0, 12)}`
}

/** Of the package with this signed metadata. */
export function workenvIdOf(name: string, metadata: Uint8Array): string {
  return workenvId(name, createHash('sha256').update(metadata).digest('hex'))
}

/** Throws EFLAVOR_CONFINED for an id that no work environment can have, such as one with a slash. */
export function placeOf(base: string, id: string): Place {
  if (!idPattern.test(id)) throw new PackageError('EFLAVOR_CONFINED', `${JSON.stringify(id)} is not the id of a work environment`)
  const link = `${base}/workenvs/${id}`
  return {base, id, link, marker: `${link}.building`}
}

export function isWorkenvId(text: string): boolean {
  return idPattern.test(text)
}

export function workenvsOf(base: string): string {
  return `${base}/workenvs`
}

export function generationsOf(base: string): string {
  return `${base}/workenvs/.gen`
}

export function slotsOf(base: string): string {
  return `${base}/slots`
}

export function buildsOf(base: string): string {
  return `${base}/builds`
}

/** Of an extracted slot: two slots share a copy when bytes, chain and place are the same. */
export function slotKey(sha256: string, chain: readonly number[], target: string, mode: number): string {
  return createHash('sha256')
    .update(JSON.stringify([sha256, chain, target, mode]))
    .digest('hex')
    .slice(0, 40)
}

/** `app-0123456789ab.Xy12z3` → `app-0123456789ab`; undefined for what is no generation. */
export function idOfGeneration(name: string): string | undefined {
  const id = name.slice(0, Math.max(0, name.lastIndexOf('.')))
  return idPattern.test(id) ? id : undefined
}
