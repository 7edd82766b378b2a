/**
 * A Python environment: a virtual one (it has a pyvenv.cfg), or a whole installation with the same folders. Taken as
 * given; its folder of programs comes first on PATH, and VIRTUAL_ENV names a virtual one, as activating it would.
 */
import {existsSync} from 'node:fs'
import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import type {EnvironmentAddition, Problem, SlotContent, SlotDeclaration, SlotPurpose} from '@flavor/contract'

async function check(slot: SlotDeclaration): Promise<readonly Problem[]> {
  const unknown = Object.keys(slot.options).map((key) => ({
    hint: `correct the spelling of \`${key}\`, or remove it`,
    message: `\`${key}\` means nothing here`,
  }))
  return [...(await sourceProblems(slot)), ...unknown]
}

async function sourceProblems(slot: SlotDeclaration): Promise<readonly Problem[]> {
  const {source} = slot
  if (source === undefined) return [{hint: 'add `source:` with the directory of the environment', message: 'it has no source'}]
  if (!(await isDirectory(source)))
    return [{hint: 'make it with: python3 -m venv --copies DIR', message: `its source ${source} is no directory`}]
  if (await isDirectory(join(source, programs(slot)))) return []
  return [{hint: 'make it with: python3 -m venv --copies DIR', message: `its source ${source} has no ${programs(slot)} directory`}]
}

async function prepare(slot: SlotDeclaration): Promise<SlotContent> {
  const [problem] = await sourceProblems(slot)
  if (problem || slot.source === undefined) throw new Error(`slot ${slot.id}: ${problem?.message}`)
  return {kind: 'directory', path: slot.source}
}

function environment(slot: SlotDeclaration): EnvironmentAddition {
  const path = [slot.target === '' ? programs(slot) : `${slot.target}/${programs(slot)}`]
  const virtual = slot.source !== undefined && existsSync(join(slot.source, 'pyvenv.cfg'))
  return virtual ? {path, set: {VIRTUAL_ENV: slot.target === '' ? '{workenv}' : `{workenv}/${slot.target}`}} : {path}
}

function programs({platform}: SlotDeclaration): string {
  return platform.startsWith('win32-') ? 'Scripts' : 'bin'
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  return found?.isDirectory() ?? false
}

const purpose: SlotPurpose = {check, environment, prepare}

export default purpose
