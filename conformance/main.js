/**
 * Runs the conformance suite:
 *
 *     npm run conformance -- [--launcher FILE]... [--through EMULATOR] [--grep PATTERN] [--write-docs]
 *
 * With --through, an emulator's name or path, the launchers may be of another machine: `--through qemu-aarch64-static`.
 * Without --launcher it takes the images that the launcher plugins here have built, and names those that are missing.
 * With --write-docs the results become docs/conformance.md, or the part of it that is about the other machine.
 */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {writeDocs, writeMachine} from './docs.js'
import {missingForEmulation, runEmulated} from './runner/emulation.ts'

const root = resolve(import.meta.dirname, '..')
const {values} = parseArgs({
  options: {
    grep: {type: 'string'},
    launcher: {type: 'string', multiple: true},
    through: {type: 'string'},
    'write-docs': {type: 'boolean'},
  },
})
const scratch = mkdtempSync(join(tmpdir(), 'flavor-conformance-'))
const results = join(scratch, 'results')
const mocha = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--no-package',
  '--timeout',
  // Emulated code is slower by an order of magnitude.
  values.through === undefined ? '60000' : '600000',
  ...(values.grep ? ['--grep', values.grep] : []),
]
const launchers = (values.launcher ?? []).map((path) => resolve(process.env.INIT_CWD ?? process.cwd(), path))

const command = [process.execPath, ...mocha, join(root, 'conformance/conformance.test.ts')]
const env = {
  ...process.env,
  FLAVOR_CONFORMANCE_LAUNCHERS: launchers.join('\n'),
  FLAVOR_CONFORMANCE_RESULTS: results,
  FLAVOR_CONFORMANCE_THROUGH: values.through ?? '',
}

writeFileSync(results, '')
const status = values.through === undefined ? runHere() : await runThrough(values.through)
const rows = readFileSync(results, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
if (values['write-docs']) values.through === undefined ? writeDocs(rows) : writeMachine(rows, values.through)
rmSync(scratch, {recursive: true})
process.exitCode = status ?? 1

function runHere() {
  return spawnSync(command[0], command.slice(1), {cwd: root, env, stdio: 'inherit'}).status
}

function runThrough(emulator) {
  const places = [resolve(emulator), ...process.env.PATH.split(':').map((place) => join(place, emulator))]
  const path = places.find(existsSync)
  const missing =
    missingForEmulation() ?? (path ? undefined : `needs ${emulator}`) ?? (launchers.length > 0 ? undefined : 'needs --launcher')
  if (missing === undefined) return runEmulated(path, launchers[0], command, {...env, INIT_CWD: root})
  process.stderr.write(`--through: ${missing}\n`)
  return 2
}
