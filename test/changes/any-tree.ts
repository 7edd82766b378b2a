/** Random trees of a project. */
import fc from 'fast-check'
import type {Tree} from './tree.ts'

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
