/**
 * A Python project, what it needs installed into an environment of its own with the interpreter. Where a pyproject.toml
 * names a script, or FlavorPack's `[tool.flavor]` an entry point, the project is installed as well and that is what runs;
 * else its files go along as they are, and a package with `__main__.py` or a script of the usual names runs.
 */
import {join} from 'node:path'
import {manifestInvalid} from '../errors.ts'
import {type PyProject, readPyProject} from './pyproject.ts'
import {type Draft, type DraftSlot, isCommandName} from './starter-draft.ts'
import {exists, keep, namesIn, present} from './starter-files.ts'

const environment = 'venv'
const python = `{workenv}/${environment}/bin/python3`

/** Throws EFLAVOR_MANIFEST for a pyproject.toml that cannot be understood. */
export async function lookForPython(directory: string): Promise<Draft | undefined> {
  const [sign] = await present(directory, ['pyproject.toml', 'requirements.txt', 'setup.py'])
  if (sign === undefined) return undefined
  const project = await readPyProject(directory)
  if (project && project.problems.length > 0) throw manifestInvalid(project.problems, directory)
  const command = project?.command(environment)
  if (project && command) return installed(project, command)
  return await asItIs(directory, sign, project)
}

function installed(project: PyProject, command: readonly string[]): Draft {
  const others = project.otherScripts.filter(isCommandName).map((name) => [name, [`{workenv}/${environment}/bin/${name}`]] as const)
  return {
    ...identity(project),
    commands: {default: command, ...Object.fromEntries(others)},
    env: project.env,
    file: 'pyproject.toml',
    kind: 'python',
    sign: project.flavorpack ? 'pyproject.toml with [tool.flavor]' : 'pyproject.toml with scripts',
    slots: [environmentSlot(project.options, 'Python with the project and what it needs installed')],
    weight: project.flavorpack ? 2 : 1,
  }
}

async function asItIs(directory: string, sign: string, project: PyProject | undefined): Promise<Draft> {
  const program = await programIn(directory)
  const options = await needsOf(directory, project)
  return {
    ...identity(project),
    ...(program.words === undefined ? {lacks: noProgram} : {}),
    ...(options === undefined ? {before: ['touch requirements.txt'], lacks: 'nothing says what it needs installed'} : {}),
    commands: {default: [python, ...(program.words ?? ['{workenv}/app/main.py'])]},
    ...(program.words === undefined ? {commandNote: 'change this to what starts the application: there is no main.py'} : {}),
    ...(program.path === undefined ? {} : {env: {set: {PYTHONPATH: program.path}}}),
    file: sign,
    kind: 'python',
    sign,
    slots: [
      environmentSlot(options ?? {requirements: 'requirements.txt'}, 'Python with what it needs installed'),
      await applicationSlot(directory),
    ],
    weight: program.words === undefined ? -1 : 0,
  }
}

const noProgram = 'it names no program: it has no [project.scripts], no package with __main__.py and no main.py'

function identity(project: PyProject | undefined): Pick<Draft, 'description' | 'name' | 'version'> {
  return {description: project?.description, name: project?.name, version: project?.version}
}

function environmentSlot(options: DraftSlot['options'] & object, note: string): DraftSlot {
  return {id: 'python', note, options, purpose: 'python-environment', target: environment}
}

async function applicationSlot(directory: string): Promise<DraftSlot> {
  const unneeded = await present(directory, ['.github', '.tox', '.pytest_cache', '.vscode', 'docs', 'tests', 'venv'])
  return {
    exclude: ['__pycache__', '/.venv', '/flavor.yaml', ...unneeded.map((name) => `/${name}`)],
    id: 'app',
    purpose: 'application-code',
    source: '.',
    target: 'app',
  }
}

/** Requirements that are written down go before a project that could be installed: its files are here as they are. */
async function needsOf(directory: string, project: PyProject | undefined): Promise<DraftSlot['options']> {
  if (await exists(join(directory, 'requirements.txt'))) return {requirements: 'requirements.txt'}
  const installable = project?.name !== undefined || (await exists(join(directory, 'setup.py')))
  return installable ? {project: '.'} : undefined
}

interface Program {
  /** Behind the interpreter. */
  readonly words?: readonly string[]
  /** For PYTHONPATH, when it runs as a module. */
  readonly path?: string
}

async function programIn(directory: string): Promise<Program> {
  const [script] = await present(directory, ['__main__.py', 'main.py', 'app.py', 'cli.py'])
  if (script !== undefined) return {words: [`{workenv}/app/${script}`]}
  for (const [root, path] of [
    ['.', '{workenv}/app'],
    ['src', '{workenv}/app/src'],
  ] as const) {
    const [module] = await keep(await namesIn(join(directory, root)), (name) => exists(join(directory, root, name, '__main__.py')))
    if (module !== undefined) return {path, words: ['-m', module]}
  }
  return {}
}
