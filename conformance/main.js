/**
 * Runs the conformance suite:
 *
 *     npm run conformance -- [--launcher FILE]... [--grep PATTERN] [--write-docs]
 *
 * Without --launcher it takes the images that the launcher plugins here have built, and names those that are missing.
 * With --write-docs the results become docs/conformance.md.
 */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {writeDocs} from './docs.js'

const root = resolve(import.meta.dirname, '..')
const {values} = parseArgs({
  options: {grep: {type: 'string'}, launcher: {type: 'string', multiple: true}, 'write-docs': {type: 'boolean'}},
})
const scratch = mkdtempSync(join(tmpdir(), 'flavor-conformance-'))
const results = join(scratch, 'results')
const mocha = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--no-package',
  '--timeout',
  '60000',
  ...(values.grep ? ['--grep', values.grep] : []),
]
const launchers = (values.launcher ?? []).map((path) => resolve(process.env.INIT_CWD ?? process.cwd(), path))

writeFileSync(results, '')
const {status} = spawnSync(process.execPath, [...mocha, join(root, 'conformance/conformance.test.ts')], {
  cwd: root,
  env: {...process.env, FLAVOR_CONFORMANCE_LAUNCHERS: launchers.join('\n'), FLAVOR_CONFORMANCE_RESULTS: results},
  stdio: 'inherit',
})
const rows = readFileSync(results, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
if (values['write-docs']) writeDocs(rows)
rmSync(scratch, {recursive: true})
process.exitCode = status ?? 1
