/** What images are built from: `native/`, in a clone of the repository; a package from a registry holds images alone. */
import {createHash} from 'node:crypto'
import {cpSync, existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const native = fileURLToPath(new URL('../native', import.meta.url))

export const areThere = (): boolean => existsSync(join(native, 'go.mod'))

/** SHA-256 of everything that decides about an image's bytes, but for the toolchain. `how` are the flags it is built with. */
export function hashSources(how: string): string {
  const sum = createHash('sha256').update(`${how}\0`)
  for (const path of files()) sum.update(`${path}\0`).update(readFileSync(join(native, path)))
  return sum.digest('hex')
}

/** The same, elsewhere. */
export function copySources(directory: string): void {
  for (const path of files()) cpSync(join(native, path), join(directory, path))
}

const files = (): readonly string[] => ['go.mod', 'go.sum', ...code()]

const code = (): readonly string[] =>
  readdirSync(native, {encoding: 'utf8', recursive: true})
    .filter((path) => /\.(go|s)$/.test(path) && !path.endsWith('_test.go'))
    .sort()
