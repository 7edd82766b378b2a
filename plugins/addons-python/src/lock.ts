/** What follows from a change of the dependencies: the lock of uv is made anew where there is uv; all else is for the user to type. */
import type {ManagerContext, ProjectView, Step} from '@flavor/contract'
import type {ProjectFiles} from './project-files.ts'
import type {Requirement} from './requirement.ts'

/** Besides those that uv reads where a project is alone. */
const read = ['pyproject.toml', 'uv.lock', 'uv.toml', '.python-version']

export async function afterwards(
  change: 'add' | 'remove',
  path: string,
  {name}: Requirement,
  files: ProjectFiles,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const [locks, suggest] = [await project.list('.'), (command: string): Step => ({command, kind: 'suggest'})]
  if (path === 'pyproject.toml' && locks.includes('uv.lock')) {
    const reads = files.pyproject?.alone ? {reads: read} : {}
    const lock: readonly Step[] = (await context.has('uv')) ? [{command: ['uv', 'lock'], kind: 'run', writes: ['uv.lock'], ...reads}] : []
    return [...lock, suggest('uv sync')]
  }
  for (const tool of ['poetry', 'pdm'] as const)
    if (path === 'pyproject.toml' && locks.includes(`${tool}.lock`)) return [suggest(`${tool} lock`), suggest(`${tool} sync`)]
  if (change === 'remove') return [suggest(`pip uninstall ${name}`)]
  return [suggest(path === 'requirements.txt' ? 'pip install -r requirements.txt' : 'pip install -e .')]
}
