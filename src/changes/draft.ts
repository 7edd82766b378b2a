/**
 * A project as it would be: the files on the disk, and changes above them that nobody has made yet. Drafts never change; `with` gives another.
 *
 *   const first = draft(root)                                 // the project as it is
 *   const steps = await manager.plan('add', addon, first.view, context)
 *   const {draft: second} = await applySteps(first, steps, …) // the project as it would be after that
 *   await open.commit(second.changes())                       // makes it so
 *
 * A file that was read once is the same whenever it is looked at again, also by drafts made from this one, or somebody has changed it in the
 * meantime: EFLAVOR_CHANGED_MEANWHILE. `commit` looks once more, so nobody's work is lost between a plan and its making. A directory that has lost the
 * last of what was in it is gone, unless a change says that it stays. Links are followed as long as they stay inside the project.
 */
import {type Dirent, readdirSync, readFileSync, readlinkSync, realpathSync} from 'node:fs'
import {isAbsolute, join, relative, sep} from 'node:path'
import type {InstalledAddon, ProjectView} from '@flavor/contract'
import {readApp} from '../addons/app-flavour.ts'
import {addonErrors} from '../addons/errors.ts'
import {keptDeclarations} from '../addons/kept-declarations.ts'
import {statBelow} from './confined.ts'
import {type Change, type Content, contentAt, digestBytes} from './content.ts'
import {changeErrors} from './errors.ts'
import {changesOf, isCovered, type Overlay, overlaid, unchanged} from './overlay.ts'
import {isPlainPath, isTransaction} from './paths.ts'

export interface Draft {
  /** Absolute, without links. */
  readonly root: string
  /** What an addon manager is shown. */
  readonly view: ProjectView
  /** What is at a path; a link is not followed. */
  entry(path: string): Content | undefined
  /** What a path would hold because of a change. */
  changed(path: string): Content | undefined
  /** What kind of thing is at a path: `entry` without a look at the bytes. A target belongs to a link. */
  kind(path: string): Glance | undefined
  /** What is in a directory, sorted by name; nothing is in what is no directory. A link is not followed. */
  children(path: string): readonly Child[]
  /** The path without links: `link/x` → `directory/x`. What it names need not be there. Throws EFLAVOR_CONFINED when it leads out. */
  resolve(path: string): string
  with(changes: readonly Change[]): Draft
  /** Against the project, sorted by path, without what is as it was. */
  changes(): readonly Change[]
}

export interface Glance {
  readonly kind: Content['kind'] | 'special'
  readonly target?: string
}

export interface Child {
  readonly kind: Glance['kind']
  readonly name: string
  readonly path: string
}

const app = 'app.flavour'
const mostLinks = 40

export function draft(root: string): Draft {
  return draftOf(realpathSync(root), unchanged, new Map())
}

function draftOf(root: string, overlay: Overlay, seen: Seen): Draft {
  const made: Draft = {
    changed: (path) => overlay.changes.get(path)?.after,
    changes: () => changesOf(overlay),
    children: (path) => (glance(root, overlay, path)?.kind === 'directory' ? childrenOf(root, overlay, path) : []),
    entry: (path) => entryOf(root, overlay, seen, path),
    kind: (path) => glance(root, overlay, path),
    resolve: (path) => resolved(root, path, (place) => glance(root, overlay, place)),
    root,
    get view() {
      return viewOf(made, seen)
    },
    with: (changes) => draftOf(root, overlaid(overlay, changes), seen),
  }
  return made
}

// --- what is there ----------------------------------------------------------------------------------------------------

function entryOf(root: string, overlay: Overlay, seen: Seen, path: string): Content | undefined {
  const change = overlay.changes.get(path)
  if (change?.after !== undefined) return change.after
  const found = glance(root, overlay, path)
  const here = found !== undefined && onDisk(root, path)?.kind === found.kind ? contentAt(join(root, path), path) : undefined
  if (change === undefined && !isCovered(overlay, path)) remember(seen, path, here?.kind === 'file' ? here.digest : '')
  return found === undefined ? undefined : (here ?? {kind: 'directory', mode: 0o777 & ~process.umask()})
}

/** What was found: a file's digest, or nothing where there was none. */
type Seen = Map<string, string>

function remember(seen: Seen, path: string, digest: string): void {
  const earlier = seen.get(path) ?? digest
  if (earlier !== digest) throw changeErrors.changedMeanwhile(path)
  seen.set(path, digest)
}

function glance(root: string, overlay: Overlay, path: string): Glance | undefined {
  if (path === '.') return {kind: 'directory'}
  const change = overlay.changes.get(path)
  if (change?.after !== undefined) return change.after
  if (overlay.holding.has(path)) return {kind: 'directory'}
  const replaced = change !== undefined && change.before?.kind !== 'directory'
  const found = replaced || isCovered(overlay, path) ? undefined : onDisk(root, path)
  const mayBeEmpty = found?.kind === 'directory' && overlay.losing.has(path)
  return mayBeEmpty && childrenOf(root, overlay, path).length === 0 ? undefined : found
}

function onDisk(root: string, path: string): Glance | undefined {
  const stat = statBelow(root, path)
  if (stat === undefined) return undefined
  if (stat.isSymbolicLink()) return {kind: 'link', target: readlinkSync(join(root, path))}
  return {kind: kindOf(stat)}
}

function childrenOf(root: string, overlay: Overlay, path: string): readonly Child[] {
  const touched = overlay.touched.get(path) ?? new Set()
  const prefix = path === '.' ? '' : `${path}/`
  const there = !isCovered(overlay, path) && onDisk(root, path)?.kind === 'directory' ? entriesIn(join(root, path)) : []
  const left = there.filter(({name}) => !touched.has(name) && !(path === '.' && isTransaction(name)))
  const changed = [...touched].flatMap((name) => {
    const seen = glance(root, overlay, prefix + name)
    return seen === undefined ? [] : [{kind: seen.kind, name}]
  })
  const all = [...left, ...changed].map((child) => ({...child, path: prefix + child.name}))
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function entriesIn(place: string): readonly Omit<Child, 'path'>[] {
  return readdirSync(place, {withFileTypes: true}).map((entry) => ({kind: kindOf(entry), name: entry.name}))
}

function kindOf(entry: Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>): Glance['kind'] {
  if (entry.isSymbolicLink()) return 'link'
  return entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : 'special'
}

// --- paths ------------------------------------------------------------------------------------------------------------

function resolved(root: string, path: string, look: (path: string) => Glance | undefined): string {
  if (path === '.') return path
  if (!isPlainPath(path)) throw addonErrors.outside(path)
  const [done, todo]: [string[], string[]] = [[], path.split('/')]
  for (let links = 0; todo.length > 0; ) {
    const step = todo.shift() as string
    if (step === '..' && done.pop() === undefined) throw addonErrors.outside(path)
    if (step === '' || step === '.' || step === '..') continue
    const found = look([...done, step].join('/'))
    if (found?.target === undefined) done.push(step)
    else {
      if (++links > mostLinks) throw addonErrors.outside(path)
      const target = isAbsolute(found.target) ? relative(root, found.target) : found.target
      if (isAbsolute(found.target)) done.splice(0)
      todo.unshift(...target.split(sep === '/' ? '/' : /[\\/]/))
    }
  }
  if (isTransaction(done[0] ?? '')) throw addonErrors.outside(path)
  return done.length === 0 ? '.' : done.join('/')
}

// --- what managers see ------------------------------------------------------------------------------------------------

function viewOf(made: Draft, seen: Seen): ProjectView {
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const place = made.resolve(path)
    const changed = made.changed(place)
    if (changed !== undefined) return changed.kind === 'file' ? await changed.read() : undefined
    const bytes = made.kind(place)?.kind === 'file' ? readFileSync(join(made.root, place)) : undefined
    // What a change has taken away is not looked for on the disk.
    if (bytes !== undefined || statBelow(made.root, place) === undefined)
      remember(seen, place, bytes === undefined ? '' : digestBytes(bytes))
    return bytes
  }
  const addons = async (): Promise<readonly InstalledAddon[]> => {
    const {app: said, problems = []} = readApp(app, (await read(app)) ?? new Uint8Array())
    if (said === undefined) throw addonErrors.invalid(app, problems)
    return said.addons.map(({hash, manager, name, version}) => ({hash, manager, name, version}))
  }
  return {
    addons,
    documents: async () => await keptDeclarations(await addons(), read),
    list: async (path) => made.children(made.resolve(path)).map(({name}) => name),
    read,
  }
}
