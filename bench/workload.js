/** Data to pack, the same on every machine: words as in a log, and bytes that nothing compresses. */
import {spawnSync} from 'node:child_process'
import {createCipheriv} from 'node:crypto'
import {closeSync, copyFileSync, mkdirSync, openSync, writeFileSync, writeSync} from 'node:fs'
import {basename, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const flavor = [process.execPath, join(root, 'bin/flavor.js')]
const megabyte = 1024 * 1024

/** AES in counter mode over zeros: random to any compressor, and repeatable. */
export function writeRandom(path, megabytes) {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))
  writeBlocks(path, megabytes, () => cipher.update(Buffer.alloc(megabyte)))
}

export function writeText(path, megabytes) {
  // Marsaglia's xorshift: no word of the text repeats as a whole for longer than any compressor looks back.
  let state = 12_345
  const random = (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  const line = () =>
    `2025-01-01T00:${random(60)}:${random(60)} request ${random(1_000_000)} from 10.0.${random(256)}.${random(256)} took ${random(5000)} ms\n`
  writeBlocks(path, megabytes, () => {
    let text = ''
    while (text.length < megabyte) text += line()
    return Buffer.from(text.slice(0, megabyte))
  })
}

function writeBlocks(path, megabytes, block) {
  const file = openSync(path, 'w')
  for (let done = 0; done < megabytes; done++) writeSync(file, block())
  closeSync(file)
}

/** A project whose application, a program or else a script, does nothing; `fill` makes what lies beside it. */
export function writeProject(directory, fill, {launcher = 'node', program} = {}) {
  for (const name of ['app', 'data']) mkdirSync(join(directory, name), {recursive: true})
  writeFileSync(join(directory, 'app/index.js'), '#!/usr/bin/env node\n', {mode: 0o755})
  if (program) copyFileSync(program, join(directory, 'app/program'))
  fill(join(directory, 'data'))
  writeFileSync(
    join(directory, 'flavor.yaml'),
    `name: ${basename(directory)}
version: 1.0.0
command: ${program ? '"{workenv}/app/program"' : 'node {workenv}/app/index.js'}
launcher: ${launcher}
slots:
  - {id: app, purpose: application-code, source: app, target: app}
  - {id: data, purpose: data-files, source: data, target: files}
`,
  )
  return directory
}

/** The path of a package of such a project. */
export function writePackage(directory, {env, fill, launcher, program}) {
  const output = join(directory, 'package')
  writeProject(directory, fill, {launcher, program})
  const words = ['pack', '--quiet', '--no-verify', '--key-seed', 'bench', '--manifest', join(directory, 'flavor.yaml'), '--output', output]
  const {status, stderr} = spawnSync(flavor[0], [flavor[1], ...words], {encoding: 'utf8', env})
  if (status !== 0) throw new Error(stderr)
  return output
}

/** Nothing of the user's is touched by what runs with these. */
export function placesIn(directory) {
  return {FLAVOR_CACHE: join(directory, 'cache'), HOME: directory, XDG_CONFIG_HOME: '', XDG_DATA_HOME: ''}
}

/** Of these launchers, those with an image for this machine. */
export function launchersHere(ids) {
  const {stdout} = spawnSync(flavor[0], [flavor[1], 'capabilities', '--json'], {encoding: 'utf8'})
  const offered = JSON.parse(stdout)
    .capabilities.filter(({kind}) => kind === 'launchers')
    .map(({id}) => id)
  for (const id of ids) if (!offered.includes(id)) console.log(`${id}: not measured, it is not built here: npm run build:launchers`)
  return ids.filter((id) => offered.includes(id))
}
