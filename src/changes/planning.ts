/**
 * From changes to operations, in an order in which each can be carried out: room is made first (modes that let one write, files that go,
 * directories that are empty then), then directories, then files, and last the modes that forbid.
 */
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {addonErrors} from '../addons/errors.ts'
import {directoryBelow} from './confined.ts'
import type {Change, Content} from './content.ts'
import type {Identity, Operation} from './operations.ts'
import {ancestors, isPlainPath, isTransaction} from './paths.ts'

export interface Planned {
  readonly operation: Operation
  /** What the path must hold when its turn comes. */
  readonly before: Content | undefined
}

/** `made` gives the new file of a change, by its number. */
export function planned(root: string, changes: readonly Change[], made: (id: number) => Identity): readonly Planned[] {
  for (const {path} of changes) if (!isPlainPath(path) || isTransaction(path.split('/')[0] ?? '')) throw addonErrors.outside(path)
  const gone = removals(changes)
  const emptied = emptiedDirectories(root, changes)
  const [early, late] = modes(root, changes)
  const bare = (operations: readonly Operation[]): readonly Planned[] => operations.map((operation) => ({before: undefined, operation}))
  return [...bare(early), ...gone, ...bare(emptied), ...bare(newDirectories(root, changes)), ...placements(changes, made), ...bare(late)]
}

function isLeaf(content: Content | undefined): boolean {
  return content !== undefined && content.kind !== 'directory'
}

function removals(changes: readonly Change[]): readonly Planned[] {
  return changes.flatMap(({after, before, path}, id) =>
    isLeaf(before) && !isLeaf(after) ? [{before, operation: {act: 'remove', id, path} as const}] : [],
  )
}

function placements(changes: readonly Change[], made: (id: number) => Identity): readonly Planned[] {
  return changes.flatMap(({after, before, path}, id) => {
    const replaces = isLeaf(before)
    const operation = (): Operation => ({act: 'place', id, made: made(id), path, replaces})
    return isLeaf(after) ? [{before: replaces ? before : undefined, operation: operation()}] : []
  })
}

// --- directories ------------------------------------------------------------------------------------------------------

/** Those that lose all that is in them, and what stays of them is not said; the deepest first. */
function emptiedDirectories(root: string, changes: readonly Change[]): readonly Operation[] {
  const present = new Set(changes.flatMap(({after, path}) => (after === undefined ? [] : ancestors(path))))
  const stays = new Set(changes.flatMap(({after, path}) => (after?.kind === 'directory' ? [path] : [])))
  const gone = new Set(changes.flatMap(({after, before, path}) => (after === undefined && isLeaf(before) ? [path] : [])))
  const candidates = changes.flatMap(({after, path}) => (after === undefined ? [...ancestors(path), path] : isLeaf(after) ? [path] : []))
  return byDepth(candidates)
    .reverse()
    .flatMap((path) => {
      const stat = directoryBelow(root, path)
      if (stat === undefined || stays.has(path) || present.has(path)) return []
      if (!readdirSync(join(root, path)).every((name) => gone.has(`${path}/${name}`))) return []
      gone.add(path)
      return [{act: 'rmdir', mode: stat.mode & 0o7777, path} as const]
    })
}

/** Those that files need, and those that are changes of their own. */
function newDirectories(root: string, changes: readonly Change[]): readonly Operation[] {
  const modes = new Map(changes.flatMap(({after, path}) => (after?.kind === 'directory' ? [[path, after.mode] as const] : [])))
  const wanted = [...modes.keys(), ...changes.flatMap(({after, path}) => (after === undefined ? [] : ancestors(path)))]
  return byDepth(wanted)
    .filter((path) => directoryBelow(root, path) === undefined)
    .map((path) => ({act: 'mkdir', mode: (modes.get(path) ?? 0o777 & ~process.umask()) | 0o700, path}))
}

/** Before all else those after which one may write, after all else the others. */
function modes(root: string, changes: readonly Change[]): readonly [early: readonly Operation[], late: readonly Operation[]] {
  const all = changes.flatMap(({after, path}) => {
    if (after?.kind !== 'directory') return []
    const stat = directoryBelow(root, path)
    const before = stat === undefined ? after.mode | 0o700 : stat.mode & 0o777
    return before === after.mode ? [] : [{act: 'chmod', after: after.mode, before, path} as const]
  })
  const opens = ({after, path}: {after: number; path: string}): boolean =>
    directoryBelow(root, path) !== undefined && (after & 0o300) === 0o300
  return [all.filter(opens), all.filter((one) => !opens(one))]
}

function byDepth(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
}
