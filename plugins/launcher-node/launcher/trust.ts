/**
 * The one place where a start is allowed or refused for who signed the package rather than for what is in it. So far
 * every key that matches its package is accepted.
 */
import type {Package} from '../../../src/format/examination.ts'
import type {Environment} from '../../../src/workenv/base.ts'

/** Throws a PackageError whose launcher exit is 107. */
export function requireTrust(_opened: Package, _env: Environment): void {}
