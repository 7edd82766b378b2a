/** What is said of an error, whoever raised it: one message, hints, a stable code, and the exit code. */
import {type ExitCode, FlavorError} from './errors.ts'
import {exits} from './format/codes.ts'
import {isPackageError, type PackageError} from './format/errors.ts'
import {printableText} from './text.ts'
import {codeOf} from './unpack/system-error.ts'

export interface Report {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
  readonly exit: number
  readonly stack: string | undefined
}

export interface ReportContext {
  /** Exit code when the error is a package's: 3 in commands whose whole business is to verify. */
  readonly packageExit: ExitCode
  /** Of the command that was misused: `pack`, `workenv list`. */
  readonly command: string
}

export function report(error: unknown, context: ReportContext): Report {
  const stack = error instanceof Error ? error.stack : undefined
  const {hints = [], message, ...others} = words(error, context)
  return {stack, ...others, hints: hints.map(printableText), message: printableText(message)}
}

/** As `--json` shows an error that is one of several. */
export type ErrorSummary = Pick<Report, 'code' | 'hints' | 'message'>

export function summary(error: unknown): ErrorSummary {
  const {code, hints, message} = report(error, {command: '', packageExit: 1})
  return {code, hints, message: [message, ...outputOf(error).map((line) => `  ${line}`)].map(printableText).join('\n')}
}

/** The last words of a program that gave up. */
function outputOf(error: unknown): readonly string[] {
  return error instanceof FlavorError && 'output' in error && Array.isArray(error.output) ? error.output : []
}

type Words = Pick<Report, 'code' | 'exit' | 'message'> & Partial<Report>

function words(error: unknown, {command, packageExit}: ReportContext): Words {
  if (error instanceof FlavorError) return {code: error.code, exit: error.exit, hints: error.hints, message: error.message}
  if (isPackageError(error))
    return {code: error.code, exit: refuses(error) ? packageExit : 1, hints: hintsOf(error), message: error.message}
  if (isUsage(error)) return usage(error, command)
  if (isCommandError(error)) return commandError(error)
  if (isSystemError(error)) return systemError(error)
  return internal(error)
}

const hintsOf = ({hint}: PackageError): readonly string[] => (hint === undefined ? [] : [hint])

/** Was it the package that is wrong? A disk that is full, or a file that is not there, says nothing about it. */
const refuses = ({launcherExit}: PackageError): boolean => launcherExit === exits.format || launcherExit === exits.trust

// --- misuse of the command line, found by oclif's parser -------------------------------------------------------------

const misuse = new WeakSet<object>()

/** Everything that parsing the command line throws is misuse, whatever exit code oclif would give it. */
export function markUsage(error: unknown): void {
  if (isCommandError(error)) misuse.add(error)
}

const isUsage = (error: unknown): error is Error => typeof error === 'object' && error !== null && misuse.has(error)

/** oclif's text is a sentence, perhaps a list or a reason below it, and a word about help that the hint says better. */
function usage(error: Error, command: string): Words {
  const message = error.message.replace(/^Parsing (\S+)\s+(\S)/, (_, flag, first) => `read ${flag}: ${first.toLowerCase()}`)
  const lines = message.split('\n').filter((line) => line !== '' && line !== 'See more help with --help')
  const [first = 'the command line is wrong', ...rest] = lines
  return {
    code: 'EFLAVOR_USAGE',
    exit: 2,
    hints: [...rest, `flavor ${command} --help`],
    message: lowerFirst(first).replace(/[.:]$/, ''),
  }
}

const lowerFirst = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text)

// --- `this.error()` --------------------------------------------------------------------------------------------------

interface CommandError extends Error {
  readonly code?: string
  readonly oclif: {readonly exit?: number}
  readonly suggestions?: readonly string[]
}

const isCommandError = (error: unknown): error is CommandError =>
  error instanceof Error && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null

const commandError = ({code, message, oclif, suggestions}: CommandError): Words => ({
  code: code ?? 'EFLAVOR_FAILED',
  exit: oclif.exit ?? 1,
  hints: suggestions ?? [],
  message,
})

// --- the operating system --------------------------------------------------------------------------------------------

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the quota is used up',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
}

function systemError(error: NodeJS.ErrnoException): Words {
  const code = codeOf(error) ?? ''
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const reason = reasons[code] ?? error.message
  const what = error.path === undefined ? (error.syscall ?? 'the system') : `${error.syscall} ${error.path}`
  return {code: full ? 'EFLAVOR_DISK_FULL' : 'EFLAVOR_IO', exit: 1, message: `${what}: ${reason}`}
}

// --- defects ---------------------------------------------------------------------------------------------------------

function internal(error: unknown): Words {
  const [line = ''] = String(error).split('\n', 1)
  return {code: 'EFLAVOR_INTERNAL', exit: 1, hints: ['this is a defect of flavor; FLAVOR_DEBUG=1 shows where it happened'], message: line}
}
