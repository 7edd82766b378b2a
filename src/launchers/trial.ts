/**
 * Tries a launcher's image: packs an application of one script behind it, starts the package twice in an empty home, and
 * looks at everything that came out. The second start must find the work environment that the first has made.
 */
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {Capabilities} from '../pack/capabilities.ts'
import {outputFor, pack} from '../pack/pack.ts'
import {findSigner} from '../pack/signer.ts'
import {loadPlan} from '../project/load.ts'
import {removeTree} from '../workenv/remove-tree.ts'
import type {LauncherOffer} from './offers.ts'
import {findRunner, type Runner} from './runner.ts'

export interface Trial {
  readonly launcher: string
  readonly target: string
  readonly state: 'failed' | 'not run' | 'passed'
  /** Why it failed, or was not run. */
  readonly reason: string | null
  /** Of the two starts; null where there was none. */
  readonly coldMs: number | null
  readonly warmMs: number | null
}

export interface TrialOptions {
  readonly capabilities: Capabilities
  readonly toolVersion: string
}

type Result = Omit<Trial, 'launcher' | 'target'>

const exitCode = 7
const words = ['one', 'two words']
const unix = `echo "$#: $1, $2"\ncd "$FLAVOR_WORKENV" && pwd -P\nexit ${exitCode}\n`
const windows = `@echo off\r\necho 2: %~1, %~2\r\necho %FLAVOR_WORKENV%\r\nexit ${exitCode}\r\n`

const manifest = (command: string): string => `name: launcher-trial
version: 1.0.0
command: ${command}
slots:
  - {id: app, purpose: application-code, source: app, target: app}
`

export async function tryImage(offer: LauncherOffer, target: string, options: TrialOptions): Promise<Trial> {
  const scratch = mkdtempSync(join(tmpdir(), 'flavor-trial-'))
  try {
    const runner = findRunner(target, scratch)
    const result = typeof runner === 'string' ? notRun(runner) : await tryWith(runner, scratch, {...options, offer, target}).catch(unpacked)
    return {launcher: offer.id, target, ...result}
  } finally {
    removeTree(scratch)
    rmSync(scratch, {force: true, recursive: true})
  }
}

/** Nothing that the launcher could do anything about. */
const oldWine = /bcryptprimitives\.dll.* not found/

/** An image that cannot be packed is as bad as one that does not start. */
const unpacked = (error: Error): Result => ({coldMs: null, reason: error.message, state: 'failed', warmMs: null})

const notRun = (reason: string): Result => ({coldMs: null, reason, state: 'not run', warmMs: null})

async function tryWith(runner: Runner, scratch: string, packing: Packing): Promise<Result> {
  const file = await packTrial(scratch, packing)
  const cold = start(runner, file, scratch)
  if (oldWine.test(cold.stderr)) return notRun('this Wine has no bcryptprimitives.dll, which programs in Go and Rust need; newer ones have')
  const warm = start(runner, file, scratch)
  const reason =
    complaint(cold, runner) ??
    complaint(warm, runner) ??
    (cold.place === warm.place ? null : 'the second start did not use what the first had unpacked')
  return {coldMs: cold.elapsedMs, reason, state: reason === null ? 'passed' : 'failed', warmMs: warm.elapsedMs}
}

interface Packing extends TrialOptions {
  readonly offer: LauncherOffer
  readonly target: string
}

async function packTrial(scratch: string, {capabilities, offer, target, toolVersion}: Packing): Promise<string> {
  const project = join(scratch, 'project')
  const onWindows = target.startsWith('win32')
  const command = onWindows ? 'cmd.exe /d /c {workenv}/app/trial.cmd' : '/bin/sh {workenv}/app/trial.sh'
  mkdirSync(join(project, 'app'), {recursive: true})
  writeFileSync(join(project, 'app', onWindows ? 'trial.cmd' : 'trial.sh'), onWindows ? windows : unix)
  writeFileSync(join(project, 'flavor.yaml'), manifest(command))
  const wanted = target === 'any-any' ? undefined : target
  const report = await pack(await loadPlan({cwd: project, manifest: join(project, 'flavor.yaml')}), {
    capabilities,
    epoch: 0,
    launcher: `${offer.plugin.name}:${offer.id}`,
    output: outputFor(join(scratch, 'trial'), wanted, false),
    progress: () => {},
    signer: await findSigner({keySeed: 'launcher trial'}, {}, process.stdin),
    target: wanted,
    toolVersion,
    verify: true,
  })
  return report.package
}

interface Start {
  readonly exit: string
  readonly stderr: string
  readonly first: string
  /** Where the application found itself. */
  readonly place: string
  readonly elapsedMs: number
}

/** Nothing of this user's is read, and nothing is left: not even the pin of a key. */
function start({env, words: before}: Runner, file: string, scratch: string): Start {
  const home = join(scratch, 'home')
  mkdirSync(home, {recursive: true})
  const places = {APPDATA: home, FLAVOR_CACHE: join(scratch, 'cache'), HOME: home, LOCALAPPDATA: home, USERPROFILE: home}
  const kept = Object.fromEntries(['PATH', 'Path', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].map((name) => [name, process.env[name]]))
  const [program = '', ...args] = [...before, file, ...words]
  const began = performance.now()
  const {error, signal, status, stderr, stdout} = spawnSync(program, args, {
    cwd: dirname(file),
    encoding: 'utf8',
    env: {...kept, ...places, ...env},
  })
  const elapsedMs = Math.round(performance.now() - began)
  const [first = '', place = ''] = (stdout ?? '').split(/\r?\n/)
  return {elapsedMs, exit: error?.message ?? signal ?? String(status), first, place, stderr: stderr ?? ''}
}

function complaint({exit, first, place, stderr}: Start, {emulated}: Runner): string | undefined {
  const said = stderr.trim() === '' ? '' : `: ${stderr.trim().split('\n', 1)[0]}`
  if (exit !== String(exitCode)) return `it ended with ${exit} and not with ${exitCode}${said}`
  if (first !== `2: ${words.join(', ')}` || place === '')
    return `the application was given other arguments, or no work environment: ${first}`
  return stderr === '' || emulated ? undefined : `it spoke on stderr${said}`
}
