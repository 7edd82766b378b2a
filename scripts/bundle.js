/**
 * Bundles the host and the libraries that it uses into `bundle/`: a file for each command, and chunks of what several of them share.
 * To find, read and link two hundred modules one by one takes longer than all else that a start does (docs/decisions/017). Plugins stay
 * what they are, packages that oclif finds.
 */
import {globSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {build} from 'esbuild'
import {root} from './node.js'
import {packagesOf} from './notices/npm-packages.js'
import {page} from './notices/page.js'

const notices = 'bundle/THIRD-PARTY-NOTICES.txt'
const holding = 'The host is bundled with the software below, each part under a licence of its own.'

// Libraries written for CommonJS ask for Node's own modules by `require`, which modules do not have.
const require = "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);"

const {metafile} = await build({
  absWorkingDir: root,
  banner: {js: require},
  bundle: true,
  entryPoints: ['src/main.ts', ...globSync('src/commands/**/*.ts', {cwd: root})],
  // oclif looks for these beside plugins that are being developed, and does without them.
  external: ['ts-node', 'tsx', 'typescript'],
  format: 'esm',
  logLevel: 'warning',
  metafile: true,
  outbase: 'src',
  outdir: 'bundle',
  platform: 'node',
  splitting: true,
  target: 'node22.20',
})

// Afterwards: whoever starts flavor meanwhile finds all that it needs.
for (const path of filesIn('bundle')) if (!Object.hasOwn(metafile.outputs, path)) rmSync(join(root, path))
writeFileSync(join(root, notices), page('@flavor/cli', holding, packagesOf(Object.keys(metafile.inputs))))

function filesIn(directory) {
  return readdirSync(join(root, directory), {withFileTypes: true}).flatMap((entry) =>
    entry.isDirectory() ? filesIn(`${directory}/${entry.name}`) : [`${directory}/${entry.name}`],
  )
}
