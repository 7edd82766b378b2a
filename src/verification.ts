/**
 * Everything that can be said about a package from outside it: all checks of the format, the launcher's and every
 * slot's full hash, and, where a key is demanded, whose signature it is. A check that could not be made because an
 * earlier one failed is reported as failed too: nobody should take silence for consent.
 */
import {equalBytes, toHex} from './format/bytes.ts'
import {examineContent} from './format/content.ts'
import {type CheckResult, examine, type Package} from './format/examination.ts'
import {type FileSource, openFileSource} from './format/file-source.ts'
import {checkSignature} from './format/signature.ts'

export interface Verification {
  readonly valid: boolean
  readonly checks: readonly CheckResult[]
  /** 64 hex digits, as far as the index could be read. */
  readonly publicKey: string | undefined
  readonly found: Partial<Package>
}

/** Throws PackageError EFLAVOR_IO when the file cannot be read at all; whatever else is wrong is a failed check. */
export function verifyFile(path: string, key: Uint8Array | undefined): Verification {
  const source = openFileSource(path)
  try {
    return verifySource(source, key)
  } finally {
    source.close()
  }
}

export function verifySource(source: FileSource, key: Uint8Array | undefined): Verification {
  const {found, results} = examine(source, checkSignature)
  const opened = results.every(({ok}) => ok) ? (found as Package) : undefined
  const content = opened ? [...examineContent(opened)] : [unchecked]
  const checks = [...results, ...keyCheck(found, key), ...content]
  return {checks, found, publicKey: found.index && toHex(found.index.publicKey), valid: checks.every(({ok}) => ok)}
}

const unchecked: CheckResult = {detail: 'not reached: an earlier check failed', name: 'launcher and slots', ok: false}

function keyCheck({index}: Partial<Package>, key: Uint8Array | undefined): readonly CheckResult[] {
  if (!key) return []
  const name = 'publisher key'
  if (index && equalBytes(index.publicKey, key)) return [{detail: 'the one demanded', name, ok: true}]
  const found = index ? toHex(index.publicKey) : 'an unknown key'
  return [{code: 'EFLAVOR_KEY_MISMATCH', detail: `signed by ${found}, not by the key demanded (${toHex(key)})`, name, ok: false}]
}
