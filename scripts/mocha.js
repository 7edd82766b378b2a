/** How mocha is called here. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {root} from './node.js'

export function settings() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).mocha
}

/** Words for Node; files and flags follow. `results`: the file that the reporter writes. */
export function mochaCommand(results) {
  const program = join(root, 'node_modules/mocha/bin/mocha.js')
  const flags = ['--no-package', '--forbid-only', '--retries', '1', '--timeout', String(settings().timeout)]
  return [program, ...flags, '--reporter', join(root, 'scripts/reporter.cjs'), '--reporter-option', `results=${results}`]
}
