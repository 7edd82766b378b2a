/** Rotation statements on their way into a package: each must be of use to somebody who has an old key and gets a package signed with this one. */
import {toHex} from '../format/bytes.ts'
import type {MetadataJson} from '../format/metadata.ts'
import {checkSignature} from '../format/signature.ts'
import type {Plan, PlannedRotation} from '../project/plan.ts'
import {predecessors} from '../trust/rotation.ts'
import {packErrors} from './errors.ts'
import type {Signer} from './signer.ts'

/** A development package may carry them as they are: its key is nobody's successor. Throws FlavorError EFLAVOR_ROTATION. */
export function requireRotations({name, rotations}: Plan, {development, publicKey}: Pick<Signer, 'development' | 'publicKey'>): void {
  if (development || rotations.length === 0) return
  const key = toHex(publicKey)
  const known = predecessors(key, {check: checkSignature, name, rotations})
  const astray = rotations.find(({from}) => !known.has(from))
  if (astray) throw packErrors.rotation(astray, astray.file, placeOf(astray), key)
}

function placeOf({at: {column, file, line}}: PlannedRotation): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}

/** Nothing where there are none, so that other packages are what they were. */
export function rotationsOf({rotations}: Plan): Pick<MetadataJson, 'rotations'> {
  return rotations.length === 0 ? {} : {rotations: rotations.map(({from, signature, to}) => ({from, to, signature}))}
}
