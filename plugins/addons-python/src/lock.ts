/** What follows from a change of the dependencies: the lock of uv is made anew where there is uv; all else is for the user to type. */
import type {ManagerContext, ProjectView, Step} from '@flavor/contract'
import type {ProjectFiles} from './project-files.ts'
import type {Requirement} from './requirement.ts'

/** Besides those that uv reads where a project is alone. */
const read = ['pyproject.toml', 'uv.lock', 'uv.toml', '.python-version']

export async function afterwards(
  change: 'add' | 'remove',
  path: string,
  {name, text}: Requirement,
  files: ProjectFiles,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const locks = path === 'pyproject.toml' ? await project.list('.') : []
  if (locks.includes('uv.lock')) return [...(await locking(files, change === 'add' && isAddress(text), context)), suggest('uv sync')]
  for (const tool of ['poetry', 'pdm']) if (locks.includes(`${tool}.lock`)) return [suggest(`${tool} lock`), suggest(`${tool} sync`)]
  if (change === 'remove') return [suggest(`pip uninstall ${name}`)]
  return [suggest(path === 'requirements.txt' ? 'pip install -r requirements.txt' : 'pip install -e .')]
}

/** `name @ https://…` */
function isAddress(requirement: string): boolean {
  return /^[^;@]*@/.test(requirement)
}

/** `foreign`: uv builds what lies behind an address of the addon's, which runs code that nobody else has looked at. */
async function locking({pyproject}: ProjectFiles, foreign: boolean, context: ManagerContext): Promise<readonly Step[]> {
  const step = {command: ['uv', 'lock'], kind: 'run', writes: ['uv.lock'], ...(foreign && ({from: 'addon'} as const))} as const
  if (await context.has('uv')) return [pyproject?.alone ? {...step, reads: read} : step]
  context.note('uv.lock stays as it is, because there is no uv on PATH')
  return []
}

function suggest(command: string): Step {
  return {command, kind: 'suggest'}
}
