/** The statements that `rotations` in a manifest names, read and checked; what is wrong with one is a problem of the manifest, where it is named. */
import {readFile, stat} from 'node:fs/promises'
import {resolve} from 'node:path'
import type {Rotation} from '../format/metadata.ts'
import {readRotation} from '../rotation-file.ts'
import type {PlannedRotation, Position} from './plan.ts'

export interface RotationContext {
  /** Of the package. */
  readonly name: string
  /** Directory of the manifest. */
  readonly project: string
  position(index: number): Position
  report(index: number, message: string, hint: string): void
}

export async function exactRotations(
  files: readonly (readonly [string, number])[],
  context: RotationContext,
): Promise<readonly PlannedRotation[]> {
  const read = await Promise.all(files.map(async ([file, index]) => exactRotation(file, index, context)))
  return read.filter((rotation) => rotation !== undefined)
}

async function exactRotation(
  file: string,
  index: number,
  {name, position, project, report}: RotationContext,
): Promise<PlannedRotation | undefined> {
  const found = await readStatement(resolve(project, file), name)
  if (typeof found !== 'string') return {...found, at: position(index), file}
  return void report(
    index,
    `${file} ${found}`,
    `make it: flavor trust rotate --name ${JSON.stringify(name)} --to NEW_PUBLIC_KEY --output ${file}`,
  )
}

const largest = 64 * 1024

async function readStatement(path: string, name: string): Promise<Rotation | string> {
  try {
    const found = await stat(path)
    if (!found.isFile() || found.size > largest) return 'is no statement'
    return readRotation(await readFile(path, 'utf8'), name)
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read: ${message}`
  }
}
