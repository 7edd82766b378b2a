/**
 * Things that happen beside the application. The helpers are detached by two steps, so that the application, which may
 * replace this very process, never meets a child it did not start.
 */
import {spawnSync} from 'node:child_process'
import {statSync, writeFileSync} from 'node:fs'
import type {Policy} from '../../../src/trust/policy.ts'
import type {Environment} from '../../../src/workenv/base.ts'
import {cleaningLimits} from '../../../src/workenv/cleaning-limits.ts'
import {cleanBase} from '../../../src/workenv/inventory.ts'
import {generationsOf} from '../../../src/workenv/places.ts'
import type {Launch} from './checked.ts'

const hour = 3_600_000

/** Runs a shell script in a session of its own, at low priority, reading and writing nothing. False when it cannot be started. */
export function detach(script: string, args: readonly string[], env: Environment): boolean {
  const outer = 'trap "" HUP; (nice -n 10 sh -c "$@" </dev/null >/dev/null 2>&1 &)'
  return spawnSync('/bin/sh', ['-c', outer, 'sh', script, 'sh', ...args], {detached: true, env, stdio: 'ignore'} as object).status === 0
}

/**
 * At most hourly, after a work environment was built: the package's own `clean`, told to keep to its settings. Not for a
 * host, which verified a descriptor: the file at that path may be another by now, and its launcher anybody's.
 */
export function cleanLater({caller, id, log, mayStayHere, path}: Launch, base: string): void {
  if (!mayStayHere) return
  const note = `${generationsOf(base)}/.cleaned`
  if (Date.now() - (statSync(note, {throwIfNoEntry: false})?.mtimeMs ?? 0) < hour) return
  try {
    writeFileSync(note, '')
    const command = [path.includes('/') ? path : `./${path}`, 'clean', '--quietly', id]
    if (detach('exec "$@"', command, {...caller, FLAVOR_LAUNCHER_CLI: '1'})) log?.tell('clean', {base})
  } catch {
    // Cleaning can wait for the next cold start.
  }
}

/** What `clean --quietly ID` does: old versions only, idle for a day, the least recently used first, down to the budget. */
export function cleanQuietly(base: string, id: string, policy: Policy): void {
  cleanBase(base, {...cleaningLimits(policy.settings), keep: id, keepNewest: true})
}
