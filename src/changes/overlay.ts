/** Changes by path, and which directories they are in. */
import {type Change, sameContent} from './content.ts'
import {ancestors} from './paths.ts'

export interface Overlay {
  readonly changes: ReadonlyMap<string, Change>
  /** Names in a directory, `.` too, at or below which something changes. */
  readonly touched: ReadonlyMap<string, ReadonlySet<string>>
  /** Directories that may be gone, since something in them goes, or they themselves. */
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
  for (const {after, before, path} of changes.values()) {
    const above = ancestors(path)
    if (after === undefined && before?.kind === 'directory') losing.add(path)
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

/** Sorted by path, without what is as it was; a directory that stays although it is empty by now is told too. */
export function changesOf({changes}: Overlay): readonly Change[] {
  const all = [...changes.values()].filter(({after, before}) => after?.kind === 'directory' || !sameContent(before, after))
  const emptied = new Set(
    all.flatMap(({after, before, path}) => (after === undefined && before?.kind !== 'directory' ? ancestors(path) : [])),
  )
  // It goes with the last of what was in it: no change of its own.
  const told = all.filter(({after, path}) => after !== undefined || !emptied.has(path))
  return told.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Is anything at or below a path hidden by a file or a link that takes the place of a directory? */
export function isCovered({changes}: Overlay, path: string): boolean {
  return ancestors(path).some((parent) => {
    const after = changes.get(parent)?.after
    return after !== undefined && after.kind !== 'directory'
  })
}
