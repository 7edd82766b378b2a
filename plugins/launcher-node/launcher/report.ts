/**
 * What the launcher says, all of it on stderr: nothing on a normal start, one message and its hint when it must stop.
 * Whoever wants to hear more asks for a log.
 */
import {writeSync} from 'node:fs'
import {PackageError, type PackageErrorCode} from '../../../src/format/errors.ts'
import type {Request} from './checked.ts'

const hints: Partial<Record<PackageErrorCode, string>> = {
  EFLAVOR_BASE_DIRECTORY: 'set FLAVOR_CACHE to a directory of yours that can be written to',
  EFLAVOR_DISK_FULL: 'free some space, or set FLAVOR_CACHE to a directory on another disk',
  EFLAVOR_INDEX_CHECKSUM: 'get the file again from where it came',
  EFLAVOR_LAUNCHER_CHECKSUM: 'get the file again from where it came',
  EFLAVOR_LAUNCHER_USAGE: 'FLAVOR_LAUNCHER_CLI=1 with the command `help` lists what there is',
  EFLAVOR_METADATA_CHECKSUM: 'get the file again from where it came',
  EFLAVOR_NOT_A_PACKAGE: 'get the file again from where it came',
  EFLAVOR_PACKAGE_SIZE: 'get the file again from where it came',
  EFLAVOR_PADDING: 'get the file again from where it came',
  EFLAVOR_SIGNATURE: 'get the file again from where it came',
  EFLAVOR_SLOT_CHECKSUM: 'get the file again from where it came',
}

export function say(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // Nobody listens.
  }
}

/** Says what went wrong and gives the exit code. Anything that is no PackageError is a defect of the launcher. */
export function explain(error: unknown, {log, path}: Pick<Request, 'log' | 'path'>): number {
  const {code, exit, hint, message} = failureOf(error)
  if (log?.json) log.tell('failed', {error: code, exit, hint, message})
  else say(`${path}: ${message} (${code})\n${hint ? `  ${hint}\n` : ''}`)
  return exit
}

interface Failure {
  readonly code: PackageErrorCode
  readonly exit: number
  readonly hint?: string | undefined
  readonly message: string
}

function failureOf(error: unknown): Failure {
  if (error instanceof PackageError)
    return {code: error.code, exit: error.launcherExit, hint: error.hint ?? hints[error.code], message: error.message}
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {code: 'EFLAVOR_INTERNAL', exit: 101, message: `the launcher failed: ${told}`}
}
