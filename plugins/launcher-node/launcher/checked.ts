/**
 * A package that passed every check, and what follows from it: steps 1 and 2 of a launch (SPEC.md, 14). Nothing of a
 * package is used before it has come through here.
 */
import {createHash} from 'node:crypto'
import {resolve} from 'node:path'
import {observed} from '../../../src/format/check.ts'
import {requireLauncher, requireSlot} from '../../../src/format/content.ts'
import {PackageError} from '../../../src/format/errors.ts'
import {openPackage, type Package} from '../../../src/format/examination.ts'
import {fileSource} from '../../../src/format/file-source.ts'
import type {NamedCommand} from '../../../src/format/metadata.ts'
import {nativeCheck, noCheck} from '../../../src/format/signature-check.ts'
import {type Policy, policyPlaces, raisedValidation, readPolicy} from '../../../src/trust/policy.ts'
import type {Environment} from '../../../src/workenv/base.ts'
import {workenvId} from '../../../src/workenv/places.ts'
import {callerEnvironment, type Variables} from './environment.ts'
import {type Fields, type Log, observerOf} from './log.ts'
import {say} from './report.ts'

export interface Request {
  /** Open for reading on the package; what is read is read from here. */
  readonly fd: number
  /** Where it was found. */
  readonly path: string
  readonly args: readonly string[]
  /** The environment this process was started with. */
  readonly env: Environment
  /** False in a host that is no launcher: its process is then replaced. */
  readonly mayStayHere: boolean
  readonly log: Log | undefined
  /** What such a host has decided. */
  readonly trust?: Fields<'trust'> | undefined
}

/** A package that passed every check, and what follows from it. */
export interface Launch extends Request {
  readonly opened: Package
  /** SHA-256 of the signed metadata. */
  readonly digest: string
  readonly id: string
  readonly caller: Variables
  readonly policy: Policy
  /** Its signature was checked. */
  readonly signed: boolean
  readonly strict: boolean
  /** The one of several that this start is for, where `commands` of the metadata has it. */
  readonly command?: NamedCommand | undefined
}

/** Steps 1 to 3, but for the question whose key it is: reads and verifies. Throws a PackageError. */
export function openChecked(request: Request): Launch {
  const {log, path} = request
  const source = fileSource(request.fd, path)
  log?.tell('start', {launcher: 'node', package: resolve(path), size: source.size})
  refuseRaisedRights()
  const policy = readPolicy(policyPlaces(request.env))
  const validation = raisedValidation(request.env.FLAVOR_VALIDATION, policy)
  const signed = validation !== 'none'
  if (!signed) say(`${path}: FLAVOR_VALIDATION=none: the signature is not checked\n`)
  const opened = openPackage(source, signed ? nativeCheck : noCheck, observerOf(log))
  const digest = createHash('sha256').update(opened.metadataBytes).digest('hex')
  const strict = validation === 'strict'
  const id = workenvId(opened.metadata.name, digest)
  const launch = {...request, caller: callerEnvironment(request.env), digest, id, opened, policy, signed, strict}
  if (strict) checkContent(launch)
  return launch
}

function checkContent(launch: Launch): void {
  checkLauncher(launch)
  for (const slot of launch.opened.slots) observed(`slot ${slot.id}`, () => requireSlot(launch.opened, slot), observerOf(launch.log))
}

/** Throws EFLAVOR_LAUNCHER_CHECKSUM. */
export function checkLauncher({log, opened}: Launch): void {
  observed('launcher', () => requireLauncher(opened), observerOf(log))
}

/** A launcher that was given rights its caller does not have would hand them to whatever the environment names. */
function refuseRaisedRights(): void {
  const raised = process.getuid?.() !== process.geteuid?.() || process.getgid?.() !== process.getegid?.()
  if (raised) throw new PackageError('EFLAVOR_SETUID', 'a package cannot be started with raised rights (setuid or setgid)')
}
