/**
 * Some cases with the launchers of another machine, started through an emulator; the whole suite runs by command:
 * `npm run conformance -- --launcher plugins/launcher-go/images/linux-arm64/flavor-go-launcher --through qemu-aarch64-static`.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, it} from 'mocha'
import {missingForEmulation} from './runner/emulation.ts'

const emulator = 'qemu-aarch64-static'
const root = fileURLToPath(new URL('../', import.meta.url))
const images = ['go/images/linux-arm64/flavor-go-launcher', 'rust/images/linux-arm64/flavor-rs-launcher']
const some = [
  '07 chains: a tree in (brotli|bzip2|gzip|xz|zstd)',
  '14 launch: (death by signal term|raised rights|the exit code|the callers descriptors)',
  '15 work environments: (a work environment is a link|another boot with an emptied|what runs is not cleaned|sixteen first)',
  '16 lifecycles: temporary files are gone after a kill',
  '18 the environment: nothing else is added',
  '20 self service: verify',
  '21 trust: (a rotation leads from the pin|lines of the system)',
]

describe(`launchers for linux-arm64 through ${emulator}`, () => {
  for (const image of images.map((path) => `${root}plugins/launcher-${path}`)) {
    const reason = missing(image)
    const title = `${relative(root, image)} passes some of the cases`
    if (reason !== undefined) it(`${title} (${reason})`)
    else it(title, () => requireSuccess(image)).timeout(300_000)
  }
})

function missing(image: string): string | undefined {
  if (!existsSync(image)) return 'not built'
  const found = spawnSync(emulator, ['--version'], {stdio: 'ignore'}).status === 0
  return missingForEmulation() ?? (found ? undefined : `needs ${emulator}`)
}

function requireSuccess(image: string): void {
  const words = ['conformance/main.js', '--launcher', image, '--through', emulator, '--grep', some.join('|')]
  const {status, stderr, stdout} = spawnSync(process.execPath, words, {cwd: root, encoding: 'utf8'})
  assert.equal(status, 0, `${stdout}${stderr}`)
  assert.ok(Number(/^ +(\d+) passing/m.exec(stdout)?.[1]) > 15, stdout)
}
