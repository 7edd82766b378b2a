/** Packing a large data file, beside `tar | zstd -T0` of the same tree. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {measure, print} from './measure.js'
import {flavor, writeProject, writeRandom, writeText} from './workload.js'

const budgets = {random: '2.5x, 200 MB', text: '1.5x, 200 MB'}

export function benchPack({megabytes, runs}) {
  for (const [kind, write] of [
    ['text', writeText],
    ['random', writeRandom],
  ]) {
    const directory = writeProject(mkdtempSync(join(tmpdir(), 'flavor-bench-')), (data) => write(join(data, 'blob'), megabytes))
    const name = `flavor pack --no-verify, ${megabytes} MB of ${kind}`
    const subjects = [
      {
        // Beside an earlier result and renamed, as flavor does: a file that is emptied first hands its memory on to the new one.
        command: [
          'sh',
          '-c',
          `tar -C ${directory} -cf - app data | zstd -q -T0 -3 -f -o ${directory}/peer.new && mv ${directory}/peer.new ${directory}/peer`,
        ],
        name: `tar | zstd -T0 -3, ${megabytes} MB of ${kind}`,
      },
      {command: [...flavor, 'pack', '--no-verify', '--quiet', '--key-seed', 'bench', '--manifest', `${directory}/flavor.yaml`], name},
    ]
    try {
      print(measure(subjects, Math.min(runs, 5)), {[name]: `budget ${budgets[kind]}`})
    } finally {
      rmSync(directory, {recursive: true})
    }
  }
}
