/**
 * What the launcher says, all of it on stderr: nothing on a normal start, one message and its hints when it must stop,
 * and more when `FLAVOR_LAUNCHER_LOG_LEVEL` or `FLAVOR_LOG_LEVEL` asks.
 */
import {writeSync} from 'node:fs'
import {PackageError, type PackageErrorCode} from '../../../src/format/errors.ts'
import type {Environment} from '../../../src/workenv/base.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'off'] as const
type Level = Exclude<(typeof levels)[number], 'off'>

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

export function log(env: Environment, level: Level, message: string): void {
  const wanted = env.FLAVOR_LAUNCHER_LOG_LEVEL ?? env.FLAVOR_LOG_LEVEL
  if (wanted === undefined) return
  const threshold = (levels as readonly string[]).indexOf(wanted.toLowerCase().replace(/^json:?/, '') || 'info')
  if (levels.indexOf(level) >= (threshold < 0 ? levels.indexOf('info') : threshold)) say(`flavor: ${message}\n`)
}

/** Says what went wrong and gives the exit code. Anything that is no PackageError is a defect of the launcher. */
export function explain(error: unknown, path: string): number {
  if (error instanceof PackageError) {
    const hint = error.hint ?? hints[error.code]
    say(`${path}: ${error.message} (${error.code})\n${hint ? `  ${hint}\n` : ''}`)
    return error.launcherExit
  }
  say(`${path}: the launcher failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)} (EFLAVOR_INTERNAL)\n`)
  return 101
}
