/** Two builds of a launcher, from different places and at different times, give equal bytes. */
import assert from 'node:assert/strict'
import {cpSync, existsSync, mkdirSync, readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {BuildOutcome} from '@flavor/contract'
import {describe, it} from 'mocha'
import {execute, repository} from '../support/run.ts'
import {temporaryDirectory} from '../support/tmp.ts'

const here = `${process.platform}-${process.arch}`

/** A clone's plugin, with the sources, in another place; cargo's outputs, which would answer from their cache, are left behind. */
function copied(plugin: string, ...place: readonly string[]): string {
  const root = join(temporaryDirectory(), ...place)
  mkdirSync(root, {recursive: true})
  for (const part of ['dist', 'native', 'package.json'])
    cpSync(join(repository, 'plugins', plugin, part), join(root, part), {filter: (path) => basename(path) !== 'target', recursive: true})
  return root
}

/** In a process of its own, whose directory and outputs are elsewhere too. */
async function build(root: string, target: string): Promise<BuildOutcome> {
  const script = `const {default: launcher} = await import(${JSON.stringify(pathToFileURL(join(root, 'dist/launcher.js')).href)})
    process.stdout.write(JSON.stringify(await launcher.build({force: true, target: ${JSON.stringify(target)}})))`
  const env = {...process.env, CARGO_TARGET_DIR: join(root, 'elsewhere'), TZ: root.length % 2 === 0 ? 'Asia/Tokyo' : 'America/Lima'}
  const {code, stderr, stdout} = await execute(process.execPath, ['--input-type=module', '-e', script], {cwd: root, env})
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

const programs = {'launcher-go': 'flavor-go-launcher', 'launcher-rust': 'flavor-rs-launcher'} as const

function imageOf(root: string, plugin: keyof typeof programs, target: string): {readonly bytes: Buffer; readonly from: string} | undefined {
  const directory = join(root, 'images', target)
  const file = join(directory, target.startsWith('win32') ? `${programs[plugin]}.exe` : programs[plugin])
  if (!existsSync(file) || !existsSync(join(directory, 'image.json'))) return undefined
  const {sources, toolchain} = JSON.parse(readFileSync(join(directory, 'image.json'), 'utf8'))
  return {bytes: readFileSync(file), from: `${sources} ${toolchain}`}
}

describe('an image', function () {
  this.timeout(1_800_000)

  for (const [plugin, targets] of [
    ['launcher-go', [here, 'win32-x64']],
    ['launcher-rust', [here]],
  ] as const)
    for (const target of targets)
      it(`of ${plugin} for ${target} has equal bytes wherever and whenever it is built`, async function () {
        const first = copied(plugin, 'another place', 'deeper')
        const outcome = await build(first, target)
        if (outcome.state === 'missing') {
          if (this.test) this.test.title += ` (not run: ${outcome.problems[0]?.message})`
          this.skip()
        }
        assert.equal(outcome.state, 'built', JSON.stringify(outcome))
        const one = imageOf(first, plugin, target)
        // The clone's own image will do for the other one, when it was built from the same.
        let other = imageOf(join(repository, 'plugins', plugin), plugin, target)
        if (other?.from !== one?.from) {
          const second = copied(plugin, 'a')
          await build(second, target)
          other = imageOf(second, plugin, target)
        }
        assert.ok(one && other && one.bytes.equals(other.bytes), 'the bytes differ')
        assert.ok(!one.bytes.includes(first), 'it holds the path of its build')
      })
})
