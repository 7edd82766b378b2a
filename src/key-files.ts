/** Ed25519 key pairs as files: `flavor-private.key` and `flavor-public.key`, PEM, 0600 in a directory of mode 0700 (pspf-2025, 6.3). */
import {randomBytes} from 'node:crypto'
import {existsSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {FlavorError} from './errors.ts'
import {keyPairFromSeed, privatePem, publicPem} from './format/keys.ts'
import {makeDirectory} from './workenv/make-directory.ts'

export interface KeyFiles {
  readonly privateKey: string
  readonly publicKey: string
  readonly key: Uint8Array
}

/** Makes a new pair. Throws FlavorError EFLAVOR_EXISTS rather than replace a key, unless `force`. */
export function makeKeyFiles(directory: string, force: boolean): KeyFiles {
  const files = {privateKey: join(directory, 'flavor-private.key'), publicKey: join(directory, 'flavor-public.key')}
  const taken = [files.privateKey, files.publicKey].find((path) => existsSync(path))
  if (taken !== undefined && !force) {
    throw new FlavorError(`make ${taken}: the file exists, and whoever trusts its key trusts no other`, {
      code: 'EFLAVOR_EXISTS',
      hints: ['choose another place: flavor keygen --out-dir DIR', 'or replace it: flavor keygen --force'],
    })
  }
  const pair = keyPairFromSeed(new Uint8Array(randomBytes(32)))
  try {
    makeDirectory(directory, 0o700)
    replaceFile(files.privateKey, privatePem(pair))
    replaceFile(files.publicKey, publicPem(pair.publicKey))
  } catch (error) {
    throw new FlavorError(`make keys in ${directory}: ${(error as Error).message}`, {
      cause: error,
      code: 'EFLAVOR_OUTPUT',
      hints: ['flavor keygen --out-dir DIR'],
    })
  }
  return {...files, key: pair.publicKey}
}

function replaceFile(path: string, text: string): void {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`
  try {
    writeFileSync(partial, text, {flag: 'wx', mode: 0o600})
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, {force: true})
    throw error
  }
}
