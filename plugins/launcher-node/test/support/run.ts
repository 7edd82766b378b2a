/** Running packages for real, on each node there is, in a directory that is gone afterwards. */
import {execFileSync, spawn} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after} from 'mocha'

export interface Outcome {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly node?: NodeVersion
  readonly cwd?: string
  readonly input?: string
  readonly argv0?: string
}

export interface NodeVersion {
  readonly name: string
  readonly path: string
  /** A directory that holds nothing but a link named node. */
  readonly bin: string
}

export const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'flavor launcher ')))
after(() => {
  execFileSync('chmod', ['-R', 'u+rwX', scratch])
  rmSync(scratch, {force: true, maxRetries: 10, recursive: true})
})

/** The node that runs the tests, and one without `process.execve` where the PATH has one. */
export const nodes: readonly NodeVersion[] = [describeNode(process.execPath), ...olderNode()]
export const current = nodes[0] as NodeVersion
export const older = nodes[1]

let counter = 0

/** A new, empty directory. */
export function directory(): string {
  const path = join(scratch, `${++counter}`)
  mkdirSync(path)
  return path
}

/** Only what a test sets: nothing of the tester's own environment but a PATH with one node first. */
export function environment({env = {}, node = current}: RunOptions = {}): Record<string, string> {
  const all = {HOME: join(scratch, 'home'), PATH: `${node.bin}:/usr/bin:/bin`, ...env}
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

export function start(file: string, args: readonly string[] = [], options: RunOptions = {}) {
  return spawn(file, args, {cwd: options.cwd ?? scratch, env: environment(options), stdio: ['pipe', 'pipe', 'pipe']})
}

export function run(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> {
  const child = start(file, args, options)
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  return outcomeOf(child)
}

export function outcomeOf(child: ReturnType<typeof start>): Promise<Outcome> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) =>
      resolve({signal, status, stderr: Buffer.concat(err).toString(), stdout: Buffer.concat(out).toString()}),
    )
  })
}

/** Asks until the answer is true; a test that waits in vain fails by its own timeout. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

function describeNode(path: string): NodeVersion {
  const version = execFileSync(path, ['--version'], {encoding: 'utf8'}).trim()
  const bin = join(scratch, `node ${version}`)
  mkdirSync(bin)
  symlinkSync(path, join(bin, 'node'))
  return {bin, name: `node ${version}`, path}
}

function olderNode(): readonly NodeVersion[] {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((place) => join(place, 'node'))
    .filter((path) => existsSync(path))
  const old = found
    .map((path) => realpathSync(path))
    .find((path) => /^v(20|21)\./.test(execFileSync(path, ['--version'], {encoding: 'utf8'})))
  return old === undefined ? [] : [describeNode(old)]
}
