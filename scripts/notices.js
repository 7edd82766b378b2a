/**
 * Writes `THIRD-PARTY-NOTICES.txt` of the launchers' plugins: the licences, with their copyright notices, of all that their images are linked
 * from, for those who pass on images or packages that begin with one. docs/decisions/015-notices-are-committed-and-checked.md says more.
 *
 *     node scripts/notices.js [ID…]            of these launchers; default: node, rust and go
 *     node scripts/notices.js --check [ID…]    writes nothing, and fails where a file is not what would be written
 *
 * The Go launcher's need go, the others' cargo.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {root} from './node.js'
import {crates} from './notices/crates.js'
import {goModules} from './notices/go-modules.js'
import {packagesOfLauncher} from './notices/npm-packages.js'
import {page} from './notices/page.js'
import {launcher, toolchains} from './notices/toolchains.js'

/** Those of the release (`plugins/launcher-rust/src/ways.ts`). */
const triples = [
  'aarch64-apple-darwin',
  'aarch64-unknown-linux-musl',
  'x86_64-apple-darwin',
  'x86_64-pc-windows-gnu',
  'x86_64-unknown-linux-musl',
]

const images = {
  go: async () => [...(await goModules()), ...toolchains('go')],
  node: async () => [
    ...(await packagesOfLauncher()),
    ...crates('plugins/launcher-node/verifier', ['wasm32-unknown-unknown']),
    ...toolchains('rust-core'),
  ],
  rust: async () => [...crates('plugins/launcher-rust/native', triples), ...toolchains('mingw-w64', 'musl', 'rust-core', 'rust-std')],
}

const holding = `Its images hold the software below, each part under a licence of its own. So does
every package that begins with one of them: whoever passes such a package on passes
this text on with it.

Written by scripts/notices.js from what is linked; not to be changed by hand.`

const words = process.argv.slice(2)
const ids = words.filter((word) => word !== '--check')

try {
  for (const id of ids.length > 0 ? ids : Object.keys(images)) await settle(id)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function settle(id) {
  if (!Object.hasOwn(images, id)) throw new Error(`there is no launcher ${id}, only ${Object.keys(images).join(', ')}`)
  const path = `plugins/launcher-${id}/THIRD-PARTY-NOTICES.txt`
  const text = page(`@flavor/plugin-launcher-${id}`, holding, [launcher(), ...(await images[id]())])
  if (!words.includes('--check')) return writeFileSync(join(root, path), text)
  const before = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''
  if (text !== before) throw new Error(`${path} is stale: node scripts/notices.js ${id}\n${difference(before, text)}`)
}

function difference(before, after) {
  const [old, now] = [before, after].map((text) => new Set(text.split('\n')))
  const gone = [...old].filter((line) => !now.has(line)).map((line) => `- ${line}`)
  return [...gone, ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`)].slice(0, 20).join('\n')
}
