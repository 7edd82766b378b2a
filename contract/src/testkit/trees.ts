/** Small trees of files to try things on, and a way to see that nobody has changed them. */
import {createHash} from 'node:crypto'
import {lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

/** Contents by path. */
export type Tree = Readonly<Record<string, string>>

export function plant(folder: string, tree: Tree): string {
  mkdirSync(folder, {recursive: true})
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), {recursive: true})
    writeFileSync(join(folder, path), content, {mode: 0o755})
  }
  return folder
}

/** A hash of all names, modes, times and contents below a folder. */
export function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort()) {
    const path = join(folder, name)
    const facts = lstatSync(path)
    hash.update(`${name}\0${facts.mode}\0${facts.mtimeMs}\0`)
    if (facts.isFile()) hash.update(readFileSync(path))
    if (facts.isSymbolicLink()) hash.update(readlinkSync(path))
  }
  return hash.digest('hex')
}

/** Gives an empty folder to `use`, and removes it. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'flavor-kit-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, {force: true, recursive: true})
  }
}
