/** An application's own files: what its directory holds that may go along, without what npm puts there, and without npm's settings, which may hold a token. */
import {createHash} from 'node:crypto'
import {constants, copyFileSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import type {PrepareContext} from '@flavor/contract'

export interface OwnFiles {
  readonly directory: string
  /** Relative to it, a directory before what is in it. */
  readonly paths: readonly string[]
}

export function ownFiles(directory: string, {files}: PrepareContext): OwnFiles {
  return {directory, paths: files(directory, ['node_modules', '.npmrc'])}
}

/** Into a directory that exists. A copy shares the disk's blocks with what it was made of where the file system can. */
export function copyFiles({directory, paths}: OwnFiles, to: string): void {
  for (const path of paths) {
    const [source, copy] = [join(directory, path), join(to, path)]
    const stat = lstatSync(source)
    if (stat.isDirectory()) mkdirSync(copy, {recursive: true})
    else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), copy)
    else copyFileSync(source, copy, constants.COPYFILE_FICLONE)
  }
}

/** SHA-256 over names, kinds, modes and content. */
export function filesDigest({directory, paths}: OwnFiles): string {
  const hash = createHash('sha256')
  for (const path of paths) {
    const source = join(directory, path)
    const stat = lstatSync(source)
    const content = stat.isFile() ? readFileSync(source) : Buffer.from(stat.isSymbolicLink() ? readlinkSync(source) : '')
    hash.update(`${JSON.stringify(path)} ${stat.mode.toString(8)} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}
