/** What the commands below `flavor trust` are told, and what it means. */
import {existsSync} from 'node:fs'
import {Flags} from '@oclif/core'
import {toHex} from './format/bytes.ts'
import {readPublicKey} from './pack/signer.ts'
import {trustErrors} from './trust/errors.ts'
import {policyPlaces} from './trust/policy.ts'
import {parseKey} from './trust/trusted-keys.ts'

export const systemFlag = Flags.boolean({description: 'the list of all users of this machine, which decides before theirs'})

/** A key in base64 or hex, or the PEM file of one; gives 64 hex digits. */
export function keyOf(word: string): string {
  const key = parseKey(word)
  if (key !== undefined) return key
  if (!existsSync(word)) throw trustErrors.noKey(word)
  return toHex(readPublicKey(word))
}

/** The `trusted_keys` that a command changes. */
export function listFile(system: boolean): string {
  const places = policyPlaces(process.env)
  const directory = system ? places.system : places.user
  if (directory === undefined) throw trustErrors.noHome()
  return `${directory}/trusted_keys`
}
