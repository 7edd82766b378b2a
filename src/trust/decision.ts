/**
 * Whether the key that signed a package is one to trust (SPEC.md, 21, "The decision"): lines of the system, lines of the
 * user, the pin of the name, and last a first use. `decide` only reads; `decideStart` makes and changes pins.
 */
import {toHex} from '../format/bytes.ts'
import {type CheckResult, outcomeOf} from '../format/check.ts'
import {PackageError} from '../format/errors.ts'
import type {Package} from '../format/examination.ts'
import {isOwn, makePin, pinFile, readPin, replacePin} from './pins.ts'
import type {Owner, Policy, PolicyPlaces} from './policy.ts'
import {predecessors, type Rotations} from './rotation.ts'
import {matchesName, readTrustedKeys, type TrustedKey} from './trusted-keys.ts'

/** What is decided about: a package that passed all checks of the format. */
export interface Subject extends Rotations {
  /** The key in its index, 64 lower-case hex digits. */
  readonly key: string
  readonly development: boolean
  /** False when nobody looked whether the key signed it. */
  readonly signed: boolean
  /** Where it lies, for messages. */
  readonly path: string
}

export type TrustResult = 'demanded' | 'development' | 'first-use' | 'listed' | 'pinned' | 'rotated' | 'unchecked' | 'unpinned'

export interface Decision {
  readonly result: TrustResult
  /** Where that stands. */
  readonly file?: string
  /** In `trusted_keys`. */
  readonly line?: number
  /** The key that was known, where a rotation led from it. */
  readonly from?: string
}

export function subjectOf(
  {index, metadata}: Pick<Package, 'index' | 'metadata'>,
  {check, path, signed}: Pick<Subject, 'check' | 'path' | 'signed'>,
): Subject {
  const {build, name, rotations} = metadata
  return {check, development: build.development, key: toHex(index.publicKey), name, path, rotations, signed}
}

/** Throws EFLAVOR_KEY_MISMATCH, EFLAVOR_UNKNOWN_KEY and EFLAVOR_POLICY. `first-use` means that a start would make a pin. */
export function decide(policy: Policy, subject: Subject): Decision {
  const {places} = policy
  const known = decideByLists(places, subject) ?? (places.user === undefined ? undefined : decideByPin(places.user, subject))
  if (known) return known
  if (policy.trust === 'known') throw unknownKey(policy, subject)
  if (subject.development) return {result: 'development'}
  if (!subject.signed) return {result: 'unchecked'}
  return places.user === undefined ? {result: 'unpinned'} : {file: pinFile(places.user, subject.name), result: 'first-use'}
}

/** The same for a start, which makes a pin on first use and moves it after a rotation. */
export function decideStart(policy: Policy, subject: Subject): Decision {
  const {user} = policy.places
  for (let attempt = 0; ; attempt++) {
    const decision = decide(policy, subject)
    if (user !== undefined && decision.result === 'rotated' && decision.line === undefined) movePin(user, subject)
    if (user === undefined || decision.result !== 'first-use') return decision
    const made = makePin(user, subject.name, subject.key)
    if (made === 'made') return decision
    if (made === 'failed' || attempt === 2) return {result: 'unpinned'}
  }
}

/** With `--key`: that key, and what the system says of it; nothing else is asked. */
export function decideDemanded(policy: Policy, subject: Subject, demanded: string): Decision {
  if (subject.key !== demanded)
    throw new PackageError('EFLAVOR_KEY_MISMATCH', `${signedBy(subject)}, not by the key demanded (${demanded})`)
  return decideByLines('system', policy.places.system, subject) ?? {result: 'demanded'}
}

/** Steps 1 and 2. Undefined when no list says anything of the name. */
export function decideByLists({system, user}: PolicyPlaces, subject: Subject): Decision | undefined {
  return decideByLines('system', system, subject) ?? (user === undefined ? undefined : decideByLines('user', user, subject))
}

function decideByLines(owner: Owner, directory: string, subject: Subject): Decision | undefined {
  const lines = readTrustedKeys(`${directory}/trusted_keys`, owner).filter(({pattern}) => matchesName(pattern, subject.name))
  if (lines.length === 0) return undefined
  const own = lines.find(({key}) => key === subject.key)
  if (own) return {file: own.file, line: own.line, result: 'listed'}
  const before = predecessors(subject.key, subject)
  const old = lines.find(({key}) => before.has(key))
  if (old) return {file: old.file, from: old.key, line: old.line, result: 'rotated'}
  throw notListed(owner, lines, subject)
}

function decideByPin(user: string, subject: Subject): Decision | undefined {
  const pin = readPin(pinFile(user, subject.name))
  if (pin === undefined) return undefined
  const {file, key} = pin
  if (key === subject.key) return {file, result: 'pinned'}
  if (predecessors(subject.key, subject).has(key)) return {file, from: key, result: 'rotated'}
  throw notPinned(file, key, subject)
}

/** A pin that cannot be changed leads to the new key again at the next start. */
function movePin(user: string, {key, name}: Subject): void {
  try {
    if (isOwn(`${user}/pins`)) replacePin(user, name, key)
  } catch {
    // The start goes on.
  }
}

/** The decision as one more check of a package, `publisher key`. */
export function publisherKey(look: () => Decision): CheckResult & {readonly decision?: Decision} {
  let decision: Decision | undefined
  const result = outcomeOf('publisher key', () => {
    decision = look()
    return described(decision)
  })
  return decision ? {...result, decision} : result
}

// --- what is said ----------------------------------------------------------------------------------------------------

/** As one types it: a name that a shell or the list would take apart is left to the reader. */
function typed(name: string, instead: string): string {
  return /^[\w@.+-]+$/.test(name) ? name : instead
}

function typedPath(path: string): string {
  return /^[\w@.+/-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

function described({file, from, line, result}: Decision): string {
  const where = line === undefined ? file : `${file}:${line}`
  const words: Readonly<Record<TrustResult, string>> = {
    demanded: 'the one demanded',
    development: 'of a development package: no start pins it',
    'first-use': `not seen before: a start pins it in ${where}`,
    listed: `listed in ${where}`,
    pinned: `pinned in ${where}`,
    rotated: `handed over by ${from}, which stands in ${where}`,
    unchecked: 'not checked, as FLAVOR_VALIDATION=none asks',
    unpinned: 'not seen before, and there is no place for a pin',
  }
  return words[result]
}

function signedBy({key, name}: Subject): string {
  return `${JSON.stringify(name).replaceAll(/\p{Cc}/gu, '?')} is signed by ${key}`
}

function notListed(owner: Owner, lines: readonly TrustedKey[], subject: Subject): PackageError {
  const [{file, line} = {file: '', line: 0}] = lines
  const message = `${signedBy(subject)}, which is none of the keys that ${file} lists for it, from line ${line} on`
  const command = `flavor trust add${owner === 'system' ? ' --system' : ''} ${typed(subject.name, 'PATTERN')} ${subject.key}`
  return new PackageError('EFLAVOR_KEY_MISMATCH', message, {hint: `if its publisher says that this key is theirs: ${command}`})
}

function notPinned(file: string, pinned: string, subject: Subject): PackageError {
  const message = `${signedBy(subject)}, not by ${pinned}, the key it had when it was first used (${file})`
  const way = subject.development
    ? `it is a development package; to forget the key of its publisher: flavor trust remove ${typed(subject.name, 'NAME')}`
    : `if its publisher says that this key is theirs: flavor trust accept ${typedPath(subject.path)}`
  return new PackageError('EFLAVOR_KEY_MISMATCH', message, {hint: way})
}

function unknownKey({settings}: Policy, subject: Subject): PackageError {
  const demand = settings.find(({key, value}) => key === 'trust' && value === 'known')
  const message = `${signedBy(subject)}, which is neither listed nor pinned, and ${demand?.file}:${demand?.line} demands a known key`
  const command = `flavor trust add ${typed(subject.name, 'PATTERN')} ${subject.key}`
  return new PackageError('EFLAVOR_UNKNOWN_KEY', message, {hint: `if you know the key: ${command}`})
}
