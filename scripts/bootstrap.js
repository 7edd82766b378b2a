/**
 * Makes a fresh clone ready: installs what the lockfile says when that has not happened, builds when something changed
 * since the last build, and says on stderr what it is doing. Without dependencies, on any Node that npm runs on.
 */
import {statSync} from 'node:fs'
import {join} from 'node:path'
import {isBuilt} from './freshness.js'
import {main, projectNode, root, run, runNode} from './node.js'

// stdout stays free for what the caller does next.
const quiet = ['ignore', 2, 2]

main(() => {
  if (!isInstalled()) {
    say('installing what package-lock.json lists')
    const failed = npm('ci') || (projectNode() === process.execPath ? 0 : installSkipped())
    if (failed) return failed
  }
  if (isBuilt()) return 0
  say('building')
  return runNode(['scripts/build.js', '--frozen'], {stdio: quiet})
})

function npm(command) {
  const [program, shell] = process.platform === 'win32' ? ['npm.cmd', true] : ['npm', false]
  return run(program, [command, '--no-audit', '--no-fund', '--loglevel=error'], {shell, stdio: quiet})
}

/** On an older Node npm passes over optional packages for newer ones. The Node that it has just installed is the first on the PATH now. */
function installSkipped() {
  return npm('install')
}

/** npm writes its hidden lockfile last, so it is there, and newer than ours, exactly when an installation has succeeded. */
function isInstalled() {
  const [installed, wanted] = ['node_modules/.package-lock.json', 'package-lock.json'].map(time)
  return installed !== undefined && installed >= wanted
}

function time(path) {
  return statSync(join(root, path), {throwIfNoEntry: false})?.mtimeMs
}

function say(what) {
  process.stderr.write(`flavor: ${what}\n`)
}
