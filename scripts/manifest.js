/**
 * Writes oclif.manifest.json, the index by which oclif knows every command without loading one. Sorted, so that equal
 * commands give equal bytes. `--check` writes nothing and fails when the file is stale; a test runs that.
 */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Plugin, settings} from '@oclif/core'
import {root} from './node.js'

settings.enableAutoTranspile = false
const file = join(root, 'oclif.manifest.json')
// oclif only warns of a command that does not load, and goes on without it.
process.on('warning', ({message}) => fail(message))

const plugin = new Plugin({ignoreManifest: true, root, type: 'core'})
await plugin.load()
const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1))
const wanted = `${JSON.stringify({...plugin.manifest, commands: Object.fromEntries(commands)}, null, 2)}\n`

const missing = commandFiles().filter((id) => !commands.some(([known]) => known === id))
if (missing.length > 0) fail(`these commands do not load: ${missing.join(', ')}`)
else if (!process.argv.includes('--check')) writeFileSync(file, wanted)
else if (read() !== wanted) fail('stale: oclif.manifest.json\n  npm run build')

function commandFiles() {
  const paths = readdirSync(join(root, 'bundle', 'commands'), {recursive: true}).filter((path) => path.endsWith('.js'))
  return paths
    .map((path) => path.replace(/\.js$/, '').split(/[/\\]/))
    .map((words) => (words.at(-1) === 'index' ? words.slice(0, -1) : words).join(':'))
}

function read() {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
