/** Keys made of texts, statements by them, and directories of policy files for tests of trust. */
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {toHex} from '../../dist/format/bytes.js'
import {keyPairFromText} from '../../dist/format/keys.js'
import type {Rotation} from '../../dist/format/metadata.js'
import {signMetadata} from '../../dist/format/signature.js'
import {nativeCheck} from '../../dist/format/signature-check.js'
import type {Subject} from '../../dist/trust/decision.js'
import type {PolicyPlaces} from '../../dist/trust/policy.js'
import {temporaryDirectory} from './tmp.ts'

/** The public key that a text makes, in hex. */
export function keyOf(text: string): string {
  return toHex(keyPairFromText(text).publicKey)
}

export function base64Of(text: string): string {
  return Buffer.from(keyPairFromText(text).publicKey).toString('base64')
}

/** One text's key hands a name over to another's. */
export function rotation(from: string, to: string, name = 'hello'): Rotation {
  const statement = Buffer.from(`flavor key rotation 1\n${keyOf(from)}\n${keyOf(to)}\n${name}`)
  return {from: keyOf(from), signature: toHex(signMetadata(keyPairFromText(from).seed, statement)), to: keyOf(to)}
}

export function subject(key: string, more: Partial<Subject> = {}): Subject {
  return {check: nativeCheck, development: false, key: keyOf(key), name: 'hello', path: './hello', rotations: [], signed: true, ...more}
}

/** Two directories of policy files, of which nothing is there yet. */
export function places(): PolicyPlaces & {readonly user: string} {
  const root = temporaryDirectory()
  return {system: join(root, 'etc'), user: join(root, 'home/.config/flavor')}
}

export function writePolicy(file: string, text: string | Uint8Array, mode = 0o644): string {
  mkdirSync(dirname(file), {recursive: true})
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}
