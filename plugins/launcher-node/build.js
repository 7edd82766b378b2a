/**
 * Builds the launcher image: a shell head, the script of a warm start, the script of everything else, which is read
 * only when it is needed because even reading past code takes Node time, the functions of the first that are rarely called
 * (`usual.js`), and the verifier. The bytes depend on the sources and on esbuild's version, never on the place or the time of
 * the build.
 *
 *     node plugins/launcher-node/build.js [--note-calls] [FILE [LIST]]        default: image/flavor-node-launcher
 *
 * LIST becomes the paths of all modules that came in, one on each line: `scripts/notices.js` wants to know. With
 * --note-calls the image tells which functions of its warm script are called: `test/usual.test.ts` wants to know.
 */
import {chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {build, transform} from 'esbuild'
import {arrange, noting} from './usual.js'

const here = fileURLToPath(new URL('./', import.meta.url))
const root = join(here, '../..')
const {positionals, values} = parseArgs({allowPositionals: true, options: {'note-calls': {type: 'boolean'}}})
const [output = join(here, 'image/flavor-node-launcher'), list] = positionals
const entry = 'plugins/launcher-node/launcher/main.ts'
const cold = 'plugins/launcher-node/launcher/cold.ts'

const common = {
  absWorkingDir: root,
  bundle: true,
  charset: 'ascii',
  format: 'cjs',
  inject: [join(here, 'launcher/text-decoder.ts')],
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  minify: true,
  platform: 'node',
  supported: {'dynamic-import': false},
  target: 'node20.0',
  tsconfigRaw: {},
  write: false,
}

/** `import('./cold.ts')`, `require('#module')` and `require('#verifier')` stay calls of `require`, which the boot script answers. */
const restIsElsewhere = {
  name: 'the rest is elsewhere',
  setup(build) {
    build.onResolve({filter: /\/cold\.ts$/}, ({kind}) => (kind === 'dynamic-import' ? {external: true, path: '#cold'} : undefined))
    build.onResolve({filter: /^#(module|verifier)$/}, () => ({external: true}))
  },
}

/** Modules that Node takes a millisecond to load and a warm start can do without. */
const slowBuiltins = {
  name: 'slow built-in modules are loaded late',
  setup(build) {
    build.onResolve({filter: /^node:(child_process|crypto|os|zlib)$/}, ({importer, path}) =>
      importer.includes('/launcher/builtin-') ? undefined : {path: join(here, `launcher/builtin-${path.slice(5)}.ts`)},
    )
  },
}

/** Of what both scripts use, these are the same for both: an error is known by its class, and every start decides whom to trust. */
const shared = ['src/format/errors.ts', 'src/trust/decision.ts', 'plugins/launcher-node/launcher/trust.ts']

const sharedModules = {
  name: 'some modules of the warm script are shared',
  setup(build) {
    build.onResolve({filter: /^\.{1,2}\//}, ({importer, path}) => {
      const full = relative(root, join(dirname(importer), path))
      return shared.includes(full) ? {external: true, path: `#warm/${full}`} : undefined
    })
  },
}

const modules = new Set()

async function bundle(options) {
  const {metafile, outputFiles} = await build({...common, ...options})
  for (const path of Object.values(metafile.outputs).flatMap(({inputs}) => Object.keys(inputs))) modules.add(path)
  return Buffer.from(outputFiles[0].contents).toString('latin1')
}

/** What is evaluated to a function, and has a name in traces of errors. */
const text = (code) => `\n(${code.trimEnd()}\n)\n//# sourceURL=flavor-launcher\n`
const module = (code) => text(`function(require,module,exports){${code}}`)

async function bundleWarm() {
  const imports = shared.map((path, index) => `import * as m${index} from './${path}'`)
  const table = shared.map((path, index) => `'#warm/${path}': m${index}`)
  // Given as they are, because esbuild's way to export them from a CommonJS module calls three functions that Node has to compile.
  const exported = `module.exports = {main, modules: {${table.join(', ')}}, start}`
  const contents = [`import {main, start} from './${entry}'`, ...imports, exported].join('\n')
  const logOverride = {'commonjs-variable-in-esm': 'silent'}
  return await bundle({
    logOverride,
    minify: false,
    plugins: [restIsElsewhere, slowBuiltins],
    stdin: {contents, loader: 'ts', resolveDir: root},
  })
}

const small = {charset: 'ascii', legalComments: 'none', minify: true}
const bundled = await bundleWarm()
const parts = values['note-calls'] ? {rare: '0', usual: noting(bundled)} : await arrange(bundled, {...small, target: common.target})
const warm = module(parts.usual)
const rare = text(parts.rare)
const rest = module(await bundle({entryPoints: [cold], plugins: [restIsElsewhere, sharedModules]}))
const verifier = readFileSync(join(here, 'verifier/verifier.wasm'), 'latin1')
const head = readFileSync(join(here, 'launcher/head.sh'), 'latin1')
const {code: boot} = await transform(readFileSync(join(here, 'launcher/boot.js'), 'utf8'), {...small, target: 'es5'})
if (/['\\]/.test(boot)) throw new Error('boot.js cannot hold single quotes or backslashes: it stands between single quotes')
if (boot.length > 4000) throw new Error('boot.js is too long: a pipe that nobody reads yet takes 4096 bytes for sure')

/** The head states its own length, whose digits are part of that length. */
function complete(size) {
  const numbers = {}
  let offset = size
  for (const [name, {length}] of Object.entries({WARM: warm, COLD: rest, RARE: rare, VERIFIER: verifier})) {
    Object.assign(numbers, {[`${name}_LENGTH`]: length, [`${name}_OFFSET`]: offset})
    offset += length
  }
  const text = head.replace('BOOT', () => boot.trim().replaceAll(/[A-Z]+_(?:LENGTH|OFFSET)/g, (name) => numbers[name]))
  return text.length === size ? text : complete(text.length)
}

mkdirSync(dirname(output), {recursive: true})
writeFileSync(`${output}.new`, complete(head.length) + warm + rest + rare + verifier, 'latin1')
chmodSync(`${output}.new`, 0o755)
renameSync(`${output}.new`, output)
if (list !== undefined) writeFileSync(list, `${[...modules].sort().join('\n')}\n`)
