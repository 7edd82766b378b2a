/** Looking at the files of a project, without a word about those that are not there. */
import {access, readdir, readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}

export async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true && (process.platform === 'win32' || (found.mode & 0o111) !== 0)
}

export async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}

/** Sorted; empty for what is no directory. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  return await readdir(directory).then(
    (names) => names.sort(),
    () => [],
  )
}

/** Those of the names that are there. */
export async function present(directory: string, names: readonly string[]): Promise<readonly string[]> {
  return await keep(names, (name) => exists(join(directory, name)))
}

export async function keep(names: readonly string[], test: (name: string) => Promise<boolean>): Promise<readonly string[]> {
  const kept = await Promise.all(names.map(test))
  return names.filter((_, index) => kept[index])
}

/** Undefined when there is none, or none that could be read: another look may know better. */
export async function readPackageJson(directory: string): Promise<PackageJson | undefined> {
  try {
    return (JSON.parse(((await readText(join(directory, 'package.json'))) ?? '').replace(/^\uFEFF/, '')) as PackageJson | null) ?? undefined
  } catch {
    return undefined
  }
}

export interface PackageJson {
  readonly bin?: string | Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, unknown>>
  readonly devDependencies?: Readonly<Record<string, unknown>>
  readonly main?: unknown
  readonly name?: unknown
  readonly optionalDependencies?: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, unknown>>
  readonly version?: unknown
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
