/**
 * Takes away from the build cache what nobody needs: drafts of builds that were killed, entries that were not used for a while, or all of
 * them. What somebody builds or reads at this moment stays.
 */
import {existsSync, lstatSync, readdirSync} from 'node:fs'
import {isHeld} from '../workenv/live.ts'
import {buildsOf} from '../workenv/places.ts'
import {removeTree} from '../workenv/remove-tree.ts'
import {discard} from './entry.ts'

/** Something that went, or would go. */
export interface CleanedBuild {
  /** `python-environment/1f…`, or a draft's name in place of the hash. */
  readonly name: string
  /** Bytes of its regular files. */
  readonly size: number
}

export interface CleanBuildsOptions {
  /** Only entries that were last used longer ago than this, in milliseconds; 0 for all. */
  readonly idle: number
  readonly dryRun?: boolean
}

const aMinute = 60_000
/** How long an entry is kept that nobody uses. */
export const longestIdle = 30 * 24 * 60 * aMinute

/** Drafts that nobody builds any more go whatever their age. */
export function cleanBuilds(base: string, {dryRun = false, idle}: CleanBuildsOptions): readonly CleanedBuild[] {
  return namesIn(buildsOf(base)).flatMap((kind) =>
    namesIn(`${buildsOf(base)}/${kind}`).flatMap((name) => {
      const path = `${buildsOf(base)}/${kind}/${name}`
      if (!isNeedless(path, name, idle)) return []
      const size = sizeOf(path)
      return dryRun || remove(path, name) ? [{name: `${kind}/${name}`, size}] : []
    }),
  )
}

function isNeedless(path: string, name: string, idle: number): boolean {
  if (name.startsWith('.trash.')) return !(isHeld(`${path}/entry/live`) || isYoung(path, aMinute))
  if (!name.startsWith('.')) return !(isHeld(`${path}/live`) || isYoung(path, idle))
  return existsSync(`${path}/live`) ? !isHeld(`${path}/live`) : !isYoung(path, aMinute)
}

function remove(path: string, name: string): boolean {
  try {
    if (!name.startsWith('.')) return discard(path)
    removeTree(path)
    return true
  } catch {
    // Somebody else cleans, too, or a file of it cannot be deleted; the next cleaning will try again.
    return false
  }
}

function isYoung(path: string, age: number): boolean {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  return stat !== undefined && Date.now() - stat.mtimeMs < age
}

function sizeOf(path: string): number {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  if (stat?.isDirectory()) return namesIn(path).reduce((sum, name) => sum + sizeOf(`${path}/${name}`), 0)
  return stat?.isFile() ? stat.size : 0
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
