/**
 * The first manifest of a project: looks at what is in a directory, and writes down with comments what is most likely
 * meant. What it writes always loads, apart from a program that must be built first; `next` says so.
 */
import {access, constants, readdir, readFile, stat} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {stringify} from 'yaml'
import {manifestSchema} from './schema.ts'
import {joinWords} from './words.ts'

export type ProjectKind = 'binary' | 'generic' | 'node' | 'python' | 'static'

export interface Starter {
  readonly kind: ProjectKind
  /** What gave it away: `package.json with bin`. */
  readonly sign: string
  /** The manifest. */
  readonly text: string
  /** Command lines to type next, in order; the last one packs. */
  readonly next: readonly string[]
}

/** What differs between one kind of project and another. */
interface Draft {
  readonly kind: ProjectKind
  readonly sign: string
  readonly name: string | undefined
  readonly version: string | undefined
  /** Where `name` and `version` can stay, because the manifest takes them from there. */
  readonly inPackageJson?: boolean
  readonly command: readonly string[]
  readonly commandNote?: string
  readonly set?: Readonly<Record<string, string>>
  readonly slot: {readonly id: string; readonly purpose: string; readonly source: string; readonly target: string}
  readonly slotNote?: string
  readonly exclude?: readonly string[]
  readonly more?: readonly string[]
  readonly before?: readonly string[]
}

type Look = (directory: string) => Promise<Draft | undefined>

export async function starterFor(directory: string): Promise<Starter> {
  const looks: readonly Look[] = [lookForNode, lookForPython, lookForCargo, lookForGo, lookForPages, lookForExecutable]
  for (const look of looks) {
    const draft = await look(directory)
    if (draft) return starter(draft, directory)
  }
  return starter(await lookForScript(directory), directory)
}

// --- what a project looks like ---------------------------------------------------------------------------------------

async function lookForNode(directory: string): Promise<Draft | undefined> {
  const json = await readPackageJson(directory)
  if (json === undefined) return undefined
  const [sign, main] = await nodeEntry(json, directory)
  if (main === undefined) return undefined
  const dependencies = Object.keys(json.dependencies ?? {}).length > 0
  const installed = await exists(join(directory, 'node_modules'))
  const lock = await exists(join(directory, 'package-lock.json'))
  return {
    before: dependencies && !installed ? [lock ? 'npm ci --omit=dev' : 'npm install --omit=dev'] : [],
    command: ['node', `{workenv}/app/${main.replace(/^\.\//, '')}`],
    exclude: await present(directory, ['.github', '.vscode', 'coverage', 'docs', 'test', 'tests']),
    inPackageJson: true,
    kind: 'node',
    name: text(json.name),
    sign,
    slot: {id: 'app', purpose: 'application-code', source: '.', target: 'app'},
    slotNote: dependencies ? 'node_modules goes along; `npm ci --omit=dev` keeps it small' : 'the whole project',
    version: text(json.version),
  }
}

async function nodeEntry(json: PackageJson, directory: string): Promise<readonly [string, string | undefined]> {
  const bin = typeof json.bin === 'string' ? json.bin : (json.bin?.[text(json.name) ?? ''] ?? Object.values(json.bin ?? {})[0])
  if (typeof bin === 'string') return ['package.json with bin', bin]
  if (typeof json.main === 'string') return ['package.json with main', json.main]
  return ['package.json and index.js', (await exists(join(directory, 'index.js'))) ? 'index.js' : undefined]
}

const pythonMarks = ['pyproject.toml', 'requirements.txt', 'setup.py']

async function lookForPython(directory: string): Promise<Draft | undefined> {
  const [sign] = await present(directory, pythonMarks)
  if (sign === undefined) return undefined
  const toml = (await read(join(directory, 'pyproject.toml'))) ?? ''
  const program = await pythonProgram(toml, directory)
  return {
    command: ['python3', ...program.words],
    ...(program.sure ? {} : {commandNote: 'change this to the script that starts the application: there is no main.py'}),
    // Its own slot, as the comments have it: also one that is made after this.
    exclude: ['__pycache__', '.venv', ...(await present(directory, ['.tox', '.pytest_cache', 'docs', 'tests', 'venv']))],
    kind: 'python',
    more: [
      '  # Dependencies: a virtual environment comes along as a slot of its own, its python3 first on PATH',
      '  # (made with: python3 -m venv --copies .venv).',
      '  # - id: venv',
      '  #   purpose: python-environment',
      '  #   source: .venv',
    ],
    name: tomlText(toml, 'project', 'name'),
    ...(program.path === undefined ? {} : {set: {PYTHONPATH: program.path}}),
    sign,
    slot: {id: 'app', purpose: 'application-code', source: '.', target: 'app'},
    version: tomlText(toml, 'project', 'version'),
  }
}

interface PythonProgram {
  readonly words: readonly string[]
  /** For PYTHONPATH, when it runs as a module. */
  readonly path?: string
  readonly sure: boolean
}

async function pythonProgram(toml: string, directory: string): Promise<PythonProgram> {
  const [script] = await present(directory, ['__main__.py', 'main.py', 'app.py', 'cli.py'])
  const entry = /^[^#\n=]+=\s*["']([\w.]+):(\w+)["']/m.exec(tomlTable(toml, 'project.scripts'))
  if (entry) {
    const [, module = '', run = ''] = entry
    const inSrc = await exists(join(directory, 'src', module.split('.')[0] ?? ''))
    const words = ['-c', `import sys; from ${module} import ${run}; sys.exit(${run}())`]
    return {path: inSrc ? '{workenv}/app/src' : '{workenv}/app', sure: true, words}
  }
  for (const root of ['.', 'src']) {
    const [module] = await packagesWithMain(join(directory, root))
    if (module !== undefined && script === undefined) {
      return {path: root === '.' ? '{workenv}/app' : '{workenv}/app/src', sure: true, words: ['-m', module]}
    }
  }
  return {sure: script !== undefined, words: [`{workenv}/app/${script ?? 'main.py'}`]}
}

async function packagesWithMain(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => [])
  return await keep(names.sort(), (name) => exists(join(directory, name, '__main__.py')))
}

async function lookForCargo(directory: string): Promise<Draft | undefined> {
  const toml = await read(join(directory, 'Cargo.toml'))
  const name = toml && tomlText(toml, 'package', 'name')
  if (!toml || !name) return undefined
  const source = `target/release/${name}`
  const before = (await exists(join(directory, source))) ? [] : ['cargo build --release']
  return {...binary(name, source), before, sign: 'Cargo.toml', version: tomlText(toml, 'package', 'version')}
}

async function lookForGo(directory: string): Promise<Draft | undefined> {
  const module = /^module\s+(\S+)/m.exec((await read(join(directory, 'go.mod'))) ?? '')?.[1]
  if (module === undefined) return undefined
  const name = module
    .replace(/\/v\d+$/, '')
    .split('/')
    .at(-1) as string
  const [built] = await keep([name, `bin/${name}`, `dist/${name}`], (path) => isProgram(join(directory, path)))
  return {...binary(name, built ?? name), before: built === undefined ? [`go build -o ${name} .`] : [], sign: 'go.mod'}
}

async function lookForPages(directory: string): Promise<Draft | undefined> {
  const [page] = await present(directory, ['dist/index.html', 'build/index.html', 'public/index.html', 'index.html'])
  if (page === undefined) return undefined
  const json = await readPackageJson(directory)
  return {
    command: ['python3', '-m', 'http.server', '--directory', '{workenv}/site'],
    commandNote: 'pages need something that serves or shows them; this serves them on port 8000',
    inPackageJson: json !== undefined,
    kind: 'static',
    name: text(json?.name),
    sign: page,
    slot: {id: 'site', purpose: 'static-resources', source: page === 'index.html' ? '.' : page.replace('/index.html', ''), target: 'site'},
    version: text(json?.version),
  }
}

async function lookForExecutable(directory: string): Promise<Draft | undefined> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort()
  const programs = await keep(names, (name) => isProgram(join(directory, name)))
  const [first] = programs
  const program = programs.find((name) => name === basename(directory)) ?? first
  return program === undefined ? undefined : {...binary(program, program), sign: `the program ${program}`}
}

function binary(name: string, source: string): Draft {
  return {
    command: [`{workenv}/bin/${name}`],
    kind: 'binary',
    name,
    sign: source,
    slot: {id: 'program', purpose: 'native-binary', source, target: `bin/${name}`},
    slotNote: 'a program of the kind this machine runs: build it for each target you pack for',
    version: undefined,
  }
}

/** What is left: a script, there already or to be written, so that the first package runs. */
async function lookForScript(directory: string): Promise<Draft> {
  const [script] = await present(directory, ['start.sh', 'run.sh', 'main.sh'])
  return {
    before: script === undefined ? ["echo 'echo hello' > start.sh"] : [],
    command: ['sh', `{workenv}/app/${script ?? 'start.sh'}`],
    commandNote: 'what runs; {workenv} is where the slots appear',
    kind: 'generic',
    name: undefined,
    sign: script ?? 'nothing it knows',
    slot: {id: 'app', purpose: 'application-code', source: '.', target: 'app'},
    slotNote: 'the whole directory',
    version: undefined,
  }
}

// --- the manifest ----------------------------------------------------------------------------------------------------

function starter(draft: Draft, directory: string): Starter {
  const name = usable('name', draft.name) ?? usable('name', basename(directory).replaceAll(/[^\w.-]+/g, '-')) ?? 'app'
  const lines = [...head(draft, name), '', ...commandLines(draft), '', ...slotLines(draft), ...(draft.more ?? []), '', ...tail]
  return {
    kind: draft.kind,
    next: [...(draft.before ?? []), 'flavor pack'],
    sign: draft.sign,
    text: `${lines.join('\n')}\n`,
  }
}

function head({inPackageJson, kind, name, version}: Draft, chosen: string): readonly string[] {
  const known = {name: usable('name', name?.replace(/^@[^/]*\//, '')), version: usable('version', version)}
  const from = inPackageJson ? (['name', 'version'] as const).filter((key) => known[key] !== undefined) : []
  const note = from.length > 0 ? [`# ${from.join(' and ')} come${from.length > 1 ? '' : 's'} from package.json.`] : []
  return [
    `# How this ${kinds[kind]} becomes one signed file that runs: \`flavor pack\` reads this.`,
    '# Every key is explained by `flavor schema`.',
    '',
    ...note,
    ...(from.includes('name') ? [] : [`name: ${scalar(known.name ?? chosen)}`]),
    ...(from.includes('version') ? [] : [`version: ${scalar(known.version ?? '0.1.0')}`]),
  ]
}

const kinds: Readonly<Record<ProjectKind, string>> = {
  binary: 'program',
  generic: 'project',
  node: 'Node project',
  python: 'Python project',
  static: 'site',
}

function commandLines({command, commandNote, set = {}}: Draft): readonly string[] {
  const variables = Object.entries(set).map(([name, value]) => `    ${name}: ${scalar(value)}`)
  return [
    ...(commandNote === undefined ? [] : [`# ${commandNote.charAt(0).toUpperCase()}${commandNote.slice(1)}.`]),
    `command: ${scalar(joinWords(command))}`,
    ...(variables.length > 0 ? ['env:', '  set:', ...variables] : []),
  ]
}

function slotLines({exclude = [], slot, slotNote}: Draft): readonly string[] {
  const note = slotNote === undefined ? '' : `  # ${slotNote}`
  return [
    'slots:',
    `  - id: ${slot.id}`,
    `    purpose: ${slot.purpose}`,
    `    source: ${scalar(slot.source)}${note}`,
    `    target: ${scalar(slot.target)}  # where it appears: {workenv}/${slot.target}`,
    ...(exclude.length > 0 ? [`    exclude: [${exclude.map((name) => scalar(name.includes('__') ? name : `/${name}`)).join(', ')}]`] : []),
  ]
}

const tail = [
  '# More, with what is meant when nothing is said:',
  '# launcher: auto          # the first available of rust, go, node',
  '# output: dist/<name>',
  '# env: {unset: [], pass: [], map: {}, set: {}}',
]

function scalar(value: string): string {
  return stringify(value, {lineWidth: 0}).trimEnd()
}

/** The word, if a manifest may have it for that key. */
function usable(key: 'name' | 'version', word: string | undefined): string | undefined {
  const {pattern = ''} = manifestSchema.properties?.[key] ?? {}
  return word !== undefined && word !== '' && new RegExp(pattern, 'u').test(word) ? word : undefined
}

// --- files -----------------------------------------------------------------------------------------------------------

interface PackageJson {
  readonly bin?: string | Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, unknown>>
  readonly main?: unknown
  readonly name?: unknown
  readonly version?: unknown
}

/** Undefined when there is none, or none that could be read: another look may know better. */
async function readPackageJson(directory: string): Promise<PackageJson | undefined> {
  try {
    return (JSON.parse((await read(join(directory, 'package.json'))) ?? '') as PackageJson | null) ?? undefined
  } catch {
    return undefined
  }
}

/** Lines of one table of a TOML file; enough to find a name in it, and no more is wanted. */
function tomlTable(toml: string, table: string): string {
  const rest = toml.split(/\r?\n/)
  const start = rest.findIndex((line) => line.trim() === `[${table}]`)
  if (start === -1) return ''
  const end = rest.findIndex((line, index) => index > start && line.startsWith('['))
  return rest.slice(start + 1, end === -1 ? undefined : end).join('\n')
}

function tomlText(toml: string, table: string, key: string): string | undefined {
  return new RegExp(`^${key}\\s*=\\s*["']([^"'\\n]+)["']`, 'm').exec(tomlTable(toml, table))?.[1]
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

async function present(directory: string, names: readonly string[]): Promise<readonly string[]> {
  return await keep(names, (name) => exists(join(directory, name)))
}

async function keep(names: readonly string[], test: (name: string) => Promise<boolean>): Promise<readonly string[]> {
  const kept = await Promise.all(names.map(test))
  return names.filter((_, index) => kept[index])
}

async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true && (found.mode & 0o111) !== 0
}

async function exists(path: string): Promise<boolean> {
  return await access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}
