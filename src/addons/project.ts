/** A project on disk: the nearest directory that holds an `app.flavour`, what that says, and the documents of its addons. */
import {lstat, readdir, readFile, stat} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import {type AppFlavour, readApp} from './app-flavour.ts'
import {addonErrors} from './errors.ts'

export interface Project {
  /** Absolute. */
  readonly root: string
  readonly app: AppFlavour
}

export const documentsDirectory = '.flavour/addons'

/** Throws EFLAVOR_PROJECT where there is none, EFLAVOR_ADDON_FILE with everything that is wrong with its `app.flavour`. */
export async function openProject(cwd: string): Promise<Project> {
  const root = await findAbove(cwd, ['app.flavour'])
  if (root === undefined) throw addonErrors.noProject(cwd)
  const file = join(root, 'app.flavour')
  const {app, problems} = readApp(file, await bytesOf(file))
  if (app === undefined) throw addonErrors.invalid(file, problems, cwd)
  return {app, root}
}

/** The nearest directory, from here upwards, that holds one of these. */
export async function findAbove(cwd: string, names: readonly string[]): Promise<string | undefined> {
  const directory = resolve(cwd)
  const found = await Promise.all(names.map((name) => lstat(join(directory, name)).catch(() => undefined)))
  if (found.some((one) => one !== undefined)) return directory
  return dirname(directory) === directory ? undefined : await findAbove(dirname(directory), names)
}

/** A stranger's repository may hold anything in the place of a file, such as a link to a device that never ends. */
export async function bytesOf(file: string): Promise<Uint8Array> {
  if (!(await stat(file)).isFile()) throw addonErrors.noFile(file)
  return await readFile(file)
}

/** The bytes of a file below the root; undefined where there is none. */
export async function fileIn(root: string, path: string): Promise<Uint8Array | undefined> {
  return await bytesOf(join(root, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
    return undefined
  })
}

/** The bytes kept under a hash, whatever they are; undefined for what is no file. */
export async function storedDocument({root}: Project, hash: string): Promise<Uint8Array | undefined> {
  const path = join(root, documentsDirectory, hash)
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? await readFile(path) : undefined
}

/** Names of what is kept, sorted. */
export async function storedNames({root}: Project): Promise<readonly string[]> {
  return (await readdir(join(root, documentsDirectory)).catch(() => [])).toSorted()
}
