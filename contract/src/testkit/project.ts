/** A project in memory, on which plans of addon managers are carried out: files, and the entries of `app.flavour` beside them. */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, InstalledAddon, ProjectView, Step} from '../index.ts'
import type {Tree} from './trees.ts'

export interface MemoryProject extends ProjectView {
  /** Commands are not run. What the plan is of is remembered, by its bytes: there is no parser here that could read it out of a file. */
  apply(steps: readonly Step[], addon?: AddonDeclaration): Promise<void>
  /** Everything that can be told apart in it. */
  content(): unknown
}

/** `manager` is whose entries are added. */
export function memoryProject(tree: Tree, manager: string): MemoryProject {
  const files = new Map<string, Uint8Array>(Object.entries(tree).map(([path, text]) => [path, Buffer.from(text)]))
  const declared = new Map<string, AddonDeclaration>()
  let entries: readonly InstalledAddon[] = []
  const applyStep = (step: Step): void => {
    if (step.kind === 'write') files.set(step.path, Buffer.from(step.bytes))
    if (step.kind === 'remove') files.delete(step.path)
    if (step.kind === 'add-entry' || step.kind === 'remove-entry') entries = changed(entries, step, manager)
  }
  return {
    addons: async () => entries,
    apply: async (steps, addon) => {
      if (addon) declared.set(sha256(addon.bytes), addon)
      steps.forEach(applyStep)
    },
    content: () => ({
      entries,
      files: [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]),
    }),
    documents: async () => {
      const kept = new Set([...files].filter(([path]) => path.startsWith('.flavour/addons/')).map(([, bytes]) => sha256(bytes)))
      return new Map([...declared].filter(([hash]) => kept.has(hash) && entries.some((entry) => entry.hash === hash)))
    },
    list: async (path) => namesBelow([...files.keys()], path),
    read: async (path) => files.get(path),
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

type EntryStep = Extract<Step, {readonly name: string}>

function changed(entries: readonly InstalledAddon[], step: EntryStep, manager: string): readonly InstalledAddon[] {
  const {name, version} = step
  if (step.kind === 'remove-entry') return entries.filter((entry) => entry.name !== name || entry.version !== version)
  const place = entries.findIndex((entry) => entry.name === name)
  const fresh = {hash: step.hash, manager, name, version}
  if (place === -1) return [...entries, fresh]
  return entries.flatMap((entry, index) => (index === place ? [fresh] : entry.name === name ? [] : [entry]))
}

function namesBelow(paths: readonly string[], directory: string): readonly string[] {
  const prefix = directory === '' || directory === '.' ? '' : `${directory}/`
  const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('/')[0] ?? '')
  return [...new Set(below)].sort()
}
