/**
 * Setup commands (pspf-2025, 5.7), run once in the place where the work environment stays. Each must succeed; its
 * output is shown only when it does not. Files they write or change by name lie in the work environment.
 */
import {spawnSync} from 'node:child_process'
import {chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {PackageError} from '../../../src/format/errors.ts'
import {type Metadata, type SetupCommand, targetPath} from '../../../src/format/metadata.ts'
import {confinedPath} from '../../../src/unpack/tree.ts'
import type {Launch} from './checked.ts'
import {searchPath} from './environment.ts'
import {expand, findProgram, splitWords} from './words.ts'

/** Throws EFLAVOR_SETUP. */
export function runSetup(opened: Launch, root: string): void {
  for (const [index, command] of opened.opened.metadata.setup.entries()) {
    opened.log?.tell('setup', {index, type: command.type})
    runOne(opened, root, command)
  }
}

/** Those of its words that may name a path, `{workenv}` still in them. */
export function namedWords(command: SetupCommand, metadata: Metadata): readonly string[] {
  const words = 'command' in command ? splitWords(command.command).map((word) => expand(word, metadata, '{workenv}')) : []
  if (command.type === 'execute') return words
  const path = command.type === 'enumerate_and_execute' ? command.enumerate.path : command.path
  return [...words, `{workenv}/${targetPath(expand(path, metadata, '{workenv}'))}`]
}

function runOne(opened: Launch, root: string, command: SetupCommand): void {
  const {metadata} = opened.opened
  switch (command.type) {
    case 'chmod': {
      const mode = Number.parseInt(command.mode, 8) & 0o777
      for (const path of matching(root, command.path)) chmodSync(path, mode)
      return
    }
    case 'enumerate_and_execute': {
      const directory = command.enumerate.path
      for (const path of matching(root, `${directory}/${command.enumerate.pattern}`)) execute(opened, root, command.command, [path])
      return
    }
    case 'execute':
      execute(opened, root, command.command, [])
      return
    case 'write_file': {
      const inner = confinedPath(targetPath(expand(command.path, metadata, '{workenv}')))
      requireNoLink(root, inner)
      const path = `${root}/${inner}`
      mkdirSync(dirname(path), {recursive: true})
      writeFileSync(path, expand(command.content, metadata, root))
    }
  }
}

function execute({caller, opened: {metadata}}: Launch, root: string, command: string, more: readonly string[]): void {
  const env: Record<string, string> = {...caller, ...metadata.executionEnv, FLAVOR_WORKENV: root}
  env.PATH = searchPath(metadata, root, caller.PATH)
  const words = [...splitWords(command).map((word) => expand(word, metadata, root)), ...more]
  const {error, output, signal, status} = spawnSync(findProgram(words[0] ?? '', env, caller), words.slice(1), {
    encoding: 'utf8',
    env,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return
  const how = error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`)
  const said = (output ?? [])
    .filter((text) => text)
    .join('')
    .trim()
    .split('\n')
    .slice(-5)
    .join('\n')
  throw new PackageError('EFLAVOR_SETUP', `the setup command ${JSON.stringify(command)} failed: ${how}${said ? `\n${said}` : ''}`)
}

/** `*` and `?` in the last part of the path. Links are left alone: they may be changed only by their own name. */
function matching(root: string, pattern: string): readonly string[] {
  const path = confinedPath(targetPath(pattern))
  requireNoLink(root, path.slice(0, Math.max(0, path.lastIndexOf('/'))))
  const directory = `${root}/${dirname(path)}`
  const name = path.slice(path.lastIndexOf('/') + 1)
  const glob = new RegExp(
    `^${name
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  const names = name.includes('*') || name.includes('?') ? readdirSync(directory).filter((entry) => glob.test(entry)) : [name]
  return names.map((entry) => `${directory}/${entry}`).filter((full) => !lstatSync(full).isSymbolicLink())
}

/** By now links are there, the package's and what programs have made; nothing is written through one. */
export function requireNoLink(root: string, path: string): void {
  const names = path === '' ? [] : path.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const part = names.slice(0, depth).join('/')
    if (lstatSync(`${root}/${part}`, {throwIfNoEntry: false})?.isSymbolicLink())
      throw new PackageError('EFLAVOR_CONFINED', `${path} leads through ${part}, which is a link`)
  }
}
