/**
 * The images that are there: `images/<target>/flavor-rs-launcher`, and beside each its size and SHA-256 as the build has
 * recorded them. An image without its record, or of another size, is not offered: something else put it there.
 */
import {readdirSync, readFileSync, statSync} from 'node:fs'

export interface Image {
  readonly target: string
  readonly file: URL
  /** 64 lower-case hex digits, as recorded. */
  readonly sha256: string
  readonly size: number
}

const directory = new URL('../images/', import.meta.url)

export function listImages(): readonly Image[] {
  return targetsOnDisk().flatMap((target) => findImage(target) ?? [])
}

export function findImage(target: string): Image | undefined {
  if (!/^[a-z0-9]+-[a-z0-9]+$/.test(target)) return undefined
  const file = new URL(`${target}/flavor-rs-launcher${target.startsWith('win32') ? '.exe' : ''}`, directory)
  const record = readRecord(new URL(`${target}/image.json`, directory))
  return record && sizeOf(file) === record.size ? {...record, file, target} : undefined
}

function targetsOnDisk(): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

function readRecord(file: URL): Pick<Image, 'sha256' | 'size'> | undefined {
  try {
    const {sha256, size} = JSON.parse(readFileSync(file, 'utf8')) as Partial<Image>
    return typeof sha256 === 'string' && typeof size === 'number' ? {sha256, size} : undefined
  } catch {
    return undefined
  }
}

function sizeOf(file: URL): number | undefined {
  return statSync(file, {throwIfNoEntry: false})?.size
}
