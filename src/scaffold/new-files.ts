/** Files that are there whole, or not at all, and never in the place of anything. */
import {lstat, mkdir, mkdtemp, rename, rm, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {scaffoldErrors} from './errors.ts'

/** Text by path. */
export type NewFiles = Readonly<Record<string, string>>

/** Throws where there is something already, be it a link that leads nowhere; also for who does not write yet. */
export async function refuseExisting(path: string): Promise<void> {
  const there = await lstat(path).then(() => true, isThere)
  if (there) throw scaffoldErrors.exists(basename(path))
}

export async function writeNewFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, {flag: 'wx'}).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? scaffoldErrors.exists(basename(path)) : error
  })
}

/** What begins with `#!` is a program. */
export async function writeNewDirectory(directory: string, files: NewFiles): Promise<void> {
  const scratch = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`))
  try {
    const made = join(scratch, 'made')
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(made, path)), {recursive: true})
      await writeFile(join(made, path), text, {mode: text.startsWith('#!') ? 0o755 : 0o644})
    }
    await refuseExisting(directory)
    await rename(made, directory)
  } finally {
    await rm(scratch, {force: true, recursive: true})
  }
}

function isThere(error: NodeJS.ErrnoException): boolean {
  if (error.code === 'ENOENT') return false
  throw error
}
