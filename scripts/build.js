/**
 * Builds everything that runs: removes what sources that are gone have left, compiles, bundles the host and the Node launcher,
 * writes the command index (oclif.manifest.json), and marks the programs executable. With `--frozen` no committed file is
 * touched, so that a test can find a stale one.
 */
import {chmodSync, existsSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {noteBuilt} from './freshness.js'
import {main, root, runNode} from './node.js'

const launcher = 'plugins/launcher-node/build.js'

const steps = [
  ['node_modules/typescript/bin/tsc', '-b'],
  ['scripts/bundle.js'],
  ...(existsSync(join(root, launcher)) ? [[launcher]] : []),
  ...(process.argv.includes('--frozen') ? [] : [['scripts/manifest.js']]),
]

main(() => {
  prune('dist', 'src')
  for (const step of steps) {
    const failed = runNode(step)
    if (failed) return failed
  }
  for (const name of ['flavor', 'flavour']) chmodSync(join(root, 'bin', `${name}.js`), 0o755)
  noteBuilt()
  return 0
})

/** A compiled command whose source is gone would still be a command. */
function prune(compiled, sources) {
  if (!existsSync(join(root, compiled))) return
  for (const path of readdirSync(join(root, compiled), {recursive: true})) {
    const [, stem] = /^(.*?)\.(?:d\.ts|js)$/.exec(path) ?? []
    if (stem !== undefined && !existsSync(join(root, sources, `${stem}.ts`))) rmSync(join(root, compiled, path))
  }
}
