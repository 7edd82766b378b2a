/**
 * One check of a package, whatever it looks at: it says what it saw, or throws what is wrong. The same check serves those
 * who stop at the first failure (`observed`) and those who want to know about each (`outcomeOf`).
 */
import {isPackageError, type PackageError, type PackageErrorCode} from './errors.ts'

/** A stretch of the file that has a name. */
export interface Region {
  readonly name: string
  readonly offset: number
  readonly size: number
}

export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** Passed because there was nothing to hold the bytes to, or nobody wanted them held to it. */
  readonly unchecked?: true
  readonly detail: string
  readonly code?: PackageErrorCode
  /** What to type or to do, where the code alone does not say it. */
  readonly hint?: string
}

/** Hears of each region as it is read and of each check as it is made. */
export interface Observer {
  check(result: CheckResult): void
  read(region: Region): void
}

/** A few words on what was seen; apart where there was nothing to hold it to. */
export type Seen = string | {readonly unchecked: string}

export function outcomeOf(name: string, check: () => Seen): CheckResult {
  try {
    return passed(name, check())
  } catch (error) {
    if (!isPackageError(error)) throw error
    return failed(name, error)
  }
}

/** Tells the observer, and throws what the check throws. */
export function observed(name: string, check: () => Seen, observer?: Observer): void {
  try {
    const seen = check()
    observer?.check(passed(name, seen))
  } catch (error) {
    if (isPackageError(error)) observer?.check(failed(name, error))
    throw error
  }
}

function passed(name: string, seen: Seen): CheckResult {
  return typeof seen === 'string' ? {detail: seen, name, ok: true} : {detail: seen.unchecked, name, ok: true, unchecked: true}
}

function failed(name: string, {code, hint, message}: PackageError): CheckResult {
  return {code, detail: message, name, ok: false, ...(hint === undefined ? {} : {hint})}
}
