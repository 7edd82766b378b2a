/** `addon.flavour`: what an addon is called, what its stack installs for it, and the settings it brings. */
import type {AddonDeclaration} from '@flavor/contract'
import {inOrder} from '../project/order.ts'
import type {ManifestProblem} from '../project/plan.ts'
import {type ConfigField, configFields} from './config-field.ts'
import {entriesOf, fieldsOf, requireSpec, wordOf} from './fields.ts'
import {parseStrict, plain, type Report, reporter, type StrictNode} from './strict-yaml.ts'

export interface AddonFlavour {
  /** What a manager is given. */
  readonly declaration: AddonDeclaration
  readonly config: readonly ConfigField[]
}

/** Exactly one of the two: what it says, or everything that is wrong with it. */
export type ReadAddon =
  | {readonly addon: AddonFlavour; readonly problems: undefined}
  | {readonly addon: undefined; readonly problems: readonly ManifestProblem[]}

export function readAddon(file: string, bytes: Uint8Array): ReadAddon {
  const {problems: syntax, root} = parseStrict(file, bytes)
  const problems = [...syntax]
  const addon = root && addonOf(root, bytes, reporter(problems))
  return problems.length > 0 || addon === undefined ? {addon: undefined, problems: inOrder(problems, file)} : {addon, problems: undefined}
}

function addonOf(root: StrictNode, bytes: Uint8Array, report: Report): AddonFlavour {
  const fields = fieldsOf(root, {known: ['spec', 'meta', 'install', 'config'], required: ['spec', 'meta'], title: 'addon.flavour'}, report)
  requireSpec(fields.get('spec'), report)
  const {name = '', version = ''} = identityOf(fields.get('meta'), report)
  const config = configFields(fields.get('config'), {kind: 'addon', name}, report)
  return {config, declaration: {bytes, install: installOf(fields.get('install'), report), name, version}}
}

function identityOf(meta: StrictNode | undefined, report: Report): Partial<Record<'name' | 'version', string>> {
  if (meta === undefined) return {}
  const fields = fieldsOf(meta, {known: ['name', 'version'], required: ['name', 'version'], title: 'meta'}, report)
  return Object.fromEntries(['name', 'version'].map((key) => [key, wordOf(fields.get(key), report)]))
}

function installOf(node: StrictNode | undefined, report: Report): AddonDeclaration['install'] {
  if (node === undefined || entriesOf(node, 'key', report) === undefined) return {}
  return plain(node) as AddonDeclaration['install']
}
