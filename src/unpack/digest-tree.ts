/** A tree that keeps nothing of what is unpacked into it but what a directory would hold then: digests, links, modes. */
import {createHash} from 'node:crypto'
import {PackageError} from '../format/errors.ts'
import {confinedPath, type FileSink, type Tree} from './tree.ts'

export type Expected =
  | {readonly kind: 'file'; readonly executable: boolean; readonly sha256: string; readonly size: number}
  | {readonly kind: 'link'; readonly target: string}

export interface DigestTree extends Tree {
  /** Files and links by path; a later member of a name replaces an earlier one. */
  readonly expected: ReadonlyMap<string, Expected>
}

export function createDigestTree(root: string): DigestTree {
  const expected = new Map<string, Expected>()
  return {
    directory: (path) => void confinedPath(path),
    expected,
    file: (path, mode) => digestFile(mode, (file) => expected.set(confinedPath(path), file)),
    finish: () => new Map([...expected].flatMap(([path, one]) => (one.kind === 'file' ? [[path, one.size] as const] : []))),
    hardlink(path, target) {
      const file = expected.get(confinedPath(target))
      if (file === undefined)
        throw new PackageError('EFLAVOR_CONFINED', `${path} is a hard link to ${target}, which is no file of the package`)
      expected.set(confinedPath(path), file)
    },
    place() {
      throw new Error('nothing is on the disk that could be placed here')
    },
    root,
    symlink: (path, target) => void expected.set(confinedPath(path), {kind: 'link', target}),
  }
}

function digestFile(mode: number, done: (file: Expected) => void): FileSink {
  const hash = createHash('sha256')
  let size = 0
  return {
    close: () => done({executable: (mode & 0o111) !== 0, kind: 'file', sha256: hash.digest('hex'), size}),
    write(bytes) {
      hash.update(bytes)
      size += bytes.length
    },
  }
}
