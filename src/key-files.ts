/** Ed25519 key pairs as files: `flavor-private.key` and `flavor-public.key`, PEM, 0600 in a directory of mode 0700 (pspf-2025, 6.3). */
import {randomBytes} from 'node:crypto'
import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {FlavorError} from './errors.ts'
import {keyPairFromSeed, privatePem, publicKeyFromPem, publicKeyText, publicPem} from './format/keys.ts'
import {systemError} from './unpack/system-error.ts'
import {makeDirectory} from './workenv/make-directory.ts'

export interface KeyFiles {
  readonly privateKey: string
  readonly publicKey: string
  readonly key: Uint8Array
  /** Where the files are now that were replaced. */
  readonly kept: readonly string[]
}

/** Makes a new pair. Throws FlavorError EFLAVOR_EXISTS rather than replace a key, unless `force`; even then the old one is kept. */
export function makeKeyFiles(directory: string, force: boolean): KeyFiles {
  const files = {privateKey: join(directory, 'flavor-private.key'), publicKey: join(directory, 'flavor-public.key')}
  const taken = [files.privateKey, files.publicKey].find((path) => existsSync(path))
  if (taken !== undefined && !force) {
    throw new FlavorError(`make ${taken}: the file exists, and whoever trusts its key trusts no other`, {
      code: 'EFLAVOR_EXISTS',
      hints: [
        'choose another place: flavor keygen --out-dir DIR',
        'or add --force; the old pair stays beside the new one, and hands over to it: flavor trust rotate',
      ],
    })
  }
  const pair = keyPairFromSeed(new Uint8Array(randomBytes(32)))
  try {
    makeDirectory(directory, 0o700)
    const kept = keepOld(files)
    replaceFile(files.privateKey, privatePem(pair))
    replaceFile(files.publicKey, publicPem(pair.publicKey))
    return {...files, kept, key: pair.publicKey}
  } catch (error) {
    throw new FlavorError(systemError(error, `make keys in ${directory}`).message, {
      cause: error,
      code: 'EFLAVOR_OUTPUT',
      hints: ['flavor keygen --out-dir DIR'],
    })
  }
}

/** Called after their key, because only the old private key can hand names over to the new one. */
function keepOld({privateKey, publicKey}: Pick<KeyFiles, 'privateKey' | 'publicKey'>): readonly string[] {
  const there = [privateKey, publicKey].filter((path) => existsSync(path))
  const name = there.map(keyName).find((name) => name !== undefined) ?? randomBytes(4).toString('hex')
  return there.map((path) => {
    const kept = path.replace(/\.key$/, `-${name}.key`)
    renameSync(path, kept)
    return kept
  })
}

function keyName(path: string): string | undefined {
  try {
    return publicKeyText(publicKeyFromPem(readFileSync(path, 'utf8'))).slice(0, 8)
  } catch {
    return undefined
  }
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
