/** Headers of tar streams at the edges of what the format can say, read back with a parser of somebody else's. */
import assert from 'node:assert/strict'
import {closeSync, ftruncateSync, openSync} from 'node:fs'
import {join, normalize} from 'node:path'
import {describe, it} from 'mocha'
import {type Header, Parser} from 'tar'
import {tarSize, tarStream} from '../../dist/pack/tar-stream.js'
import type {TreeEntry} from '../../dist/pack/tree.js'
import {temporaryDirectory} from '../support/tmp.ts'

const GiB = 1024 ** 3

function sparse(size: number): string {
  const path = join(temporaryDirectory(), 'file')
  const fd = openSync(path, 'w')
  ftruncateSync(fd, size)
  closeSync(fd)
  return path
}

/** The first member, from the first chunk of the stream alone: nobody wants to read 9 GiB. */
function firstMember(entry: TreeEntry, mtime: Date): Pick<Header, 'linkpath' | 'mtime' | 'path' | 'size'> {
  const [chunk] = tarStream([entry], mtime)
  const found: Header[] = []
  const parser = new Parser({onReadEntry: (member) => void found.push(member as unknown as Header)})
  parser.write(Buffer.from((chunk as Uint8Array).subarray(0, 8192)))
  assert.equal(found.length, 1)
  return found[0] as Header
}

const file = (path: string, size: number): TreeEntry => ({kind: 'file', link: '', mode: 0o644, path, size, source: sparse(size)})

describe('a tar stream states', () => {
  for (const size of [8 * GiB - 1, 8 * GiB, 9 * GiB + 1]) {
    it(`a file of ${size} bytes, and how long that makes it`, () => {
      const entry = file('big', size)
      assert.equal(firstMember(entry, new Date(0)).size, size)
      const content = Math.ceil(size / 512) * 512
      assert.equal(tarSize([entry], new Date(0)) - content, size < 8 * GiB ? 1536 : 2560)
    })
  }

  for (const seconds of [0, 1, 2 ** 32, 8 ** 11, 253_402_300_799]) {
    it(`the time ${seconds}`, () => {
      assert.equal(Number(firstMember(file('x', 0), new Date(seconds * 1000)).mtime) / 1000, seconds)
    })
  }

  for (const path of ['x'.repeat(99), 'x'.repeat(100), 'x'.repeat(255), `${'d/'.repeat(77)}x`, `${'日/'.repeat(400)}本`, 'a\nb\\c "d" ']) {
    it(`a name of ${Buffer.byteLength(path)} bytes: ${JSON.stringify(path.slice(0, 12))}`, () => {
      assert.equal(normalize(firstMember(file(path, 3), new Date(0)).path ?? ''), path)
      const link: TreeEntry = {kind: 'symlink', link: path, mode: 0o755, path: 'link', size: 0, source: ''}
      assert.equal(firstMember(link, new Date(0)).linkpath, path)
    })
  }
})
