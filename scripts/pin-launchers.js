/**
 * Pins the images that are there as those of a release: writes their sizes and SHA-256 into `src/pins.ts` of each native
 * launcher's plugin. To be built again afterwards (`npm run build`), and committed.
 *
 *     node scripts/pin-launchers.js            with all targets of every launcher, or it fails
 *     node scripts/pin-launchers.js --check    writes nothing, and fails where the images are not those that are pinned
 *     node scripts/pin-launchers.js --partial  with those that are there
 */
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {main, root} from './node.js'

const words = process.argv.slice(2)
const programs = {'launcher-go': 'flavor-go-launcher', 'launcher-rust': 'flavor-rs-launcher'}
const targets = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64']

main(() => {
  const results = Object.keys(programs).map(pin)
  return results.every((fine) => fine) ? 0 : 1
})

function pin(plugin) {
  const file = join(root, 'plugins', plugin, 'src/pins.ts')
  const images = targets.flatMap((target) => imageOf(plugin, target) ?? [])
  const missing = targets.filter((target) => !images.some((image) => image.target === target))
  if (missing.length > 0 && !words.includes('--partial')) return complain(`${plugin}: there is no image for ${missing.join(', ')}`)
  const before = readFileSync(file, 'utf8')
  const after = `${before.slice(0, before.indexOf('export const pins'))}${table(images)}`
  if (!words.includes('--check')) writeFileSync(file, after)
  else if (before !== after) return complain(`${plugin}: the images are not those that src/pins.ts holds:\n${after}`)
  console.log(images.map(({sha256, target}) => `${plugin} ${target} ${sha256}`).join('\n'))
  return true
}

function imageOf(plugin, target) {
  const path = join(root, 'plugins', plugin, 'images', target, programs[plugin] + (target.startsWith('win32') ? '.exe' : ''))
  if (!existsSync(path)) return undefined
  const bytes = readFileSync(path)
  return {sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, target}
}

/** As the formatter would have it. */
function table(images) {
  const rows = images.map(({sha256, size, target}) => `  '${target}': {sha256: '${sha256}', size: ${size}},\n`)
  return `export const pins: Readonly<Record<string, Pin>> = {${rows.length === 0 ? '' : `\n${rows.join('')}`}}\n`
}

function complain(message) {
  process.stderr.write(`${message}\n`)
  return false
}
