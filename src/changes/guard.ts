/** What no plan may make of a project, whoever made it: then something has gone wrong, and nothing is changed. */
import {readApp} from '../addons/app-flavour.ts'
import {addonErrors} from '../addons/errors.ts'
import type {Change} from './content.ts'
import type {Draft} from './draft.ts'
import {changeErrors} from './errors.ts'
import {isBelow, plainPath} from './paths.ts'

const app = 'app.flavour'
/** So many files may always go. */
const few = 10

/** Throws EFLAVOR_REFUSED, or EFLAVOR_ADDON_FILE for an `app.flavour` that is broken. `kept`: directories whose files do not count. */
export async function guardOutcome(before: Draft, after: Draft, kept: readonly string[] = []): Promise<void> {
  const changes = after.changes()
  await guardApp(before, after)
  guardNumber(before, changes, kept.map(plainPath))
  for (const change of changes) guardChange(after, change)
}

async function guardApp(before: Draft, after: Draft): Promise<void> {
  const [old, now] = [await before.view.read(app), await after.view.read(app)]
  if (now === undefined) {
    if (old !== undefined) throw changeErrors.noApp()
    return
  }
  const {problems} = readApp(app, now)
  if (problems !== undefined) throw addonErrors.invalid(app, problems)
}

function guardNumber(before: Draft, changes: readonly Change[], kept: readonly string[]): void {
  const removed = changes.filter(({after, before}) => before !== undefined && before.kind !== 'directory' && after === undefined).length
  if (removed <= few) return
  const all = countFiles(before, '.', kept)
  if (removed * 2 > all) throw changeErrors.mostOfProject(removed, all)
}

function countFiles(draft: Draft, place: string, kept: readonly string[]): number {
  const counted = draft.children(place).filter(({path}) => !isBelow(path, kept))
  return counted.reduce((sum, {kind, path}) => sum + (kind === 'directory' ? countFiles(draft, path, kept) : 1), 0)
}

function guardChange(draft: Draft, {after, before, path}: Change): void {
  // What lies there is run by git.
  if (path.split('/').some((step) => step.toLowerCase() === '.git')) throw changeErrors.git(path)
  if (after?.kind === 'file' && (after.mode & 0o6000) !== 0 && !(before?.kind === 'file' && before.mode === after.mode))
    throw changeErrors.setuid(path)
  if (after?.kind === 'link' && !(before?.kind === 'link' && before.target === after.target) && leadsOut(draft, path))
    throw changeErrors.leadsOut(path, after.target)
}

function leadsOut(draft: Draft, path: string): boolean {
  try {
    draft.resolve(path)
    return false
  } catch {
    return true
  }
}
