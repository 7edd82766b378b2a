/**
 * Makes a directory and those above it. Node's own recursive way tries without end where a parent exists but takes no
 * entries and says ENOENT, as `/proc` does; this one tries each directory twice.
 */
import {mkdirSync, statSync} from 'node:fs'
import {dirname} from 'node:path'
import {codeOf} from '../unpack/system-error.ts'

/** Gives the highest directory that it made; undefined when all are there. */
export function makeDirectory(path: string, mode: number): string | undefined {
  try {
    return makeOne(path, mode)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    const above = makeDirectory(dirname(path), mode)
    const made = makeOne(path, mode)
    return above ?? made
  }
}

/** Undefined when it is there, perhaps since a moment ago. */
function makeOne(path: string, mode: number): string | undefined {
  try {
    mkdirSync(path, mode)
    return path
  } catch (error) {
    if (isDirectory(path)) return undefined
    throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() === true
}
