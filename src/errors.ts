/**
 * The catalogue of everything that flavor itself can say went wrong. One function an error, in alphabetical order of
 * their codes; each gives a `FlavorError` with a stable code, an exit code, and hints that can be typed.
 *
 * Messages: lower case, no full stop, what was attempted, on what, and why it failed. Errors of packages and of their
 * format are not here: they are rows of `format/errors.json`, raised as `PackageError`.
 */
import {relative} from 'node:path'
import type {ManifestProblem} from './project/plan.ts'

/** 0 done, 1 failed, 2 misused, 3 a package did not verify; 128 and the signal that has ended the work. */
export type ExitCode = 1 | 2 | 3 | 129 | 130 | 143

export interface ErrorFacts {
  readonly code: `EFLAVOR_${string}`
  readonly exit?: ExitCode
  /** Each a sentence or a command line; shown on a line of its own. */
  readonly hints?: readonly string[]
  readonly cause?: unknown
}

export class FlavorError extends Error {
  readonly code: `EFLAVOR_${string}`
  readonly exit: ExitCode
  readonly hints: readonly string[]

  constructor(message: string, {cause, code, exit = 1, hints = []}: ErrorFacts) {
    super(message, cause === undefined ? undefined : {cause})
    this.name = 'FlavorError'
    this.code = code
    this.exit = exit
    this.hints = hints
  }
}

/** Several offers answer to one word, or claim one operation byte. `claims` are qualified ids: `@acme/plugin-x:gzip`. */
export function capabilityConflict(what: string, kind: string, word: string, claims: readonly string[]): FlavorError {
  const [first = ''] = claims
  return new FlavorError(`choose ${what} ${word}: ${claims.join(' and ')} are in conflict`, {
    code: 'EFLAVOR_CAPABILITY_CONFLICT',
    hints: [
      `say which plugin in the manifest: prefer: {${kind}: {${word}: "${first.slice(0, first.lastIndexOf(':'))}"}}`,
      `or name one in full: ${claims.join(' or ')}`,
    ],
  })
}

export interface CapabilityHelp {
  /** Ids that could be chosen instead. */
  readonly available: readonly string[]
  /** Plugins that may have offered it, had they not failed; one line each. */
  readonly failures: readonly string[]
  /** The plugin that offers it, as one types it. */
  readonly install: string | undefined
}

export function capabilityMissing(what: string, word: string, {available, failures, install}: CapabilityHelp): FlavorError {
  const choice = available.length === 0 ? `no ${what} is installed` : `available: ${[...new Set(available)].join(', ')}`
  return new FlavorError(`find ${what} ${word}: no plugin offers it`, {
    code: 'EFLAVOR_CAPABILITY_MISSING',
    hints: [...failures, install === undefined ? choice : `flavor plugins install ${install}`],
  })
}

/** A manifest that cannot be used. `problems` are in the order of reading; paths are shown as seen from `cwd`. */
export function manifestInvalid(problems: readonly ManifestProblem[], cwd: string): FlavorError {
  const [first] = problems
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  const lines = problemLines(problems, cwd)
  return new FlavorError([`read the manifest ${first ? shownFrom(cwd, first.at.file) : ''}: ${count}`, ...lines].join('\n'), {
    code: 'EFLAVOR_MANIFEST',
  })
}

/** One line each, as editors and `grep -n` write them, with its hint below. */
export function problemLines(problems: readonly ManifestProblem[], cwd: string): readonly string[] {
  const lines = problems.slice(0, mostProblems).flatMap(({at, hint, message, path}) => {
    const place = [shownFrom(cwd, at.file), at.line, at.column].filter((part) => part !== undefined).join(':')
    return [`${place} ${path === '' ? '' : `${path} `}${message}`, ...(hint === undefined ? [] : [`    ${hint}`])]
  })
  const more = problems.length - mostProblems
  return [...lines.map(shortened), ...(more > 0 ? [`and ${more} more`] : [])]
}

/** A stranger's document may have any number of problems, and keys of any length. */
const mostProblems = 100
const longestLine = 1000

function shortened(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine)} …` : line
}

function shownFrom(cwd: string, file: string): string {
  if (file.includes('://')) return file
  const path = relative(cwd, file)
  return path.startsWith('..') ? file : path
}

export function manifestExists(file: string): FlavorError {
  return new FlavorError(`write flavor.yaml: there is a manifest already, ${file}`, {
    code: 'EFLAVOR_MANIFEST_EXISTS',
    hints: ['flavor init --force writes a new one in spite of it'],
  })
}

/** `where` continues “there is none …”. */
export function manifestNotFound(where: string): FlavorError {
  return new FlavorError(`find a manifest: there is none ${where}`, {
    code: 'EFLAVOR_MANIFEST_NOT_FOUND',
    hints: ['flavor init writes one for the project it finds', 'flavor pack --manifest FILE names one that is elsewhere'],
  })
}

/** Nothing says what to pack: neither a manifest nor a project of a kind that is known. */
export function projectUnknown(cwd: string, looked: readonly string[]): FlavorError {
  const lines = looked.map((what) => `  ${what}`)
  return new FlavorError([`find a manifest: there is none in ${cwd}, nor a project that needs none; looked for`, ...lines].join('\n'), {
    code: 'EFLAVOR_MANIFEST_NOT_FOUND',
    hints: ['flavor init writes a manifest to begin with', 'flavor pack --manifest FILE names one that is elsewhere'],
  })
}

/** `before`: what to type first. */
export function projectUnready(sign: string, lacks: string, before: readonly string[]): FlavorError {
  return new FlavorError(`pack what ${sign} says: ${lacks}`, {
    code: 'EFLAVOR_PROJECT',
    hints: before.length > 0 ? [before.join(' && ')] : ['flavor init writes a manifest; name in it what runs'],
  })
}
