/**
 * Runs the tests: all of them, or the files and mocha flags given. What fails is tried once more, since machines under load and
 * emulators have bad moments, and is named at the end all the same. The last line is `N passed, N failed, N skipped`; the
 * exit code is mocha's.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {main, root, runNode} from './node.js'

// mocha adds the files it is given to those of package.json; who names files wants these alone.
const {spec, timeout} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).mocha
const given = process.argv.slice(2)
const files = given.some((word) => word.endsWith('.ts')) ? [] : spec

main(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'flavor-tests-'))
  const counts = join(scratch, 'counts')
  const reporter = ['--reporter', join(root, 'scripts', 'reporter.cjs'), '--reporter-option', `counts=${counts}`]
  const mocha = [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    '--no-package',
    '--forbid-only',
    '--retries',
    '1',
    '--timeout',
    String(timeout),
  ]
  const status = runNode([...mocha, ...reporter, ...given, ...files])
  process.stdout.write(`${read(counts)}\n`)
  rmSync(scratch, {force: true, recursive: true})
  return status
})

/** What the reporter counted; a mocha that died before it could count has failed once. */
function read(counts) {
  try {
    return readFileSync(counts, 'utf8')
  } catch {
    return '0 passed, 1 failed, 0 skipped'
  }
}
