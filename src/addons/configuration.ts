/**
 * The settings of a project: those of its addons, in the order of `app.flavour`, then its own. A value is what the environment holds under
 * the setting's variable, else its default; where values could be kept besides, the protocol does not say.
 */
import {join} from 'node:path'
import {readAddon} from './addon-flavour.ts'
import type {AddonEntry} from './app-flavour.ts'
import type {ConfigField} from './config-field.ts'
import {addonErrors} from './errors.ts'
import {documentsDirectory, type Project, storedDocument} from './project.ts'
import {addonStatus} from './status.ts'
import {type Given, type Settled, settle, type ValueProblem} from './values.ts'

export interface Setting extends ConfigField {
  /** `<name>:<version>`; null for the project's own. */
  readonly addon: string | null
  /** As text; null where there is none. */
  readonly value: string | null
  readonly from: 'default' | 'environment' | null
  /** What is wrong with the value, or with there being none; null when nothing is. */
  readonly problem: string | null
}

interface Wanted {
  /** Undefined: yes. */
  readonly defaults?: boolean
}

export async function settingsOf(project: Project, environment: Given, {defaults = true}: Wanted = {}): Promise<readonly Setting[]> {
  const owned = await Promise.all(project.app.addons.map((entry) => fieldsOfAddon(project, entry)))
  const fields = [...owned.flat(), ...project.app.config.map((field) => ({...field, addon: null}))]
  return fields.map((field, index) => ({
    ...setting(field, settle(field, environment, {defaults})),
    ...clash(field, fields.slice(0, index)),
  }))
}

/** What stands in the way of using the settings. */
export function settingProblems(settings: readonly Setting[]): readonly ValueProblem[] {
  return settings.flatMap(({problem, variable}) => (problem === null ? [] : [{message: problem, variable}]))
}

type Owned = ConfigField & Pick<Setting, 'addon'>

/** What has drifted is not read: it is not what was installed. */
async function fieldsOfAddon(project: Project, entry: AddonEntry): Promise<readonly Owned[]> {
  const {file, state} = await addonStatus(project, entry)
  if (state !== 'unchanged')
    throw addonErrors.drifted(entry.key, `${file} is ${state === 'missing' ? 'missing' : 'not what was installed'}`)
  const path = join(project.root, documentsDirectory, entry.hash)
  const {addon, problems} = readAddon(path, (await storedDocument(project, entry.hash)) ?? new Uint8Array())
  if (addon === undefined) throw addonErrors.invalid(path, problems)
  return addon.config.map((field) => ({...field, addon: entry.key}))
}

function setting(field: Owned, {from, problem, text}: Settled): Setting {
  const source = {default: 'default', given: 'environment'} as const
  return {...field, from: from === undefined ? null : source[from], problem: problem ?? null, value: text ?? null}
}

/** One variable cannot hold two settings. */
function clash({name, variable}: Owned, earlier: readonly Owned[]): Partial<Setting> {
  const rival = earlier.find((one) => one.variable === variable)
  if (rival === undefined) return {}
  const other = `${rival.name}${rival.addon === null ? '' : ` of ${rival.addon}`}`
  return {problem: `is the variable of ${name} and of ${other}; one of them needs another`}
}
