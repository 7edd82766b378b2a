/** The flags that say whose key signs, shared by `pack` and `sign`. */
import {Flags} from '@oclif/core'
import {type SigningOptions, signerPatience} from './pack/signer.ts'

export const signingFlags = {
  'key-seed': Flags.string({
    description: 'derive the key from a text; `-` reads it from stdin. For builds that must repeat, not for releases',
    exclusive: ['private-key', 'signer'],
    helpGroup: 'SIGNING',
    helpValue: 'TEXT',
  }),
  'private-key': Flags.string({
    description: 'PEM file of the private key',
    exclusive: ['key-seed', 'signer'],
    helpGroup: 'SIGNING',
    helpValue: 'PEM',
  }),
  'public-key': Flags.string({
    description: 'PEM file of the public key; follows from --private-key, needed with --signer',
    helpGroup: 'SIGNING',
    helpValue: 'PEM',
  }),
  signer: Flags.string({
    description: 'command that reads the metadata on stdin and prints its Ed25519 signature',
    exclusive: ['key-seed', 'private-key'],
    helpGroup: 'SIGNING',
    helpValue: 'COMMAND',
  }),
  'signer-timeout': Flags.integer({
    default: signerPatience,
    description: 'how long --signer may take',
    helpGroup: 'SIGNING',
    helpValue: 'SECONDS',
    max: 86_400,
    min: 1,
  }),
}

type SigningFlags = Readonly<Record<'key-seed' | 'private-key' | 'public-key' | 'signer', string | undefined>> & {
  readonly 'signer-timeout': number
}

export function signingOptions(flags: SigningFlags): SigningOptions {
  return {
    keySeed: flags['key-seed'],
    privateKey: flags['private-key'],
    publicKey: flags['public-key'],
    signer: flags.signer,
    signerTimeout: flags['signer-timeout'],
  }
}
