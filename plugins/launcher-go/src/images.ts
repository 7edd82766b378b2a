/**
 * The images that this package holds: `images/<target>/flavor-go-launcher`, with `.exe` on Windows, and beside each a
 * `.json` of its size and SHA-256, which the build recorded. An image without a record, or a record without an image,
 * does not count.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

export interface Image {
  readonly target: string
  readonly path: string
  /** As recorded. */
  readonly sha256: string
  readonly size: number
}

const directory = fileURLToPath(new URL('../images/', import.meta.url))

/** Sorted by target; empty when none was built. */
export function images(): readonly Image[] {
  if (!existsSync(directory)) return []
  const targets = readdirSync(directory).toSorted()
  return targets.flatMap((target) => imageOf(target) ?? [])
}

function imageOf(target: string): Image | undefined {
  const path = `${directory}${target}/flavor-go-launcher${target.startsWith('win32-') ? '.exe' : ''}`
  if (!existsSync(path) || !existsSync(`${path}.json`)) return undefined
  const {sha256, size} = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Image
  return {path, sha256, size, target}
}
