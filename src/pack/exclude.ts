/**
 * What never goes into a package unless a slot's source names it: version control, environment files, the project's
 * keys, and earlier outputs, whole or broken off. A slot's own `exclude` globs come on top. A pattern without a slash matches a name at any depth, one
 * with a slash the path from the slot's source, as in a .gitignore; what it matches is left out with all below it.
 */
import {closeSync, openSync, readSync, type Stats} from 'node:fs'
import {basename} from 'node:path'
import picomatch from 'picomatch'
import {equalBytes} from '../format/bytes.ts'
import {endMark, trailerSize} from '../format/registry.ts'
import {partialNames} from '../partial.ts'

const defaultExcludes: readonly string[] = ['.git', '.env*', '/keys/']

/** Why something is left out: a rule, or because packing made it, so that it was not there the first time. */
export type Reason = 'output' | 'rule'

/** Given a path relative to the source, its place on this machine, and what lies there. */
export type Exclude = (path: string, absolute: string, stat: Stats) => Reason | undefined

type Rule = (path: string, stat: Stats) => boolean

export function excluder(patterns: readonly string[]): Exclude {
  const rules = [...defaultExcludes, ...patterns].map((pattern) => rule(pattern))
  const isPartial = rule(partialNames)
  return (path, absolute, stat) => {
    if (rules.some((matches) => matches(path, stat))) return 'rule'
    return isPartial(path, stat) || isPackage(absolute, stat) ? 'output' : undefined
  }
}

function rule(pattern: string): Rule {
  const onlyDirectories = pattern.endsWith('/')
  const glob = pattern.replace(/\/$/, '')
  const matches = picomatch(glob.replace(/^\.?\//, ''), {dot: true, nonegate: true})
  const byName = !glob.includes('/')
  return (path, stat) => matches(byName ? basename(path) : path) && (!onlyDirectories || stat.isDirectory())
}

/** An executable file that ends as a package does: an earlier output. */
function isPackage(path: string, stat: Stats): boolean {
  if (!stat.isFile() || (stat.mode & 0o111) === 0 || stat.size < trailerSize) return false
  return equalBytes(lastBytes(path, stat.size, endMark.length), endMark)
}

/** Nothing when the file cannot be read: that is for the packer to say, not for a guess about its kind. */
function lastBytes(path: string, size: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  try {
    const fd = openSync(path, 'r')
    try {
      readSync(fd, bytes, 0, count, size - count)
    } finally {
      closeSync(fd)
    }
  } catch {}
  return bytes
}
