/** Takes the steps of a case and holds what happens to what must happen. */
import assert from 'node:assert/strict'
import {chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, isAbsolute, join} from 'node:path'
import {memorySource} from '../../dist/format/bytes.js'
import {launcherExits} from '../../dist/format/codes.js'
import {examine} from '../../dist/format/examination.js'
import {nativeCheck} from '../../dist/format/signature-check.js'
import type {Expectation, FileExpectation, NamedCase, Step} from './case.ts'
import type {Launcher} from './launchers.ts'
import {requireLog} from './log.ts'
import {execute, fill, type Outcome, openSandbox, type Sandbox} from './sandbox.ts'

export async function runCase(launcher: Launcher, one: NamedCase): Promise<void> {
  const sandbox = openSandbox(launcher, one)
  try {
    for (const [index, step] of one.steps.entries()) await takeStep(sandbox, step, `step ${index + 1}${step.says ? `, ${step.says}` : ''}`)
  } finally {
    sandbox.remove()
  }
}

async function takeStep(sandbox: Sandbox, step: Step, name: string): Promise<void> {
  if (step.flip !== undefined) flip(sandbox, step)
  else if (step.write) write(sandbox, step.write)
  else {
    const outcomes = await Promise.all(Array.from({length: step.times ?? 1}, () => execute(sandbox, step)))
    for (const outcome of outcomes) requireOutcome(sandbox, step.expect ?? {}, outcome, name)
  }
  for (const [path, wanted] of Object.entries(step.expect?.files ?? {})) requireFile(sandbox, path, wanted, name)
}

function requireOutcome(sandbox: Sandbox, expect: Expectation, outcome: Outcome, name: string): void {
  const told = `${name}\n${show(outcome)}`
  const filled = (text: string) => fill(sandbox, text)
  if (expect.error !== undefined) assert.match(outcome.stderr, new RegExp(`\\b${expect.error}\\b`), told)
  assert.equal(outcome.signal, expect.signal === undefined ? null : `SIG${expect.signal}`, told)
  if (expect.signal === undefined) assert.equal(outcome.exit, exitOf(expect), told)
  if (expect.stdout !== undefined) assert.equal(chomp(outcome.stdout), chomp(filled(expect.stdout)), told)
  if (expect['stdout matches'] !== undefined) assert.match(outcome.stdout, new RegExp(filled(expect['stdout matches']), 'm'), told)
  if (expect['stderr matches'] !== undefined) assert.match(outcome.stderr, new RegExp(filled(expect['stderr matches']), 'm'), told)
  else if (expect.log) requireLog(expect.log.map(filled), outcome.stderr, told)
  else if (expect.error === undefined) assert.equal(chomp(outcome.stderr), chomp(filled(expect.stderr ?? '')), told)
  if (expect.environment) requireEnvironment(sandbox, expect.environment, outcome, told)
}

function exitOf({error, exit}: Expectation): number {
  if (exit !== undefined || error === undefined) return exit ?? 0
  return launcherExits[error as keyof typeof launcherExits]
}

function requireEnvironment(sandbox: Sandbox, wanted: NonNullable<Expectation['environment']>, {stdout}: Outcome, told: string): void {
  const pairs = stdout.split('\0').filter((line) => line !== '')
  const found = Object.fromEntries(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  for (const [name, value] of Object.entries(wanted))
    assert.equal(found[name], value === null ? undefined : fill(sandbox, value), `${name}: ${told}`)
}

/** A path that is not absolute lies in the work environment. */
function requireFile(sandbox: Sandbox, name: string, wanted: FileExpectation | string | null, step: string): void {
  const filled = fill(sandbox, name)
  const path = isAbsolute(filled) ? filled : join(fill(sandbox, '{workenv}'), filled)
  const told = `${step}, ${name}`
  if (wanted === null) {
    assert.equal(existsSync(path), false, `${told} is there`)
    return
  }
  const stat = lstatSync(path, {throwIfNoEntry: false})
  assert.ok(stat, `${told} is not there`)
  const expected: FileExpectation = typeof wanted === 'string' ? {text: wanted} : wanted
  if (expected.link !== undefined) assert.equal(readlinkSync(path), fill(sandbox, expected.link), told)
  if (expected.text !== undefined) assert.equal(chomp(readFileSync(path, 'utf8')), chomp(fill(sandbox, expected.text)), told)
  if (expected.matches !== undefined) assert.match(readFileSync(path, 'utf8'), new RegExp(fill(sandbox, expected.matches)), told)
  if (expected.mode !== undefined) assert.equal((stat.mode & 0o7777).toString(8), expected.mode, told)
  if (expected.size !== undefined) assert.equal(stat.size, expected.size, told)
  if (expected.is !== undefined) assert.equal(stat.isDirectory() ? 'directory' : stat.isFIFO() ? 'fifo' : 'file', expected.is, told)
}

/** Whatever the umask: a policy that others may write to is refused. */
function write(sandbox: Sandbox, files: NonNullable<Step['write']>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = fill(sandbox, name)
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, fill(sandbox, text))
    chmodSync(path, 0o644)
  }
}

/** `launcher`, `metadata`, `padding`, `slot table`, `slot 0`, `trailer`: the last byte of it gets its lowest bit flipped. */
function flip(sandbox: Sandbox, {flip: region, of = 'app'}: Step): void {
  const path = join(sandbox.places.bin as string, of)
  const bytes = readFileSync(path)
  const regions = examine(memorySource(bytes), nativeCheck).found.regions ?? []
  const found = regions.find(({name}) => name === region)
  assert.ok(found, `there is no region ${region}; there are ${regions.map(({name}) => name).join(', ')}`)
  const at = found.offset + found.size - 1
  bytes[at] = (bytes[at] as number) ^ 1
  // Another file of that name: the first may still be running, as a helper.
  writeFileSync(`${path}.flipped`, bytes, {mode: 0o755})
  renameSync(`${path}.flipped`, path)
}

function chomp(text: string): string {
  return text.replace(/\n$/, '')
}

function show({exit, signal, stderr, stdout}: Outcome): string {
  return `ended by ${signal ?? `exit code ${exit}`}\nstdout: ${stdout.slice(0, 2000)}\nstderr: ${stderr.slice(0, 2000)}`
}
