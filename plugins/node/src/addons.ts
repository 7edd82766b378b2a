/**
 * Native addons (`*.node`) in a tree. A package may bring one for each platform and choose when it is loaded; a package none of whose
 * addons fits the target would fail there.
 */
import {closeSync, openSync, readdirSync, readSync} from 'node:fs'
import {join, sep} from 'node:path'
import {builtFor, headSize} from './executable.ts'

export interface ForeignAddon {
  /** Relative to the tree. */
  readonly path: string
  readonly builtFor: readonly string[]
}

/** The first addon of each package that has addons, and none for the target. */
export function foreignAddons(root: string, target: string): readonly ForeignAddon[] {
  const packages = Map.groupBy(addonsIn(root), ({path}) => packageOf(path))
  return [...packages.values()].flatMap((addons) => {
    const fits = addons.some((addon) => addon.builtFor.length === 0 || addon.builtFor.includes(target))
    return fits ? [] : addons.slice(0, 1)
  })
}

function addonsIn(root: string): readonly ForeignAddon[] {
  return readdirSync(root, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && entry.name.endsWith('.node'))
    .map(({name, parentPath}) => join(parentPath, name).slice(root.length + 1))
    .sort()
    .map((path) => ({builtFor: builtFor(headOf(join(root, path))), path}))
}

/** The innermost package in node_modules that the file belongs to; empty for the application's own. */
function packageOf(path: string): string {
  const parts = path.split(sep)
  const at = parts.lastIndexOf('node_modules')
  return at === -1 ? '' : parts.slice(0, at + (parts[at + 1]?.startsWith('@') ? 3 : 2)).join('/')
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(headSize)
  const fd = openSync(path, 'r')
  try {
    return head.subarray(0, readSync(fd, head, 0, headSize, 0))
  } finally {
    closeSync(fd)
  }
}
