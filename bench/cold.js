/**
 * A first start, which builds the work environment, beside `zstd -d | tar -x` of the same tree: a Node runtime and ten
 * thousand small files, in memory (tmpfs) and on the disk of the temporary directory.
 *
 * What a run leaves is deleted before the next, in memory. On a disk it is moved aside until the end: ext4 steps over inodes that were
 * deleted in the last seconds, one by one, so whoever creates files right after a big deletion pays for that, ten times what is measured.
 */
import {spawnSync} from 'node:child_process'
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {measure, print} from './measure.js'
import {launchersHere, placesIn, writePackage, writeText} from './workload.js'

const budgets = {go: '1.2x, 64 MB', node: '4x', rust: '1.2x, 64 MB'}

export function benchCold({runs}) {
  for (const [where, parent] of [
    ['tmpfs', '/dev/shm'],
    ['disk', tmpdir()],
  ]) {
    if (existsSync(parent)) measureIn(where, mkdtempSync(join(parent, 'flavor-bench-')), Math.min(runs, 7))
  }
}

function measureIn(where, directory, runs) {
  const env = {...process.env, ...placesIn(directory)}
  const renew = where === 'tmpfs' ? remove : setAside
  try {
    const subjects = launchersHere(['rust', 'go', 'node']).map((launcher) => ({
      before: renew(env.FLAVOR_CACHE, directory),
      command: [writePackage(join(directory, launcher), {env, fill: writeTree, launcher})],
      env,
      name: `${launcher}, ${where}`,
    }))
    const peer = peerOf(join(directory, 'node/data'), directory)
    print(
      measure([{before: renew(join(directory, 'peer'), directory), command: peer, name: `zstd -d | tar -x, ${where}`}, ...subjects], runs),
      notes(where),
    )
  } finally {
    rmSync(directory, {force: true, recursive: true})
  }
}

function remove(path) {
  return () => rmSync(path, {force: true, recursive: true})
}

function setAside(path, directory) {
  let times = 0
  return () => {
    if (existsSync(path)) renameSync(path, mkdtempSync(join(directory, `old-${times++}-`)))
  }
}

/** A runtime of about 120 MB, and ten thousand files of a few KiB in a hundred directories. */
function writeTree(data) {
  copyFileSync(process.execPath, join(data, 'runtime'))
  writeText(join(data, 'text'), 1)
  for (let at = 0; at < 10_000; at++) {
    const directory = join(data, `module-${at % 100}`)
    if (at < 100) mkdirSync(directory)
    writeFileSync(join(directory, `file-${at}.js`), `// ${at}\n${'export const value = () => 1\n'.repeat(at % 200)}`)
  }
}

function peerOf(tree, directory) {
  const archive = join(directory, 'peer.tar.zst')
  spawnSync('sh', ['-c', `tar -C ${tree} -cf - . | zstd -q -T0 -3 -f -o ${archive}`])
  return ['sh', '-c', `mkdir ${directory}/peer && zstd -dcq ${archive} | tar -C ${directory}/peer -xf -`]
}

function notes(where) {
  return Object.fromEntries(Object.entries(budgets).map(([launcher, budget]) => [`${launcher}, ${where}`, `budget ${budget}`]))
}
