/**
 * Everything that can be said about a package from outside it: all checks of the format, the launcher's and every
 * slot's full hash, and whether its key is one to trust. A check that could not be made because an earlier one failed is
 * reported as failed too: nobody should take silence for consent.
 */
import {equalBytes, toHex} from './format/bytes.ts'
import {examineContent} from './format/content.ts'
import {type CheckResult, examine, type Package} from './format/examination.ts'
import {type FileSource, openFileSource} from './format/file-source.ts'
import {checkSignature} from './format/signature.ts'
import {type Decision, decide, decideDemanded, decideStart, publisherKey, subjectOf} from './trust/decision.ts'
import {type Environment, policyPlaces, readPolicy} from './trust/policy.ts'

export interface VerificationRequest {
  /** Where the policy is looked for. */
  readonly env: Environment
  /** The only key whose signature counts; then what the user knows is not asked. */
  readonly key: Uint8Array | undefined
  /** For messages. */
  readonly path: string
  /** The package is about to be started: a pin is made on first use. */
  readonly start: boolean
}

export interface Verification {
  readonly valid: boolean
  readonly checks: readonly CheckResult[]
  /** 64 hex digits, as far as the index could be read. */
  readonly publicKey: string | undefined
  /** Undefined when the key was refused, or never asked about. */
  readonly trust: Decision | undefined
}

/** Throws PackageError EFLAVOR_IO when the file cannot be read at all; whatever else is wrong is a failed check. */
export function verifyFile(path: string, request: Omit<VerificationRequest, 'path'>): Verification {
  const source = openFileSource(path)
  try {
    return verifySource(source, {...request, path})
  } finally {
    source.close()
  }
}

export function verifySource(source: FileSource, request: VerificationRequest): Verification {
  const {found, results} = examine(source, checkSignature)
  const opened = results.every(({ok}) => ok) ? (found as Package) : undefined
  const own = [...results, ...(opened ? examineContent(opened) : [unchecked('launcher and slots')])]
  const sound = own.every(({ok}) => ok)
  const {decision: trust, ...key} = opened ? keyCheck(opened, request, sound) : unreadKeyCheck(found, request)
  return {checks: [...own, key], publicKey: found.index && toHex(found.index.publicKey), trust, valid: sound && key.ok}
}

function unchecked(name: string): CheckResult {
  return {detail: 'not reached: an earlier check failed', name, ok: false}
}

function keyCheck(opened: Package, {env, key, path, start}: VerificationRequest, sound: boolean): ReturnType<typeof publisherKey> {
  const subject = subjectOf(opened, {check: checkSignature, path, signed: true})
  return publisherKey(() => {
    const policy = readPolicy(policyPlaces(env))
    if (key) return decideDemanded(policy, subject, toHex(key))
    return start && sound ? decideStart(policy, subject) : decide(policy, subject)
  })
}

/** Of a package whose metadata cannot be relied on: that it names another key can still be said. */
function unreadKeyCheck({index}: Partial<Package>, {key}: VerificationRequest): CheckResult & {readonly decision?: undefined} {
  const check = unchecked('publisher key')
  if (!key || !index || equalBytes(index.publicKey, key)) return check
  return {...check, code: 'EFLAVOR_KEY_MISMATCH', detail: `signed by ${toHex(index.publicKey)}, not by the key demanded (${toHex(key)})`}
}
