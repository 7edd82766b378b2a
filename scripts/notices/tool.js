/** Programs that know what is linked, and a place for what they write. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {root} from '../node.js'

/** From the root, where no file asks for a toolchain of its own, which rustup would fetch: what is linked does not depend on it. */
export function run(program, args, options = {}) {
  const {error, status, stderr, stdout} = spawnSync(program, args, {cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, ...options})
  if (error?.code === 'ENOENT') throw new Error(`${program} is not on the PATH`)
  if (error || status !== 0) throw new Error(`${program} ${args[0]} failed: ${error?.message ?? stderr}`)
  return stdout
}

export async function inScratch(work) {
  const scratch = mkdtempSync(join(tmpdir(), 'flavor-notices-'))
  try {
    return await work(scratch)
  } finally {
    rmSync(scratch, {force: true, recursive: true})
  }
}
