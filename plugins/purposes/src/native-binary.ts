/**
 * A program for the target platform, or a directory of programs. Catches the commonest mistake with them, which shows
 * otherwise only on somebody else's machine: a program built for another system. What cannot be known here (whether the
 * user's machine has musl) is said, not refused.
 */
import type {Dirent} from 'node:fs'
import {open, readdir} from 'node:fs/promises'
import {join, relative} from 'node:path'
import type {Problem, SlotDeclaration, SlotPurpose} from '@flavor/contract'
import {builtFor, interpreterOf, isProgram, isScript} from './executable.ts'
import {givenContent, optionProblems, sourceProblems} from './given-content.ts'

const headSize = 4096
const usualInterpreter = /^\/lib(?:64)?\/ld-linux[^/]*$/

async function platformProblems({platform, source}: SlotDeclaration): Promise<readonly Problem[]> {
  if (source === undefined) return []
  const files = await filesOf(source)
  if (files.length === 0) return [{message: `its source ${source} is an empty directory`}]
  if (platform === 'any-any') return []
  const problems = await Promise.all(files.map((file) => platformProblem(file, platform)))
  return problems.flatMap((problem) => problem ?? [])
}

async function platformProblem(file: string, platform: string): Promise<Problem | undefined> {
  const built = builtFor(await readHead(file))
  if (built === undefined || built.includes(platform)) return undefined
  const only = built.length === 1 && /^[a-z0-9]+-[a-z0-9]+$/.test(built[0] ?? '') ? `, or say \`platforms: [${built[0]}]\` in the slot` : ''
  return {
    hint: `give the program that was built for ${platform}${only}`,
    message: `its source ${file} is a program for ${built.join(', ')}, and the package is for ${platform}`,
  }
}

/** What the user may want to know, and nobody can decide here. */
async function remarks(source: string, platform: string): Promise<readonly string[]> {
  const files = await filesOf(source)
  const said = await Promise.all(files.map((file) => remark(file, relative(source, file) || source, platform, files.length === 1)))
  return said.flatMap((line) => line ?? [])
}

async function remark(file: string, name: string, platform: string, alone: boolean): Promise<string | undefined> {
  const head = await readHead(file)
  const built = builtFor(head)
  if (platform === 'any-any' && built !== undefined)
    return `${name} is a program for ${built.join(', ')}, and the package is for any system`
  if (platform.startsWith('win32') && isScript(head))
    return `${name} is a script that begins with #!, and Windows starts no such thing by itself`
  const interpreter = interpreterOf(head)
  if (interpreter !== undefined && !usualInterpreter.test(interpreter)) {
    return `${name} runs only where there is ${interpreter}; a static program runs everywhere`
  }
  return alone && !isProgram(head)
    ? `${name} is no program that is known here: ELF, Mach-O, PE, or a script that begins with #!`
    : undefined
}

/** The file itself, or the regular files below the directory. */
async function filesOf(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, {recursive: true, withFileTypes: true}).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  })
  return entries?.filter((entry: Dirent) => entry.isFile()).map(({name, parentPath}) => join(parentPath, name)) ?? [path]
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const {buffer, bytesRead} = await file.read(new Uint8Array(headSize), 0, headSize, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const purpose: SlotPurpose = {
  check: async (slot) => {
    const problems = [...(await sourceProblems(slot)), ...optionProblems(slot)]
    return problems.length > 0 ? problems : platformProblems(slot)
  },
  prepare: async (slot, _scratch, {note}) => {
    for (const line of slot.source === undefined ? [] : await remarks(slot.source, slot.platform)) note(line)
    return givenContent(slot)
  },
}

export default purpose
