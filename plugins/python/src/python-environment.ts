/**
 * A Python environment. Taken as given where the source is one: a virtual one (it has a pyvenv.cfg), or a whole installation
 * with the same folders. Else built from what the options, the source or the project say (`recipe.ts`): a whole installation
 * that needs nothing but glibc, on Linux and for the system that packs.
 *
 * Its folder of programs comes first on PATH. Of the variables that would lead Python elsewhere none can be removed by a slot,
 * so that PYTHONPATH and PYTHONHOME become empty, which Python takes for not set; what the manifest sets itself wins.
 */
import {existsSync} from 'node:fs'
import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import type {EnvironmentAddition, PrepareContext, Problem, SlotContent, SlotDeclaration, SlotPurpose} from '@flavor/contract'
import {buildEnvironment} from './build.ts'
import {optionProblems, recipeOf, recipeProblems, unknownOption} from './recipe.ts'

async function check(slot: SlotDeclaration): Promise<readonly Problem[]> {
  if (await isEnvironment(slot)) return [...(await sourceProblems(slot)), ...Object.keys(slot.options).map(unknownOption)]
  const options = optionProblems(slot)
  if (options.length > 0) return options
  const recipe = recipeOf(slot)
  if (recipe === undefined) return await sourceProblems(slot)
  return [...systemProblems(slot), ...recipeProblems(recipe)]
}

/** What was built elsewhere, or has no sign of what to build from, is left to say for itself. */
async function isEnvironment(slot: SlotDeclaration): Promise<boolean> {
  const {source} = slot
  if (source === undefined) return false
  const signs = ['pyvenv.cfg', join(programs(slot), 'python3'), join(programs(slot), 'python'), join(programs(slot), 'python.exe')]
  if (signs.some((name) => existsSync(join(source, name)))) return true
  return (await isDirectory(join(source, programs(slot)))) && Object.keys(slot.options).length === 0 && recipeOf(slot) === undefined
}

function systemProblems({platform}: SlotDeclaration): readonly Problem[] {
  const here = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux')
    return [
      {hint: 'give it one that was made elsewhere: source: DIR', message: `an environment can be built on Linux only, and this is ${here}`},
    ]
  if (platform === here || platform === 'any-any') return []
  return [
    {
      hint: `pack on ${platform}, give it one that was made there with source: DIR, or leave the slot out with platforms: [${here}]`,
      message: `it cannot be built for ${platform} on ${here}: its interpreter and wheels are those of this system`,
    },
  ]
}

async function sourceProblems(slot: SlotDeclaration): Promise<readonly Problem[]> {
  const {source} = slot
  const hint = 'say what to build from: options: {requirements: requirements.txt}, or give an environment: source: DIR'
  if (source === undefined)
    return [{hint, message: 'it has no source, and there is no pyproject.toml or requirements.txt beside the manifest'}]
  if (!(await isDirectory(source))) return [{hint, message: `its source ${source} is no directory, and no file to build from`}]
  if (await isDirectory(join(source, programs(slot)))) return []
  return [{hint, message: `its source ${source} has no ${programs(slot)} directory, no pyproject.toml and no requirements.txt`}]
}

async function prepare(slot: SlotDeclaration, scratch: string, context: PrepareContext): Promise<SlotContent> {
  if (slot.source !== undefined && (await isEnvironment(slot))) return {kind: 'directory', path: slot.source}
  const recipe = recipeOf(slot)
  if (recipe === undefined) throw new Error(`slot ${slot.id}: ${(await sourceProblems(slot))[0]?.message}`)
  return {kind: 'directory', path: await buildEnvironment(recipe, slot.project, {...context, scratch})}
}

function environment(slot: SlotDeclaration): EnvironmentAddition {
  const path = [slot.target === '' ? programs(slot) : `${slot.target}/${programs(slot)}`]
  const virtual = slot.source !== undefined && existsSync(join(slot.source, 'pyvenv.cfg'))
  // Its files may be shared and are never written to, so that modules cannot be compiled into it either.
  const set = {PYTHONDONTWRITEBYTECODE: '1', PYTHONHOME: '', PYTHONNOUSERSITE: '1', PYTHONPATH: ''}
  return virtual ? {path, set: {...set, VIRTUAL_ENV: slot.target === '' ? '{workenv}' : `{workenv}/${slot.target}`}} : {path, set}
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
