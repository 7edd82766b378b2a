/** Starting a package whose work environment exists, over the bare command: it must not grow with the package. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {measure, print} from './measure.js'
import {flavor, writeProject} from './workload.js'

export function benchLaunch({megabytes, runs}) {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-bench-'))
  const env = {FLAVOR_CACHE: join(directory, 'cache')}
  try {
    const small = packed(join(directory, 'small'), 1, env)
    const large = packed(join(directory, 'large'), megabytes, env)
    const rows = measure(
      [
        {command: [process.execPath, join(directory, 'small/app/index.js')], name: 'node app/index.js'},
        {command: [small], env, name: 'node launcher, warm, 1 MB package'},
        {command: [large], env, name: `node launcher, warm, ${megabytes} MB package`},
      ],
      Math.max(runs, 15),
    )
    print(rows, {
      'node launcher, warm, 1 MB package': 'budget +15 ms',
      [`node launcher, warm, ${megabytes} MB package`]: 'the same as with 1 MB',
    })
    console.log(
      `over the bare command: ${rows
        .slice(1)
        .map(({ms}) => `+${(ms - rows[0].ms).toFixed(1)} ms`)
        .join(', ')}`,
    )
  } finally {
    rmSync(directory, {force: true, recursive: true})
  }
}

function packed(directory, megabytes, env) {
  const output = join(directory, 'package')
  writeProject(directory, megabytes)
  const [program, ...args] = [
    ...flavor,
    'pack',
    '--quiet',
    '--no-verify',
    '--key-seed',
    'bench',
    '--manifest',
    join(directory, 'flavor.yaml'),
    '--output',
    output,
  ]
  const {status, stderr} = spawnSync(program, args, {encoding: 'utf8', env: {...process.env, ...env}})
  if (status !== 0) throw new Error(stderr)
  return output
}
