/**
 * The one error that reading a package can raise. Its code is a row of `format/errors.json`, shared by every
 * implementation; its message says what was wrong and where, in lower case and without a full stop.
 */
import {launcherExits, type PackageErrorCode} from './codes.ts'

export type {PackageErrorCode} from './codes.ts'

export interface PackageErrorOptions extends ErrorOptions {
  /** What to type or to do, where the code alone does not say it. */
  readonly hint?: string
}

export class PackageError extends Error {
  readonly code: PackageErrorCode
  readonly hint: string | undefined

  constructor(code: PackageErrorCode, message: string, options: PackageErrorOptions = {}) {
    super(message, options)
    this.name = 'PackageError'
    this.code = code
    this.hint = options.hint
  }

  /** Exit code of a launcher that stops for this error. */
  get launcherExit(): number {
    return launcherExits[this.code]
  }
}

export function isPackageError(error: unknown): error is PackageError {
  return error instanceof PackageError
}
