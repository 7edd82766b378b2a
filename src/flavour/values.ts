/** Keeps values of settings in `.flavour/config.yaml`, all that a command names or none, once each is known to be one that its setting may hold. */
import {keptValues, type Setting, settingsOf} from '../addons/configuration.ts'
import {addonErrors} from '../addons/errors.ts'
import {valuesFile, withValues} from '../addons/kept-values.ts'
import type {Project} from '../addons/project.ts'
import {checkText, type ValueProblem} from '../addons/values.ts'
import {fileContent} from '../changes/content.ts'
import {draft} from '../changes/draft.ts'
import {transaction} from '../changes/transaction.ts'
import {nearest} from '../project/nearest.ts'
import {note} from '../terminal.ts'

/** By variable; undefined removes the value. */
export type ValueChanges = Readonly<Record<string, string | undefined>>

type HintedProblem = ValueProblem & {readonly hint?: string | undefined}

/** Throws EFLAVOR_CONFIG, with everything that is wrong, and changes nothing. */
export async function changeValues(project: Project, changes: ValueChanges, signal: AbortSignal): Promise<void> {
  const settings = await settingsOf(project, {})
  const kept = await keptValues(project)
  const problems = Object.entries(changes).flatMap(([variable, value]) =>
    value === undefined ? removalProblems(variable, Object.keys(kept)) : valueProblems(variable, value, settings),
  )
  if (problems.length > 0) throw addonErrors.values(problems)
  const waiting = (): void => note('waiting for another flavour that is at work on this project')
  await transaction(project.root, {note, signal, waiting}, async (open) => {
    const now = draft(project.root)
    const path = now.resolve(valuesFile)
    const before = now.entry(path)
    const bytes = withValues(await now.view.read(path), changes)
    const mode = before?.kind === 'file' ? before.mode : undefined
    await open.commit(now.with([{after: bytes && fileContent(bytes, mode), before, path}]).changes())
  })
}

function valueProblems(variable: string, value: string, settings: readonly Setting[]): readonly HintedProblem[] {
  const fields = settings.filter((one) => one.variable === variable)
  if (fields.length === 0)
    return [
      unknown(
        variable,
        settings.map((one) => one.variable),
        'no setting has this variable',
      ),
    ]
  return fields.flatMap((field) => {
    const {problem} = field.readonly ? {problem: 'is read-only'} : checkText(field, value)
    return problem === undefined ? [] : [{message: problem, variable}]
  })
}

function removalProblems(variable: string, kept: readonly string[]): readonly HintedProblem[] {
  return kept.includes(variable) ? [] : [unknown(variable, kept, `${valuesFile} keeps no value for it`)]
}

function unknown(variable: string, known: readonly string[], message: string): HintedProblem {
  const meant = nearest(variable, known)
  return {hint: meant === undefined ? undefined : `did you mean ${meant}?`, message, variable}
}
