/**
 * The settings of a project: those of its addons, in the order of `app.flavour`, then its own. A value is what the environment holds under
 * the setting's variable, else what `.flavour/config.yaml` keeps under it, else its default.
 */
import {join} from 'node:path'
import {readAddon} from './addon-flavour.ts'
import type {AddonEntry} from './app-flavour.ts'
import type {ConfigField} from './config-field.ts'
import {addonErrors} from './errors.ts'
import {type KeptValues, readValues, valuesFile} from './kept-values.ts'
import {documentsDirectory, fileIn, type Project, storedDocument} from './project.ts'
import {addonStatus} from './status.ts'
import {type Given, type Settled, settle, type ValueProblem} from './values.ts'

export interface Setting extends ConfigField {
  /** `<name>:<version>`; null for the project's own. */
  readonly addon: string | null
  /** As text; null where there is none. */
  readonly value: string | null
  readonly from: 'default' | 'environment' | 'file' | null
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
  const given = {...(await keptValues(project)), ...stated(environment)}
  return fields.map((field, index) => ({
    ...setting(field, settle(field, given, {defaults}), environment[field.variable] === undefined ? 'file' : 'environment'),
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

/** What `.flavour/config.yaml` says, also of variables that no setting has. */
export async function keptValues({root}: Project): Promise<KeptValues> {
  return readValues(await fileIn(root, valuesFile), join(root, valuesFile))
}

function stated(environment: Given): Given {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined))
}

function setting(field: Owned, {from, problem, text}: Settled, given: 'environment' | 'file'): Setting {
  const source = {default: 'default', given} as const
  return {...field, from: from === undefined ? null : source[from], problem: problem ?? null, value: text ?? null}
}

/** One variable cannot hold two settings. */
function clash({name, variable}: Owned, earlier: readonly Owned[]): Partial<Setting> {
  const rival = earlier.find((one) => one.variable === variable)
  if (rival === undefined) return {}
  const other = `${rival.name}${rival.addon === null ? '' : ` of ${rival.addon}`}`
  return {problem: `is the variable of ${name} and of ${other}; one of them needs another`}
}
