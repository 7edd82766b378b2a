/**
 * The one place where a start is allowed or refused for who signed the package rather than for what is in it (SPEC.md,
 * 21). A host that starts a package by this code has decided already.
 */
import {nativeCheck} from '../../../src/format/signature-check.ts'
import {type Decision, decide, decideStart, type Subject, subjectOf} from '../../../src/trust/decision.ts'
import {predecessors} from '../../../src/trust/rotation.ts'
import type {Launch} from './checked.ts'

/** For what starts the application or makes it ready to start: makes and moves pins. Throws a PackageError whose launcher exit is 107. */
export function requireTrust(opened: Launch): void {
  const whose = subject(opened)
  const decision = opened.mayStayHere ? decideStart(opened.policy, whose) : opened.trust
  if (decision) opened.log?.tell('trust', {file: decision.file, key: whose.key, name: whose.name, result: decision.result})
}

/** The same, for what only looks: nothing is written. */
export function lookAtTrust(opened: Launch): Decision {
  return decide(opened.policy, subject(opened))
}

/** The keys from which statements of the package lead to its own, in the order of the statements. */
export function formerKeys(opened: Launch): readonly string[] {
  const {key, ...rotations} = subject(opened)
  const known = predecessors(key, rotations)
  return rotations.rotations.map(({from}) => from).filter((from) => known.has(from))
}

/** Statements are checked truly, also where the package's own signature is not. */
function subject({opened, path, signed}: Launch): Subject {
  return subjectOf(opened, {check: nativeCheck, path, signed})
}
