/** Trees of a project, written to the disk, and read from it again, byte for byte and mode for mode. */
import {chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/** By path: `-644 text`, `l target`, `d755`. */
export type Tree = Readonly<Record<string, string>>

export function readTree(root: string, prefix = ''): Tree {
  const all: Record<string, string> = {}
  for (const name of readdirSync(join(root, prefix)).toSorted()) {
    const [path, place] = [prefix + name, join(root, prefix, name)]
    const stat = lstatSync(place)
    const mode = (stat.mode & 0o7777).toString(8)
    if (stat.isSymbolicLink()) all[path] = `l ${readlinkSync(place)}`
    else if (!stat.isDirectory()) all[path] = `-${mode} ${stat.isFile() ? readFileSync(place, 'latin1') : 'special'}`
    else Object.assign(all, {[path]: `d${mode}`}, readTree(root, `${path}/`))
  }
  return all
}

/** Directories before what is in them; those that are not named have mode 755. */
export function writeTree(root: string, tree: Tree): string {
  for (const [path, what] of Object.entries(tree)) {
    const place = join(root, path)
    mkdirSync(what.startsWith('d') ? place : dirname(place), {recursive: true})
    const [head = '', text = ''] = [what.slice(0, what.indexOf(' ')), what.slice(what.indexOf(' ') + 1)]
    if (head === 'l') symlinkSync(text, place)
    else if (!what.startsWith('d')) writeFileSync(place, text, 'latin1')
    if (head !== 'l') chmodSync(place, Number.parseInt(what.startsWith('d') ? what.slice(1) : head.slice(1), 8))
  }
  return root
}

/** Makes a directory hold this tree and nothing else. */
export function rewriteTree(root: string, tree: Tree): void {
  for (const name of readdirSync(root)) rmSync(join(root, name), {force: true, recursive: true})
  writeTree(root, tree)
}

export function sorted(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
