/**
 * Builds the launcher's images with the Go toolchain on the PATH, for every target from any system, and records size and
 * SHA-256 of each beside it. The bytes depend on the sources, the modules' pinned versions and the toolchain's version,
 * never on the place or the time of the build.
 *
 *     node plugins/launcher-go/build.js [TARGET…]        default: all
 */
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const here = fileURLToPath(new URL('./', import.meta.url))
const systems = {darwin: 'darwin', linux: 'linux', win32: 'windows'}
const processors = {arm64: 'arm64', x64: 'amd64'}
const all = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']
const flags = ['-trimpath', '-buildvcs=false', '-tags=image', '-ldflags=-s -w -buildid= -checklinkname=0']

const version = spawnSync('go', ['version'], {encoding: 'utf8'})
if (version.status !== 0) stop('the Go launcher was not built: there is no go on the PATH (https://go.dev/dl/)', 0)
const targets = process.argv.length > 2 ? process.argv.slice(2) : all
for (const target of targets) build(target)

function build(target) {
  const [system, processor] = target.split('-')
  if (!all.includes(target)) stop(`no target ${target}; there are ${all.join(', ')}`)
  const image = join(here, 'images', target, `flavor-go-launcher${system === 'win32' ? '.exe' : ''}`)
  const env = {...process.env, CGO_ENABLED: '0', GOARCH: processors[processor], GOFLAGS: '', GOOS: systems[system], GOWORK: 'off'}
  mkdirSync(dirname(image), {recursive: true})
  const {status} = spawnSync('go', ['build', ...flags, '-o', `${image}.new`, '.'], {
    cwd: join(here, 'native'),
    env,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) stop(`the Go launcher was not built for ${target}`)
  record(image, target)
}

function record(image, target) {
  const bytes = readFileSync(`${image}.new`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(
    `${image}.json`,
    `${JSON.stringify({sha256, size: bytes.length, target, toolchain: version.stdout.trim().split(' ')[2]}, null, 2)}\n`,
  )
  renameSync(`${image}.new`, image)
  console.error(`${target}  ${bytes.length} bytes  ${sha256}`)
}

/** A missing toolchain is no failure: everything else works without these images. */
function stop(message, code = 1) {
  console.error(message)
  process.exit(code)
}
