/**
 * Deletes a directory and all below it, never following a link; directories without write permission are opened first.
 * Threads that are still at work may put something into it meanwhile: that is deleted, too.
 */
import {chmodSync, lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync} from 'node:fs'
import {codeOf} from '../unpack/system-error.ts'

export function removeTree(path: string): void {
  try {
    rmSync(path, {force: true, recursive: true})
  } catch {
    removeRefilled(path)
  }
}

function removeRefilled(path: string, attempts = 3): void {
  try {
    removeStubborn(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' || attempts === 1) throw error
    removeRefilled(path, attempts - 1)
  }
}

function removeStubborn(path: string): void {
  try {
    if (!lstatSync(path).isDirectory()) {
      unlinkSync(path)
      return
    }
    chmodSync(path, 0o700)
    for (const name of readdirSync(path)) removeStubborn(`${path}/${name}`)
    rmdirSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
