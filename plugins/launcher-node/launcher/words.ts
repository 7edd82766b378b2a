/** The command of a package: split into words, its placeholders filled in, its program found. Reference: pspf-2025, 4.1, 5.8 and 10. */
import {accessSync, constants, statSync} from 'node:fs'
import {PackageError} from '../../../src/format/errors.ts'
import type {Metadata, NamedCommand} from '../../../src/format/metadata.ts'
import {splitWords as split} from '../../../src/format/words.ts'
import type {Environment} from '../../../src/workenv/base.ts'

/** Splits first and fills in afterwards, so that a path with spaces stays one word. Of `default`, `execution` has the words. */
export function commandWords(metadata: Metadata, command: NamedCommand | undefined, workenv: string): readonly string[] {
  const argv = command && command.name !== 'default' ? command.argv : metadata.argv
  const words = (argv ?? splitWords(metadata.command)).map((word) => expand(word, metadata, workenv))
  if (words[0] === undefined || words[0] === '') throw new PackageError('EFLAVOR_COMMAND', 'the package has an empty command')
  return words
}

export function expand(text: string, {name, version}: Metadata, workenv: string): string {
  return text.replaceAll(/\{(workenv|package_name|version)\}/g, (_, key: string) =>
    key === 'workenv' ? workenv : key === 'version' ? version : name,
  )
}

/** Throws EFLAVOR_COMMAND for an open quote. */
export function splitWords(command: string): readonly string[] {
  try {
    return split(command)
  } catch (error) {
    throw new PackageError('EFLAVOR_COMMAND', `the command cannot be cut into words: ${(error as Error).message}`)
  }
}

/**
 * The program as a path. An absolute path that exists is used as it is; else its base name is looked up in the
 * application's PATH, then in the caller's. Throws EFLAVOR_COMMAND.
 */
export function findProgram(word: string, env: Environment, host: Environment): string {
  if (word.includes('/') && isFile(word)) return requireExecutable(word)
  const name = word.slice(word.lastIndexOf('/') + 1)
  const found = lookUp(name, env.PATH) ?? lookUp(name, host.PATH) ?? (name === 'node' ? process.execPath : undefined)
  if (found !== undefined) return found
  throw new PackageError('EFLAVOR_COMMAND', `the program of the package, ${JSON.stringify(word)}, is not there and not on the PATH`)
}

export function lookUp(name: string, path: string | undefined): string | undefined {
  if (name === '' || path === undefined) return undefined
  for (const directory of path.split(':')) {
    const candidate = `${directory === '' ? '.' : directory}/${name}`
    if (isFile(candidate) && isExecutable(candidate)) return candidate
  }
  return undefined
}

function requireExecutable(path: string): string {
  if (isExecutable(path)) return path
  throw new PackageError('EFLAVOR_COMMAND', `start ${path}: permission denied`)
}

/** What cannot be reached is not there, as for a shell: the PATH of somebody else may name directories that are closed to us. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
