/** Images that work on the project itself, as they did before there were copies: nothing of it is shown before, and nothing can be undone. */
import {join} from 'node:path'
import type {ManagerContext, Step, WorkPlace} from '@flavor/contract'
import {addonErrors} from '../addons/errors.ts'
import type {Applied} from '../changes/apply-steps.ts'
import {sameContent} from '../changes/content.ts'
import {type Draft, draft} from '../changes/draft.ts'
import type {Transaction} from '../changes/transaction.ts'

/** What lies there is run by git; elsewhere an image may write as it likes. */
function keptOf(project: Draft): WorkPlace['kept'] {
  const kind = project.kind('.git')?.kind
  return kind === 'directory' || kind === 'file' ? [{path: '.git', source: join(project.root, '.git')}] : []
}

/** What was drafted before is made so first. */
export async function applyInPlace(open: Transaction, project: Draft, steps: readonly Step[], context: ManagerContext): Promise<Applied> {
  await open.commit(project.changes())
  for (const step of steps) {
    if (step.kind !== 'work') throw addonErrors.notInPlace(step.kind)
    await step.work({directory: project.root, kept: keptOf(project)}, context)
  }
  return {draft: draft(project.root), suggestions: []}
}

/** Would both leave the same project? */
export function isSameDraft(before: Draft, after: Draft): boolean {
  const [old, now] = [before.changes(), after.changes()]
  return (
    old.length === now.length &&
    old.every((change, index) => change.path === now[index]?.path && sameContent(change.after, now[index]?.after))
  )
}
