/** Installs what a recipe asks for into a prefix, and says what is wrong with it when that cannot be done. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {Failure, lastWords} from './failure.ts'
import type {Installer} from './installer.ts'
import type {Interpreter} from './interpreter.ts'
import {copyOfSources, isSourceDirectory} from './project-files.ts'
import {type Recipe, wheelsIn} from './recipe.ts'
import {run} from './run.ts'
import {room, type Workshop} from './workshop.ts'

/** One call of the installer. */
interface Step {
  /** What it installs, for messages. */
  readonly what: string
  readonly args: readonly string[]
  /** Where relative paths begin; the manifest's directory when not said. */
  readonly cwd?: string
}

export interface Trade {
  readonly installer: Installer
  readonly interpreter: Interpreter
  /** Where relative paths in requirements begin: the manifest's directory. */
  readonly project: string
  readonly workshop: Workshop
}

export async function installPackages(recipe: Recipe, prefix: string, trade: Trade): Promise<void> {
  const {installer, project} = trade
  for (const {args, cwd = project, what} of await stepsOf(recipe, trade)) {
    const {code, output} = await installer.installInto(cwd, ['--prefix', prefix], [...sourceOf(recipe), ...args])
    if (code !== 0) throw refusal(installer.name, what, output, recipe)
  }
}

export const asksForPackages = ({lock, packages, project, requirements, wheels}: Recipe): boolean =>
  requirements.length + packages.length > 0 || [lock, project, wheels].some((asked) => asked !== undefined)

async function stepsOf(recipe: Recipe, trade: Trade): Promise<readonly Step[]> {
  const project = recipe.project === undefined ? [] : [projectCopy(recipe.project, recipe.extras, trade.workshop)]
  const packages = recipe.packages.map((name) => (isSourceDirectory(name) ? projectCopy(name, [], trade.workshop) : name))
  const loose = [...recipe.requirements.flatMap((file) => ['-r', file]), ...packages]
  if (recipe.lock !== undefined) return await lockedSteps(recipe, recipe.lock, project, loose, trade)
  const wheels = recipe.wheels !== undefined && loose.length + project.length === 0 ? wheelsIn(recipe.wheels) : []
  return [
    {
      args: [...loose, ...project, ...wheels],
      what: names([...recipe.requirements, ...recipe.packages, ...(recipe.project ? [recipe.project] : []), ...wheels]),
    },
  ]
}

/** What a lock names comes with its hashes; a project has none, and all that it needs is in the lock. */
async function lockedSteps(
  recipe: Recipe,
  lock: string,
  project: readonly string[],
  loose: readonly string[],
  trade: Trade,
): Promise<readonly Step[]> {
  const isUv = basename(lock) === 'uv.lock'
  const file = isUv ? await exportLock(lock, recipe.extras, trade) : lock
  const own =
    isUv && recipe.project !== undefined && !/^\[build-system\]/m.test(readText(join(recipe.project, 'pyproject.toml'))) ? [] : project
  return [
    // uv refuses a list of nothing. In a lock of its own, what lies on this machine has no hashes; it checks all others.
    ...(/^\s*[^#\s]/m.test(readText(file))
      ? [{args: [...(isUv ? [] : ['--require-hashes']), '-r', file], cwd: dirname(lock), what: names([lock])}]
      : []),
    ...(own.length > 0 ? [{args: ['--no-deps', ...own], what: names([recipe.project as string])}] : []),
    ...(loose.length > 0 ? [{args: loose, what: names([...recipe.requirements, ...recipe.packages])}] : []),
  ]
}

async function exportLock(lock: string, extras: readonly string[], {interpreter, workshop}: Trade): Promise<string> {
  const file = join(room(workshop, 'lock'), 'requirements.txt')
  const chosen = extras.flatMap((extra) => ['--extra', extra])
  const form = [
    '--locked',
    '--no-dev',
    '--no-emit-project',
    '--no-editable',
    '--no-header',
    '--no-progress',
    '--color',
    'never',
    '--format',
    'requirements-txt',
  ]
  const {code, stderr, stdout} = await run(
    ['uv', 'export', ...form, ...chosen, '--python', interpreter.executable, '--project', dirname(lock)],
    {cwd: dirname(lock), env: interpreter.env},
  )
  if (code === 127) throw new Failure(`${lock} is read by uv, and there is none on PATH`, 'python3 -m pip install uv')
  if (code !== 0) throw new Failure(`uv cannot use ${lock}`, `uv lock --project ${dirname(lock)}`, lastWords(stderr))
  writeFileSync(file, stdout)
  return file
}

function projectCopy(project: string, extras: readonly string[], workshop: Workshop): string {
  const copy = copyOfSources(project, workshop)
  return extras.length > 0 ? `${copy}[${extras.join(',')}]` : copy
}

function sourceOf({wheels}: Recipe): readonly string[] {
  return wheels === undefined ? [] : ['--no-index', '--find-links', wheels]
}

const readText = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const names = (paths: readonly string[]): string => {
  const [first = '', ...more] = paths.map((path) => (path.startsWith('/') ? basename(path) : path))
  return more.length === 0 ? first : `${first} and ${more.length} more`
}

// --- refusals --------------------------------------------------------------------------------------------------------

function refusal(name: string, what: string, output: string, recipe: Recipe): Failure {
  const alien = alienWheel(output, recipe)
  if (alien !== undefined)
    return new Failure(`${name} cannot install ${what}: ${alien} is for another system`, platformAdvice(recipe), lastWords(output))
  const file = recipe.lock ?? recipe.requirements[0]
  const hint =
    hints.find(([sign]) => sign.test(output))?.[1](recipe) ??
    `see all it says: python3 -m pip install --dry-run ${file === undefined ? (recipe.project ?? what) : `-r ${file}`}`
  return new Failure(`${name} cannot install ${what}${reason(output)}`, hint, lastWords(output))
}

/** The one line that says it all, if there is one. */
function reason(output: string): string {
  const sign = signs.map((known) => known.exec(output)?.[0]).find((found) => found !== undefined)
  return sign === undefined ? '' : `: ${sign.replace(/[.\s]+$/, '').replace(/^ERROR:?\s*/, '')}`
}

const signs: readonly RegExp[] = [
  /\S+\.whl is not a supported wheel on this platform/,
  /No matching distribution found for .*/,
  /THESE PACKAGES DO NOT MATCH THE HASHES/,
  /Hash mismatch for .*/,
  /ResolutionImpossible|No solution found when resolving dependencies/,
  /TOMLDecodeError: .*|TOML parse error at .*/,
]

/** A wheel that would be the one, but for what it was made for: the installers step over it. */
function alienWheel(output: string, {wheels}: Recipe): string | undefined {
  const wanted = /No matching distribution found for ([\w.-]+)|Because ([\w.-]+) has no wheels/.exec(output)
  const name = (wanted?.[1] ?? wanted?.[2])?.replaceAll(/[-_.]+/g, '_').toLowerCase()
  if (wheels === undefined || name === undefined) return undefined
  return wheelsIn(wheels)
    .map((path) => basename(path))
    .find((file) => file.toLowerCase().startsWith(`${name}-`) && !file.endsWith('-any.whl'))
}

type Advice = (recipe: Recipe) => string

const platformAdvice: Advice = ({wheels}) => `take wheels for this system: python3 -m pip download -d ${wheels ?? 'wheels'} NAME`

const hints: readonly (readonly [RegExp, Advice])[] = [
  [/not a supported wheel|no wheels? with a matching|ABI tag|platform tag|is not compatible with the current/i, platformAdvice],
  [
    /DO NOT MATCH THE HASHES|hash mismatch/i,
    () => 'if the change is wanted, write the lock anew: uv lock, or pip-compile --generate-hashes',
  ],
  [/--require-hashes`? mode/i, () => 'give each line its hash: uv pip compile --generate-hashes requirements.in -o requirements.txt'],
  [
    /No matching distribution|No solution found|not found in the (?:package registry|provided)|ResolutionImpossible/,
    ({project, requirements, wheels}) =>
      wheels === undefined
        ? `correct the name or the version in ${requirements[0] ?? (project ? join(project, 'pyproject.toml') : '`packages`')}; python3 -m pip index versions NAME shows what there is`
        : `python3 -m pip download -d ${wheels} ${requirements[0] ? `-r ${requirements[0]}` : 'NAME'}`,
  ],
  [
    /subprocess-exited-with-error|build backend returned|BackendUnavailable/,
    ({project}) => `see all it says: python3 -m pip wheel --no-deps ${project ?? 'NAME'}`,
  ],
  [
    /TOML (?:parse|decode)|TOMLDecode|invalid pyproject|pyproject\.toml\S* (?:is|has|does|cannot|could)/i,
    ({project}) => `correct ${project ? join(project, 'pyproject.toml') : 'pyproject.toml'}`,
  ],
  [/invalid requirement|couldn't parse|expected one of/i, ({requirements}) => `correct ${requirements[0] ?? '`packages`'}`],
]
