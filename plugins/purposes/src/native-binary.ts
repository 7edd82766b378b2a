/**
 * A program for the target platform, or a directory of programs. Catches the commonest mistake with them, which shows
 * otherwise only on somebody else's machine: a program built for another system.
 */
import {open, readdir} from 'node:fs/promises'
import type {Problem, SlotDeclaration, SlotPurpose} from '@flavor/contract'
import {builtFor} from './executable.ts'
import {givenContent, optionProblems, sourceProblems} from './given-content.ts'

const headSize = 4096

async function platformProblems({platform, source}: SlotDeclaration): Promise<readonly Problem[]> {
  if (source === undefined) return []
  const head = await readHead(source)
  if (head === undefined) return (await readdir(source)).length > 0 ? [] : [{message: `its source ${source} is an empty directory`}]
  const built = builtFor(head)
  if (platform === 'any-any' || built === undefined || built.includes(platform)) return []
  return [{hint: `give the program that was built for ${platform}`, message: `its source ${source} is a program for ${built.join(', ')}`}]
}

/** Undefined for a directory. */
async function readHead(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path)
  try {
    if ((await file.stat()).isDirectory()) return undefined
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
  prepare: givenContent,
}

export default purpose
