/**
 * `npm run demo`: what flavor is for, in a minute. Installs the dependencies of a small real command-line tool, packs it
 * into one file, runs that file from an empty directory, verifies it, and shows what a changed byte does to it. Prints
 * every command as one would type it.
 */
import {spawnSync} from 'node:child_process'
import {copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const example = join(root, 'examples/hello-node')
const flavor = join(root, 'bin/flavor.js')
const packed = join(example, 'dist/hello-node')

/** Shows a command, runs it, and ends the demo when its exit code is not the expected one. */
function step(shown, command, args, {cwd = example, env = {}, expected = 0} = {}) {
  console.log(`\n$ ${shown}`)
  const {status, error} = spawnSync(command, args, {cwd, env: {...process.env, ...env}, stdio: 'inherit'})
  if (error) throw error
  if (status === expected) return
  console.error(`\nthe demo stops here: exit code ${status}, ${expected} was expected`)
  process.exit(1)
}

function flipByte(path) {
  const file = openSync(path, 'r+')
  writeSync(file, '!', Math.floor(statSync(path).size / 2))
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const empty = mkdtempSync(join(tmpdir(), 'flavor-demo-'))
const away = {FLAVOR_CACHE: join(empty, 'cache')}
try {
  console.log('A command-line tool with three dependencies from npm: examples/hello-node')
  step('npm ci', npm, ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  step('flavor pack --key-seed demo', process.execPath, [flavor, 'pack', '--key-seed', 'demo'])

  console.log('\nOne file. It runs anywhere with Node 20 or newer, here from an empty directory:')
  copyFileSync(packed, join(empty, 'hello'))
  step('./hello Ada Grace', './hello', ['Ada', 'Grace'], {cwd: empty, env: away})
  step('./hello where', './hello', ['where'], {cwd: empty, env: away})
  step('./hello fail 42; echo $?   (42 it is)', './hello', ['fail', '42'], {cwd: empty, env: away, expected: 42})

  console.log('\nEvery start checks its signature. From outside, all of it can be checked:')
  step('flavor verify hello', process.execPath, [flavor, 'verify', 'hello'], {cwd: empty})
  step('flavor inspect hello', process.execPath, [flavor, 'inspect', 'hello'], {cwd: empty})

  console.log('\nWith one byte of it changed:')
  flipByte(join(empty, 'hello'))
  step('flavor run hello', process.execPath, [flavor, 'run', 'hello'], {cwd: empty, expected: 3})
  console.log(`\nThe package stays in ${packed}`)
} finally {
  rmSync(empty, {force: true, recursive: true})
}
