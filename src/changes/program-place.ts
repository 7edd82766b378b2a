/**
 * Where a program is: the first of its name on the PATH. Systems without endings look that up themselves when they start one. Windows does not
 * for batch files, as which npm, Composer and Maven come there: those are run by cmd.exe, whose rules of quoting no word is trusted with that
 * means something to it.
 */
import {constants} from 'node:fs'
import {access, stat} from 'node:fs/promises'
import {delimiter, isAbsolute, join, resolve} from 'node:path'
import {changeErrors} from './errors.ts'

/** What can be started without a shell. */
export interface Start {
  readonly file: string
  readonly args: readonly string[]
  /** The words make up one command line as they are. */
  readonly verbatim: boolean
}

/** Undefined where there is none. A program with a slash in it is looked for from `cwd`. */
export async function programPlace(program: string, cwd = process.cwd()): Promise<string | undefined> {
  const isPath = isAbsolute(program) || /[\\/]/.test(program)
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
  const bare = isPath ? [resolve(cwd, program)] : directories.map((directory) => join(directory, program))
  for (const place of bare.flatMap((path) => endings(program).map((ending) => path + ending))) if (await isExecutable(place)) return place
  return undefined
}

/** Beside `npm.cmd` there is an `npm`, which Windows cannot run. */
function endings(program: string): readonly string[] {
  if (process.platform !== 'win32') return ['']
  const known = (process.env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((ending) => ending !== '')
  return known.some((ending) => program.toLowerCase().endsWith(ending.toLowerCase())) ? [''] : known
}

async function isExecutable(path: string): Promise<boolean> {
  const usable = access(path, constants.X_OK).then(async () => (await stat(path)).isFile())
  return await usable.catch(() => false)
}

/** Throws EFLAVOR_COMMAND where there is no such program, as far as that is known before it is started. */
export async function startOf([program = '', ...args]: readonly string[], cwd: string): Promise<Start> {
  if (process.platform !== 'win32') return {args, file: program, verbatim: false}
  const place = await programPlace(program, cwd)
  if (place === undefined) throw changeErrors.commandMissing(program)
  return /\.(?:bat|cmd)$/i.test(place) ? batchStart(place, args) : {args, file: place, verbatim: false}
}

/** They would end the quotes, name a variable, or join two commands. A backslash at the end would take the quote with it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line break ends a command.
const delicate = /["%!^&|<>\u0000-\u001f]|\\$/

export function batchStart(place: string, args: readonly string[]): Start {
  const words = [place, ...args]
  const word = words.find((one) => delicate.test(one))
  if (word !== undefined) throw changeErrors.delicateWord(words, word)
  const line = words.map((one) => `"${one}"`).join(' ')
  return {args: ['/d', '/v:off', '/s', '/c', `"${line}"`], file: process.env.ComSpec ?? 'cmd.exe', verbatim: true}
}
