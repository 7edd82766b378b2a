/**
 * A rotation statement as a file: JSON with the package's name, the old key, the new one, and the old one's signature
 * over all three. Made by `flavor trust rotate`, named by `rotations` in a manifest, carried by every later package.
 */
import {toHex} from './format/bytes.ts'
import type {Rotation} from './format/metadata.ts'
import {checkSignature} from './format/signature.ts'
import type {Signer} from './pack/signer.ts'
import {isGoodRotation, rotationText} from './trust/rotation.ts'

export interface RotationFile extends Rotation {
  readonly name: string
}

export async function makeRotation(name: string, signer: Signer, to: Uint8Array): Promise<RotationFile> {
  const keys = {from: toHex(signer.publicKey), to: toHex(to)}
  return {name, ...keys, signature: toHex(await signer.sign(rotationText(name, keys)))}
}

export function rotationFileText(rotation: RotationFile): string {
  return `${JSON.stringify(rotation, null, 2)}\n`
}

/** A statement for a package of that name, or what is wrong with the text, as the end of a sentence. */
export function readRotation(text: string, name: string): Rotation | string {
  const file = parse(text)
  if (!file) return 'is no statement'
  if (file.name !== name) return `is for a package called ${JSON.stringify(file.name)}, not ${JSON.stringify(name)}`
  const {from, signature, to} = file
  return isGoodRotation(name, file, checkSignature) ? {from, to, signature} : 'carries no good signature of its old key'
}

function parse(text: string): RotationFile | undefined {
  try {
    const file = JSON.parse(text) as RotationFile
    const shaped = isHex(file.from, 64) && isHex(file.to, 64) && isHex(file.signature, 128) && typeof file.name === 'string'
    return shaped ? file : undefined
  } catch {
    return undefined
  }
}

function isHex(value: unknown, digits: number): boolean {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value)
}
