/**
 * Runs the tests: all of them, several files at a time (`test-files.js`), or the files and mocha flags given, in one process. What
 * fails is tried once more, since machines under load and emulators have bad moments, and is named at the end all the same. The
 * last line is `N passed, N failed, N skipped`; the exit code is mocha's.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {mochaCommand, settings} from './mocha.js'
import {main, root, runNode} from './node.js'

const given = process.argv.slice(2)

main(() => {
  if (given.length === 0) return runNode([join(root, 'scripts/test-files.js')])
  const scratch = mkdtempSync(join(tmpdir(), 'flavor-tests-'))
  const results = join(scratch, 'results')
  // mocha adds the files it is given to those of package.json; who names files wants these alone.
  const files = given.some((word) => word.endsWith('.ts')) ? [] : settings().spec
  const status = runNode([...mochaCommand(results), ...given, ...files])
  process.stdout.write(`${read(results)}\n`)
  rmSync(scratch, {force: true, recursive: true})
  return status
})

/** What the reporter counted; a mocha that died before it could count has failed once. */
function read(results) {
  try {
    const {failures, stats} = JSON.parse(readFileSync(results, 'utf8'))
    return `${stats.passes} passed, ${failures.length} failed, ${stats.pending} skipped`
  } catch {
    return '0 passed, 1 failed, 0 skipped'
  }
}
