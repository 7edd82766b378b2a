/** A project in memory, on which plans of addon managers are carried out: files, and the entries of `app.flavour` beside them. */
import type {InstalledAddon, ProjectView, Step} from '../index.ts'
import type {Tree} from './trees.ts'

export interface MemoryProject extends ProjectView {
  /** Commands are not run. */
  apply(steps: readonly Step[]): Promise<void>
  /** Everything that can be told apart in it. */
  content(): unknown
}

/** `manager` is whose entries are added. */
export function memoryProject(tree: Tree, manager: string): MemoryProject {
  const files = new Map<string, Uint8Array>(Object.entries(tree).map(([path, text]) => [path, Buffer.from(text)]))
  let entries: readonly InstalledAddon[] = []
  const applyStep = (step: Step): void => {
    if (step.kind === 'write') files.set(step.path, Buffer.from(step.bytes))
    if (step.kind === 'remove') files.delete(step.path)
    if (step.kind === 'add-entry' || step.kind === 'remove-entry') entries = changed(entries, step, manager)
  }
  return {
    addons: async () => entries,
    apply: async (steps) => steps.forEach(applyStep),
    content: () => ({
      entries,
      files: [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]),
    }),
    list: async (path) => namesBelow([...files.keys()], path),
    read: async (path) => files.get(path),
  }
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
