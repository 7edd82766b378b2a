/** Changes by path, and which directories they are in. */
import type {Change} from './content.ts'
import {ancestors} from './paths.ts'

export interface Overlay {
  readonly changes: ReadonlyMap<string, Change>
  /** Names in a directory, `.` too, at or below which something changes. */
  readonly touched: ReadonlyMap<string, ReadonlySet<string>>
  /** Directories below which something goes. */
  readonly losing: ReadonlySet<string>
  /** Directories below which something is put. */
  readonly holding: ReadonlySet<string>
}

export const unchanged: Overlay = overlayOf(new Map())

/** What is at a path before its first change is what counts. */
export function overlaid({changes}: Overlay, more: readonly Change[]): Overlay {
  const all = new Map(changes)
  for (const change of more) {
    const earlier = all.get(change.path)
    all.set(change.path, earlier === undefined ? change : {...change, before: earlier.before})
  }
  return overlayOf(all)
}

function overlayOf(changes: ReadonlyMap<string, Change>): Overlay {
  const [touched, losing, holding] = [new Map<string, Set<string>>(), new Set<string>(), new Set<string>()]
  for (const {after, path} of changes.values()) {
    const above = ancestors(path)
    for (const parent of above) (after === undefined ? losing : holding).add(parent)
    for (const one of [...above, path]) addName(touched, one)
  }
  return {changes, holding, losing, touched}
}

function addName(touched: Map<string, Set<string>>, path: string): void {
  const slash = path.lastIndexOf('/')
  const parent = slash < 0 ? '.' : path.slice(0, slash)
  touched.set(parent, (touched.get(parent) ?? new Set()).add(path.slice(slash + 1)))
}

/** Is what the disk holds at a path still to be seen, as far as the directories above it go? */
export function isUncovered({changes}: Overlay, path: string): boolean {
  return ancestors(path).every((parent) => {
    const after = changes.get(parent)?.after
    return after === undefined || after.kind === 'directory'
  })
}
