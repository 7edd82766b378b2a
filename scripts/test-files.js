/**
 * Runs every file of tests in a process of its own, as many at a time as there are processors, and reports as if it had been one
 * run: each file's report when it is through, all failures at the end. A process that dies is a failure of its file.
 */
import {spawn} from 'node:child_process'
import {globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {availableParallelism, tmpdir} from 'node:os'
import {join} from 'node:path'
import {mochaCommand, settings} from './mocha.js'
import {root} from './node.js'

const require = createRequire(import.meta.url)
const {reporters} = require('mocha')
const {retriesOf} = require('./reporter.cjs')

const mostAtOnce = 4
/** Begun first, so that no processor waits for the last of them while the others have nothing left to do. */
const longest = [
  'conformance/conformance.test.ts',
  'conformance/emulation.test.ts',
  'test/launchers/builds.test.ts',
  'plugins/launcher-rust/test/windows.test.ts',
  'plugins/launcher-go/test/windows.test.ts',
  'plugins/python/test/build.test.ts',
]

const scratch = mkdtempSync(join(tmpdir(), 'flavor-tests-'))
const begun = Date.now()
const waiting = filesInOrder()
const running = new Set()
const done = []

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop(signal))
await Promise.all(Array.from({length: Math.min(availableParallelism(), mostAtOnce)}, work))
summarize()
rmSync(scratch, {force: true, recursive: true})

function filesInOrder() {
  const rank = (file) => (longest.includes(file) ? longest.indexOf(file) : longest.length)
  const found = settings().spec.flatMap((pattern) => globSync(pattern, {cwd: root}))
  return [...new Set(found.map((file) => file.replaceAll('\\', '/')))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

async function work() {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) done.push(await runFile(file))
}

/** What the reporter wrote, and a failure where the process did not end as that says. */
async function runFile(file) {
  const results = join(scratch, file.replaceAll('/', '-'))
  const {code, output, signal} = await run([...mochaCommand(results), '--reporter-option', 'part=yes', file])
  process.stdout.write(output)
  const found = read(results)
  const wanted = found && Math.min(found.failures.length, 255)
  if (found && code === wanted) return found
  const failure = {
    err: {message: `ended ${signal ? `by ${signal}` : `with exit code ${code}`}${found ? ' after its tests' : ' before its tests had'}`},
    path: [file],
  }
  return {again: [], failures: [...(found?.failures ?? []), failure], stats: found?.stats ?? {passes: 0, pending: 0}}
}

/** Both streams as one, in the order in which they came. */
function run(words) {
  const colors = process.stdout.isTTY ? ['--color'] : []
  const child = spawn(process.execPath, [...words, ...colors], {cwd: root, stdio: ['ignore', 'pipe', 'pipe']})
  const chunks = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
  running.add(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve({code, output: Buffer.concat(chunks), signal})
    })
  })
}

function read(results) {
  try {
    return JSON.parse(readFileSync(results, 'utf8'))
  } catch {
    return undefined
  }
}

function summarize() {
  const sum = (name) => done.reduce((total, {stats}) => total + stats[name], 0)
  const again = done.flatMap((part) => part.again)
  const failures = done.flatMap((part) => part.failures)
  const stats = {duration: Date.now() - begun, failures: failures.length, passes: sum('passes'), pending: sum('pending')}
  const told = failures.map(({err, path}) => ({err, titlePath: () => path}))
  if (again.length > 0) console.log(retriesOf(again))
  reporters.Base.prototype.epilogue.call({failures: told, stats})
  console.log(`${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped`)
  process.exitCode = Math.min(stats.failures, 255)
}

/** The children clean up after themselves, as far as they can. */
function stop(signal) {
  for (const child of running) child.kill(signal)
  rmSync(scratch, {force: true, recursive: true})
  process.kill(process.pid, signal)
}
