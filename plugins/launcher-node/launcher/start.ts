/**
 * Starting the application, so that it cannot tell that a launcher was there. Three ways, the first that fits:
 *
 *   here     `node FILE args` that would run on this very node with nothing else configured at its start: the launcher
 *            takes itself back and lets Node run FILE as its main module
 *   replace  `process.execve`, through a shell that takes the FIFO along: Node closes every descriptor but the first
 *            three, so the shell opens it again, as descriptor 9, in the moment of the change
 *   child    where there is no execve (Node before 22.15): a child with the signals forwarded and its end passed on
 *
 * In all three the FIFO of the generation stays open as long as the application lives.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {openSync, realpathSync, statSync, writeSync} from 'node:fs'
import type * as modules from 'node:module'
import {constants} from 'node:os'
import {resolve} from 'node:path'
import {PackageError} from '../../../src/format/errors.ts'
import type {Environment} from '../../../src/workenv/base.ts'
import type {Variables} from './environment.ts'
import type {Log} from './log.ts'
import {findProgram} from './words.ts'

export interface Start {
  readonly words: readonly string[]
  readonly args: readonly string[]
  readonly env: Variables
  /** The launcher's own environment: what this process was started with. */
  readonly host: Environment
  /** The generation's FIFO, open. */
  readonly live: {readonly path: string; readonly fd: number | undefined}
  /** The FIFO of a helper that waits to see this run end; opening it for writing waits until the helper reads. */
  readonly session: string | undefined
  readonly mayStayHere: boolean
  readonly log: Log | undefined
}

/** Without /proc Node does not know its own path. */
function isSameFile(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other, {throwIfNoEntry: false})]
  return a.ino === b?.ino && a.dev === b.dev
}

/** What is left to do outside of every handler of errors: from there on they are the application's. */
export type LastStep = () => void

export function startApplication(start: Start): LastStep {
  const program = findProgram(start.words[0] as string, start.env, start.host)
  start.log?.tell('exec', {arguments: start.words.length - 1 + start.args.length, program: resolve(program)})
  if (start.mayStayHere && runsHere(start, program)) return takeBack(start)
  if (typeof process.execve === 'function' && start.host.FLAVOR_EXEC_MODE !== 'spawn') replace(start, program)
  else startChild(start, program)
  return () => {}
}

/** What Node, V8, ICU, OpenSSL or libc read once when a process begins; another value needs another process. */
const readAtStart = /^(NODE_|LC_|LD_|DYLD_|MALLOC_|UV_|OPENSSL_|SSL_|V8_|ICU_|(LANG|LANGUAGE|HOME|TERM)$)/

function runsHere({env, host, words}: Start, program: string): boolean {
  const file = words[1]
  if (file === undefined || file === '' || file.startsWith('-') || file === 'inspect') return false
  if (!isSameFile(program, process.execPath)) return false
  const names = new Set([...Object.keys(env), ...Object.keys(host)])
  for (const moved of ['NODE_COMPILE_CACHE', 'NODE_OPTIONS']) names.delete(moved)
  for (const name of names) if (env[name] !== host[name] && readAtStart.test(name)) return false
  return !env.NODE_OPTIONS
}

function takeBack({args, env, host, session, words: [, file = '', ...rest]}: Start): LastStep {
  if (session !== undefined) openSync(session, 'w')
  setEnvironment(env, host)
  const main = resolve(file)
  process.argv = [process.execPath, main, ...rest, ...args]
  const Module = require('#module')
  // Node may have been told not to look for the real path of a main module.
  const found = Module._findPath(main, null, true)
  for (const cache of [Module._cache, Module._pathCache]) for (const name of Object.keys(cache)) delete cache[name]
  if (env.NODE_COMPILE_CACHE) require('node:module').enableCompileCache?.(env.NODE_COMPILE_CACHE)
  if ('_eval' in process) hideFlags(require('node:module'))
  return () => Module.runMain(found ? realpathSync.native(found) : main)
}

function setEnvironment(env: Variables, host: Environment): void {
  for (const name of Object.keys(host)) if (!Object.hasOwn(env, name)) delete process.env[name]
  for (const [name, value] of Object.entries(env)) if (host[name] !== value) process.env[name] = value
}

declare function require(id: '#module'): ModuleClass
declare function require(id: 'node:module'): typeof modules
declare function require(id: 'node:worker_threads'): Threads

interface ModuleClass {
  _findPath(path: string, directories: null, isMain: boolean): string | false
  readonly _cache: Record<string, unknown>
  readonly _pathCache: Record<string, unknown>
  runMain(path: string): void
}

interface Threads {
  Worker: new (...args: unknown[]) => object
}

/** What `-e` leaves. */
function hideFlags({builtinModules, syncBuiltinESMExports}: typeof modules): void {
  hideFromWorkers(require('node:worker_threads'))
  syncBuiltinESMExports()
  process.execArgv = []
  Reflect.deleteProperty(process, '_eval')
  for (const name of ['__dirname', '__filename', 'exports', 'module', 'require']) Reflect.deleteProperty(globalThis, name)
  for (const name of builtinModules) forgetGlobal(name)
}

/** Built-in modules whose names are globals of every program. */
const trueGlobals = ['console', 'crypto', 'process']

/** `-e` makes a global of every built-in module. */
function forgetGlobal(name: string): void {
  const property = Object.getOwnPropertyDescriptor(globalThis, name)
  if (property?.get && !property.enumerable && !trueGlobals.includes(name)) Reflect.deleteProperty(globalThis, name)
}

/** A worker inherits the flags of its process, which here are the launcher's; an empty list gives it none. */
function hideFromWorkers(workers: Threads): void {
  workers.Worker = new Proxy(workers.Worker, {
    construct: (Worker, [file, options, ...rest], target) =>
      Reflect.construct(Worker, [file, {execArgv: [], ...(options as object)}, ...rest], target),
  })
}

const trampoline = 'if [ -p "$1" ]; then exec 9<>"$1"; fi; if [ -p "$2" ]; then exec 8>"$2"; fi; shift 2; exec "$@"'

function replace({args, env, live, session, words}: Start, program: string): void {
  // Node ignores these two; a signal that is caught, unlike one that is ignored, is back to its default after execve.
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, () => {})
  const command = [resolve(program), ...words.slice(1), ...args]
  // Some shells drop variables whose names are not theirs; env(1) then carries all of them as words.
  const plain = Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name))
  const carried = plain ? command : ['/usr/bin/env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command]
  silenceWarnings()
  process.execve?.('/bin/sh', ['sh', '-c', trampoline, 'sh', live.path, session ?? '', ...carried], env)
}

/** execve announces on each use that it is experimental. */
function silenceWarnings(): void {
  process.emitWarning = () => {}
}

const forwarded = ['SIGHUP', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const
const firstHold = 200

function startChild({args, env, live, session, words}: Start, program: string): void {
  const stdio = ['inherit' as const, 'inherit' as const, 'inherit' as const, ...Array(firstHold - 3).fill('ignore' as const)]
  const inherited = [live.fd, session === undefined ? undefined : openSync(session, 'w')].filter((fd) => fd !== undefined)
  // Listened to before the child exists: it may be told to end as soon as it does.
  for (const signal of forwarded) process.on(signal, () => child.kill(signal))
  // A terminal sends these to the application too; sending them on would deliver them twice.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of fromTerminal) process.on(signal, () => terminal || child.kill(signal))
  const child: ChildProcess = spawn(program, [...words.slice(1), ...args], {env, stdio: [...stdio, ...inherited]})
  child.on('error', (error) => {
    writeSync(2, `start ${program}: ${error.message} (EFLAVOR_COMMAND)\n`)
    process.exit(new PackageError('EFLAVOR_COMMAND', '').launcherExit)
  })
  child.on('exit', (code, signal) => (signal === null ? process.exit(code ?? 1) : endBy(signal)))
}

/** Ends as the application ended, so that the caller sees the same. */
function endBy(signal: NodeJS.Signals): void {
  restoreDefault(signal)
  process.kill(process.pid, signal)
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000)
}

/** Node gives a signal its default action when the last listener goes, also one that it ignores from its start on. */
function restoreDefault(signal: NodeJS.Signals): void {
  try {
    process.on(signal, () => {})
  } catch {
    // SIGKILL and SIGSTOP have no listeners.
  }
  process.removeAllListeners(signal)
}
