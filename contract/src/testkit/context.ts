/** What the host gives a purpose at work, in a folder of a test: a build cache, and an ear for notes; and what it gives an addon manager. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync} from 'node:fs'
import {join, sep} from 'node:path'
import type {ManagerContext, PrepareContext} from '../index.ts'

export function contextIn(folder: string): PrepareContext {
  const entries = new Map<string, Promise<string>>()
  return {
    cache: {
      entry(key, build) {
        const made = entries.get(key) ?? make(join(folder, createHash('sha256').update(key).digest('hex')), build)
        entries.set(key, made)
        return made
      },
    },
    files: (directory, exclude = []) => pathsIn(directory, exclude),
    note,
  }
}

/** On a machine without programs, where nobody signs in anywhere. */
export const managerContext: ManagerContext = {
  credentials: async () => undefined,
  has: async () => false,
  note,
  output: () => {},
  run: async ([program]) => {
    throw Object.assign(new Error(`run ${program}: there is no such program`), {problem: {message: `there is no ${program} here`}})
  },
  signal: new AbortController().signal,
}

function note(message: string): void {
  assert.match(message, /^\S.*[^\s.]$/, 'a note is one line without a full stop')
}

/** Of globs, it knows names alone. */
function pathsIn(directory: string, exclude: readonly string[]): readonly string[] {
  const paths = readdirSync(directory, {encoding: 'utf8', recursive: true}).sort()
  return paths.filter((path) => !path.split(sep).some((name) => exclude.includes(name)))
}

async function make(directory: string, build: (directory: string) => Promise<void>): Promise<string> {
  mkdirSync(directory, {recursive: true})
  await build(directory)
  return directory
}
