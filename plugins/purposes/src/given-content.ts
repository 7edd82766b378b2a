/** The code of every purpose that takes a file or a directory as it is: the purposes differ in their facts alone. */
import {stat} from 'node:fs/promises'
import type {Problem, SlotContent, SlotDeclaration, SlotPurpose} from '@flavor/contract'

/** Why the slot's source cannot be its content; empty when it can. */
export async function sourceProblems(slot: SlotDeclaration): Promise<readonly Problem[]> {
  if (slot.source === undefined) return [{hint: 'add `source:` with a file or a directory', message: 'it has no source'}]
  const kind = await kindOf(slot.source)
  if (kind === 'missing') return [{hint: 'correct `source:`, or build it first', message: `its source ${slot.source} does not exist`}]
  if (kind === 'special') return [{hint: 'point `source:` at one', message: `its source ${slot.source} is neither a file nor a directory`}]
  return []
}

/** One problem for each option: these purposes have none, so it is a key that somebody misspelt. */
export function optionProblems(slot: SlotDeclaration): readonly Problem[] {
  return Object.keys(slot.options).map((key) => ({
    hint: `correct the spelling of \`${key}\`, or remove it`,
    message: `\`${key}\` means nothing here`,
  }))
}

export async function givenContent(slot: SlotDeclaration): Promise<SlotContent> {
  const [problem] = await sourceProblems(slot)
  if (problem || slot.source === undefined) throw new Error(`slot ${slot.id}: ${problem?.message}`)
  return {kind: (await kindOf(slot.source)) === 'directory' ? 'directory' : 'file', path: slot.source}
}

async function kindOf(path: string): Promise<'directory' | 'file' | 'missing' | 'special'> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (!found) return 'missing'
  if (found.isDirectory()) return 'directory'
  return found.isFile() ? 'file' : 'special'
}

const purpose: SlotPurpose = {
  check: async (slot) => [...(await sourceProblems(slot)), ...optionProblems(slot)],
  prepare: givenContent,
}

export default purpose
