/** The directory of a Node application as npm sees it: package.json and npm's lock file, and what they say about installing. */
import {readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {Problem} from '@flavor/contract'

export interface Application {
  readonly directory: string
  /** Names of the files that npm reads, of those that are there. */
  readonly files: readonly string[]
  readonly manifest: Manifest
  readonly lock: Lock
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, unknown>>
  readonly workspaces?: unknown
}

interface Lock {
  readonly packages?: Readonly<Record<string, {readonly dev?: boolean; readonly hasInstallScript?: boolean; readonly link?: boolean}>>
}

/** The first wins, as it does with npm. */
const locks = ['npm-shrinkwrap.json', 'package-lock.json']
const otherLocks = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb']
const writeLock = 'npm install --package-lock-only'
/** What npm runs of the application itself when it installs. */
const installScripts = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare', 'dependencies']

export function applicationProblems(directory: string): readonly Problem[] {
  if (!is(directory, 'directory'))
    return [{hint: 'name a directory with a package.json', message: `its source ${directory} is no directory`}]
  if (!is(join(directory, 'package.json'), 'file'))
    return [{hint: 'npm init --yes', message: `its source ${directory} has no package.json`}]
  const lock = lockOf(directory)
  if (lock === undefined) return [{hint: `in that directory: ${writeLock}`, message: missingLock(directory)}]
  return ['package.json', lock].flatMap((name) => syntaxProblems(join(directory, name)))
}

/** Of a directory without problems. */
export function openApplication(directory: string): Application {
  const lock = lockOf(directory) as string
  return {
    directory,
    files: ['package.json', lock, '.npmrc'].filter((name) => is(join(directory, name), 'file')),
    lock: readJson(join(directory, lock)) as Lock,
    manifest: readJson(join(directory, 'package.json')) as Manifest,
  }
}

/** Then what is installed depends on more than package.json and the lock: a script may read any file, a link leads to one. */
export function installsFromItself({lock, manifest}: Application, scripts: boolean): boolean {
  if (lock.packages === undefined || manifest.workspaces !== undefined) return true
  const packages = Object.entries(lock.packages).filter(([path, {dev}]) => path !== '' && !dev)
  if (packages.some(([, {link}]) => link)) return true
  return scripts && (installScripts.some((name) => manifest.scripts?.[name]) || packages.some(([, {hasInstallScript}]) => hasInstallScript))
}

function missingLock(directory: string): string {
  const other = otherLocks.find((name) => is(join(directory, name), 'file'))
  return other === undefined
    ? `its source ${directory} has no package-lock.json`
    : `its source ${directory} has ${other}, and npm needs a package-lock.json of its own`
}

function lockOf(directory: string): string | undefined {
  return locks.find((name) => is(join(directory, name), 'file'))
}

function syntaxProblems(path: string): readonly Problem[] {
  try {
    const value = readJson(path)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? [] : [{message: `${path} holds no JSON object`}]
  } catch (error) {
    return [{hint: 'correct it, or write it anew with npm', message: `${path} is no JSON: ${(error as Error).message.split('\n', 1)[0]}`}]
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
}

function is(path: string, kind: 'directory' | 'file'): boolean {
  const found = statSync(path, {throwIfNoEntry: false})
  return (kind === 'directory' ? found?.isDirectory() : found?.isFile()) ?? false
}
