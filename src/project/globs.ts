/**
 * What a list of globs finds below a directory. `*`, `?`, `[…]`, `{a,b}` and `**`; names that begin with a dot are found
 * like others; a directory that is found stands for all in it. Links are found, never followed, and nothing is looked
 * for in version control.
 */
import {lstatSync, readdirSync, type Stats} from 'node:fs'
import {join, posix} from 'node:path'
import picomatch from 'picomatch'

/**
 * Paths relative to `root`, with `/`, sorted; a directory without what is in it. Empty when there is nothing. Throws what the
 * system says of a directory that it may not look into.
 */
export function found(root: string, glob: string): readonly string[] {
  const pattern = plainGlob(glob)
  const {base} = picomatch.scan(pattern)
  if (base === pattern) return kindOf(join(root, base)) === undefined ? [] : [base]
  const matches = picomatch(pattern, {dot: true, nonegate: true})
  return [...below(root, base, depthOf(pattern), matches)].sort()
}

/** `./a/` → `a`. */
export function plainGlob(glob: string): string {
  return posix.normalize(glob).replace(/\/$/, '')
}

/** How many names a path that matches has at most. */
function depthOf(pattern: string): number {
  return /\*\*|[({]/.test(pattern) ? Infinity : pattern.split('/').length
}

function* below(root: string, directory: string, depth: number, matches: (path: string) => boolean): Generator<string> {
  for (const name of namesIn(join(root, directory))) {
    const path = posix.join(directory, name)
    if (name === '.git') continue
    if (matches(path)) yield path
    else if (path.split('/').length < depth && kindOf(join(root, path))?.isDirectory()) yield* below(root, path, depth, matches)
  }
}

function kindOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}
