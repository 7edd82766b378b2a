/** Trees of a project: random ones, written to the disk, and read from it again, byte for byte and mode for mode. */
import {chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import fc from 'fast-check'

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

type Node = {readonly kind: 'directory'; readonly mode: number; readonly names: Readonly<Record<string, Node>>} | string

const leaf = fc.oneof(
  fc
    .tuple(fc.constantFrom('644', '755', '600', '444'), fc.constantFrom('', 'a\n', 'b\n', 'a\nb', '\0\u00ff'))
    .map(([mode, text]) => `-${mode} ${text}`),
  fc.constantFrom('l a', 'l ../b', 'l nowhere'),
)

const {node} = fc.letrec<{node: Node}>((tie) => ({
  node: fc.oneof(
    {depthSize: 'medium', maxDepth: 3, withCrossShrink: true},
    leaf,
    fc.record({
      kind: fc.constant('directory' as const),
      mode: fc.constantFrom(0o755, 0o755, 0o700),
      names: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a.b'), tie('node'), {maxKeys: 4}),
    }),
  ),
}))

/** With an `app.flavour`, as every project has. */
export const anyTree: fc.Arbitrary<Tree> = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), node, {maxKeys: 4})
  .map((names) => ({'app.flavour': '-644 spec: 0.1\n', ...flat(names, '')}))

function flat(names: Readonly<Record<string, Node>>, prefix: string): Tree {
  const all: Record<string, string> = {}
  for (const [name, one] of Object.entries(names)) {
    if (typeof one === 'string') all[prefix + name] = one
    else Object.assign(all, {[prefix + name]: `d${one.mode.toString(8)}`}, flat(one.names, `${prefix}${name}/`))
  }
  return all
}

export function sorted(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
