/** Data to pack, the same on every machine: words as in a log, and bytes that nothing compresses. */
import {createCipheriv} from 'node:crypto'
import {closeSync, mkdirSync, openSync, writeFileSync, writeSync} from 'node:fs'
import {join} from 'node:path'
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

/** A project whose application does nothing, with a data file of that many megabytes beside it. */
export function writeProject(directory, megabytes, write = writeRandom) {
  mkdirSync(join(directory, 'app'), {recursive: true})
  mkdirSync(join(directory, 'data'), {recursive: true})
  writeFileSync(join(directory, 'app/index.js'), '')
  write(join(directory, 'data/blob'), megabytes)
  writeFileSync(
    join(directory, 'flavor.yaml'),
    `name: bench${megabytes}
version: 1.0.0
command: node {workenv}/app/index.js
launcher: node
slots:
  - {id: app, purpose: application-code, source: app, target: app}
  - {id: data, purpose: data-files, source: data, target: files}
`,
  )
  return directory
}
