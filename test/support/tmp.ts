/** A temporary directory for each test that asks, removed when the test is over. */
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterEach} from 'mocha'

const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) removeTree(directory)
})

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-test-'))
  made.push(directory)
  return directory
}

export type Files = Readonly<
  Record<string, string | Uint8Array | {readonly link: string} | {readonly mode: number; readonly text: string} | null>
>

/** Writes files below a directory: text or bytes, a link, text with a mode, or null for an empty directory. */
export function writeFiles(root: string, files: Files): string {
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(root, path)
    mkdirSync(content === null ? absolute : dirname(absolute), {recursive: true})
    if (content === null) continue
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(absolute, content)
    else if ('link' in content) symlinkSync(content.link, absolute)
    else {
      writeFileSync(absolute, content.text)
      chmodSync(absolute, content.mode)
    }
  }
  return root
}

/** Directories without write permission would otherwise stay. */
function removeTree(directory: string): void {
  try {
    rmSync(directory, {force: true, recursive: true})
  } catch {
    for (const entry of readdirSync(directory, {recursive: true, withFileTypes: true}).filter((entry) => entry.isDirectory()))
      chmodSync(join(entry.parentPath, entry.name), 0o700)
    rmSync(directory, {force: true, recursive: true})
  }
}
