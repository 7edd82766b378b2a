/**
 * What a launcher adds to a program whose work environment exists: for each launcher that is here, a package of 1 MB and a
 * large one, beside the bare program and a C program that does nothing but `execv`, which is the least there can be. Then
 * what a warm start of the large package asks of the system, and how many instructions that takes.
 */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {median} from './measure.js'
import {asked, instructions} from './trace.js'
import {launchersHere, placesIn, writePackage, writeRandom} from './workload.js'

const budgets = {go: '+2.5 ms, 8 MB', node: '+15 ms', rust: '+1 ms, 2.0x the wrapper, 4 MB'}

export function benchLaunch({megabytes, runs}) {
  if (spawnSync('cc', ['--version']).error) return console.log('not measured: a C compiler, cc, is not installed')
  const directory = mkdtempSync(join(tmpdir(), 'flavor-bench-'))
  try {
    const native = Object.fromEntries(['nothing', 'repeat', 'wrapper'].map((name) => [name, compiled(directory, name)]))
    measureNative(directory, native, {megabytes, runs: Math.max(runs * 20, 200)})
    measureNode(directory, native, {megabytes, runs: Math.max(runs, 15)})
  } finally {
    rmSync(directory, {force: true, recursive: true})
  }
}

const blob = (megabytes) => (data) => writeRandom(join(data, 'blob'), megabytes)

function compiled(directory, name) {
  const source = fileURLToPath(new URL(`native/${name}.c`, import.meta.url))
  const {status, stderr} = spawnSync('cc', ['-O2', '-static', '-o', join(directory, name), source], {encoding: 'utf8'})
  if (status !== 0) throw new Error(stderr)
  return join(directory, name)
}

function measureNative(directory, {nothing, repeat, wrapper}, {megabytes, runs}) {
  const env = {...process.env, ...placesIn(directory), WRAPPED: nothing}
  const packages = launchersHere(['rust', 'go']).flatMap((launcher) =>
    [1, megabytes].map((size) => ({
      launcher,
      name: `${launcher}, ${size} MB package`,
      path: writePackage(join(directory, `${launcher}-${size}`), {env, fill: blob(size), launcher, program: nothing}),
    })),
  )
  const rows = repeated(repeat, [{name: 'the bare program', path: nothing}, {name: 'the C wrapper', path: wrapper}, ...packages], runs, env)
  printOver(rows)
  for (const {launcher, name, path} of packages.filter(({name}) => name.includes(`${megabytes} MB`)))
    console.log(
      `${name}: ${asked(path, env, directory)}; ${instructions(path, env, directory)}${launcher === 'rust' ? '' : ' (with the runtime’s own)'}`,
    )
}

function measureNode(directory, {repeat}, {megabytes, runs}) {
  const env = {...process.env, ...placesIn(directory)}
  const packages = [1, megabytes].map((size) => ({
    launcher: 'node',
    name: `node, ${size} MB package`,
    path: writePackage(join(directory, `node-${size}`), {env, fill: blob(size), launcher: 'node'}),
  }))
  const bare = {name: 'the bare script', path: join(directory, 'node-1/app/index.js')}
  printOver(repeated(repeat, [bare, ...packages], runs, env))
}

/** The first starts are cold, or warm the disk, and do not count. */
function repeated(repeat, subjects, runs, env) {
  const paths = subjects.map(({path}) => path)
  spawnSync(repeat, ['3', ...paths], {env})
  const {status, stderr, stdout} = spawnSync(repeat, [String(runs), ...paths], {encoding: 'utf8', env, maxBuffer: 1 << 28})
  if (status !== 0) throw new Error(stderr)
  const samples = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
  return subjects.map((subject, at) => {
    const own = samples.filter(([number]) => number === at)
    return {...subject, kb: median(own.map(([, , kb]) => kb)), ms: median(own.map(([, ns]) => ns)) / 1e6}
  })
}

function printOver(rows) {
  const [bare, wrapper] = rows
  for (const {kb, launcher, ms, name} of rows) {
    const over = name === bare.name ? '' : `+${(ms - bare.ms).toFixed(2)} ms`
    const ratio = launcher && !wrapper.launcher ? `${(ms / wrapper.ms).toFixed(1)}x the wrapper` : ''
    const budget = launcher ? `budget ${budgets[launcher]}` : ''
    console.log(
      `${name.padEnd(24)} ${ms.toFixed(2).padStart(7)} ms ${over.padStart(10)} ${(kb / 1024).toFixed(1).padStart(6)} MB  ${ratio.padEnd(17)} ${budget}`,
    )
  }
}
