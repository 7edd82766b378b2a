/** Statements by which a publisher's key hands a package's name over to the next one (SPEC.md, 21). */
import type {Rotation} from '../format/metadata.ts'
import type {SignatureCheck} from '../format/signature-check.ts'

export interface Rotations {
  /** Of the package. */
  readonly name: string
  readonly rotations: readonly Rotation[]
  /** Looks at signatures truly, whatever a start was told about the package's own. */
  readonly check: SignatureCheck
}

/** What `from` signs. */
export function rotationText(name: string, {from, to}: Pick<Rotation, 'from' | 'to'>): Uint8Array {
  return Buffer.from(`flavor key rotation 1\n${from}\n${to}\n${name}`, 'utf8')
}

export function isGoodRotation(name: string, rotation: Rotation, check: SignatureCheck): boolean {
  return check(Buffer.from(rotation.from, 'hex'), Buffer.from(rotation.signature, 'hex'), rotationText(name, rotation))
}

/** Every key from which a rotation leads to `key`, the nearest first, `key` itself not among them. */
export function predecessors(key: string, {check, name, rotations}: Rotations): ReadonlySet<string> {
  const found = new Set([key])
  for (const next of found) {
    for (const rotation of rotations)
      if (rotation.to === next && !found.has(rotation.from) && isGoodRotation(name, rotation, check)) found.add(rotation.from)
  }
  found.delete(key)
  return found
}
