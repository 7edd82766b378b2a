/** Walks over trees of files. */
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** Regular files below a directory, relative, in bytewise order; `enter` says which directories are looked into. */
export function filesBelow(root: string, enter: (relative: string) => boolean = () => true): readonly string[] {
  if (!existsSync(root)) return []
  const found: string[] = []
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(root, below), {withFileTypes: true})) {
      const relative = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && enter(relative)) visit(relative)
      if (entry.isFile()) found.push(relative)
    }
  }
  visit('')
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

export function sha256OfFile(path: string): string {
  return sha256(readFileSync(path))
}
