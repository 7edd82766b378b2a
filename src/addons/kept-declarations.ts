/** What the documents of a project's addons say, by their SHA-256: of those that are there, and are what was installed. */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, InstalledAddon} from '@flavor/contract'
import {readAddon} from './addon-flavour.ts'
import {documentsDirectory} from './project.ts'

/** `read` gives the bytes at a path of the project. */
export async function keptDeclarations(
  addons: readonly InstalledAddon[],
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<ReadonlyMap<string, AddonDeclaration>> {
  const kept = new Map<string, AddonDeclaration>()
  for (const {hash} of addons) {
    const declaration = unchanged(hash, await read(`${documentsDirectory}/${hash}`))
    if (declaration !== undefined) kept.set(hash, declaration)
  }
  return kept
}

/** What somebody has changed by hand says nothing of what was installed; `flavour status` tells it. */
function unchanged(hash: string, bytes: Uint8Array | undefined): AddonDeclaration | undefined {
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== hash) return undefined
  return readAddon('addon.flavour', bytes).addon?.declaration
}
