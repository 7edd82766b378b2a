/** `app.flavour`: what a project is called, the services it has, the addons that are installed in it, and settings of its own. */
import type {InstalledAddon} from '@flavor/contract'
import {inOrder} from '../project/order.ts'
import type {ManifestProblem} from '../project/plan.ts'
import {type ConfigField, configFields} from './config-field.ts'
import {splitKey} from './entry-key.ts'
import {entriesOf, fieldsOf, parsedAs, requireSpec, wordOf} from './fields.ts'
import {parseStrict, plain, type Report, reporter, type StrictEntry, type StrictNode} from './strict-yaml.ts'

export interface AppFlavour {
  /** Empty where it says none. */
  readonly name: string
  readonly version: string
  /** In the order of the file. */
  readonly addons: readonly AddonEntry[]
  readonly config: readonly ConfigField[]
}

export interface AddonEntry extends InstalledAddon {
  /** As it is written: `<name>:<version>`. */
  readonly key: string
  /** Free-form; undefined where there are none. */
  readonly settings: unknown
}

/** Exactly one of the two: what it says, or everything that is wrong with it. */
export type ReadApp =
  | {readonly app: AppFlavour; readonly problems: undefined}
  | {readonly app: undefined; readonly problems: readonly ManifestProblem[]}

export function readApp(file: string, bytes: Uint8Array): ReadApp {
  const {problems: syntax, root} = parseStrict(file, bytes)
  const problems = [...syntax]
  const app = root && appOf(root, reporter(problems))
  return problems.length > 0 || app === undefined ? {app: undefined, problems: inOrder(problems, file)} : {app, problems: undefined}
}

function appOf(root: StrictNode, report: Report): AppFlavour {
  const fields = fieldsOf(root, {known: ['spec', 'meta', 'services', 'addons', 'config'], required: ['spec'], title: 'app.flavour'}, report)
  requireSpec(fields.get('spec'), report)
  const meta = fields.get('meta')
  const said = meta && fieldsOf(meta, {known: ['name', 'version'], title: 'meta'}, report)
  const [name, version] = ['name', 'version'].map((key) => wordOf(said?.get(key), report) ?? '') as [string, string]
  checkServices(fields.get('services'), report)
  return {
    addons: addonEntries(fields.get('addons'), report),
    config: configFields(fields.get('config'), {kind: 'project', name}, report),
    name,
    version,
  }
}

function checkServices(node: StrictNode | undefined, report: Report): void {
  const entries = (node && entriesOf(node, 'service', report)) ?? []
  for (const {value} of entries)
    wordOf(fieldsOf(value, {known: ['type'], required: ['type'], title: 'a service'}, report).get('type'), report)
}

function addonEntries(node: StrictNode | undefined, report: Report): readonly AddonEntry[] {
  const entries = (node && entriesOf(node, 'addon', report)) ?? []
  return entries.flatMap((entry) => addonEntry(entry, report) ?? [])
}

function addonEntry({key, value, ...spot}: StrictEntry, report: Report): AddonEntry | undefined {
  const named = splitKey(key)
  if (named === undefined) report(spot, 'must be written NAME:VERSION')
  const fields = fieldsOf(value, {known: ['manager', 'hash', 'settings'], required: ['manager', 'hash'], title: 'an addon'}, report)
  const manager = wordOf(fields.get('manager'), report)
  const hash = parsedAs(fields.get('hash'), asHash, 'a SHA-256 in 64 lower-case hex digits', report)
  const settings = fields.get('settings')
  if (named === undefined || manager === undefined || hash === undefined) return undefined
  return {...named, hash, key, manager, settings: settings && plain(settings)}
}

/** It is the name of a file, so nothing else may pass. */
function asHash(text: string): string | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? text : undefined
}
