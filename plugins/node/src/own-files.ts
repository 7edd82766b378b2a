/** An application's own files: what lies in its directory without what npm puts there, version control, and npm's settings, which may hold a token. */
import {createHash} from 'node:crypto'
import {constants, copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, type Stats, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {Failure} from './failure.ts'

const left = ['.git', '.npmrc', 'node_modules']

/** Told of each directory, then of what is in it, sorted; paths are relative to the root. */
type Visit = (path: string, stat: Stats) => void

/** Into a directory that exists. A copy shares the disk's blocks with what it was made of where the file system can. */
export function copyOwnFiles(from: string, to: string): void {
  walk(from, left, copier(from, to))
}

export function copyTree(from: string, to: string): void {
  mkdirSync(to)
  walk(from, [], copier(from, to))
}

/** SHA-256 over names, kinds, modes and content. */
export function ownFilesDigest(root: string): string {
  const hash = createHash('sha256')
  walk(root, left, (path, stat) => {
    hash.update(`${JSON.stringify(path)} ${stat.mode.toString(8)} ${stat.size}\n`)
    if (stat.isFile()) hash.update(readFileSync(join(root, path)))
    else if (stat.isSymbolicLink()) hash.update(readlinkSync(join(root, path)))
  })
  return hash.digest('hex')
}

function copier(from: string, to: string): Visit {
  return (path, stat) => {
    if (stat.isDirectory()) mkdirSync(join(to, path), {recursive: true})
    else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(join(from, path)), join(to, path))
    else copyFileSync(join(from, path), join(to, path), constants.COPYFILE_FICLONE)
  }
}

function walk(root: string, skipped: readonly string[], visit: Visit, below = ''): void {
  for (const name of readdirSync(join(root, below)).sort()) {
    if (skipped.includes(name)) continue
    const path = join(below, name)
    const stat = lstatSync(join(root, path))
    if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink())
      throw new Failure(`${join(root, path)} is neither a file, a directory nor a link`, 'move it out of the directory of the application')
    visit(path, stat)
    if (stat.isDirectory()) walk(root, skipped, visit, path)
  }
}
