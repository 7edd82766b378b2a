/** Programs that somebody else compiles: a Cargo or Go project with what it was built to, or an executable file. */
import {basename, join} from 'node:path'
import {parse} from 'smol-toml'
import {type Draft, isCommandName} from './starter-draft.ts'
import {isFile, isProgram, keep, namesIn, readText, text} from './starter-files.ts'

const suffix = process.platform === 'win32' ? '.exe' : ''

/** A program by its name, and where it is built. */
interface Program {
  readonly name: string
  readonly path: string
}

// --- Cargo -----------------------------------------------------------------------------------------------------------

export async function lookForCargo(directory: string): Promise<Draft | undefined> {
  const toml = await readToml(join(directory, 'Cargo.toml'))
  const names = toml && (await cargoPrograms(directory, toml))
  if (toml === undefined || names === undefined || names.length === 0) return undefined
  const programs = names.map((name) => ({name, path: `target/release/${name}${suffix}`}))
  const {description, name, version} = toml.package ?? {}
  return {
    ...(await binaries(directory, programs, 'cargo build --release')),
    description: text(description),
    file: 'Cargo.toml',
    name: text(name) ?? names[0],
    sign: 'Cargo.toml',
    version: text(version),
    weight: 1,
  }
}

interface CargoToml {
  readonly bin?: readonly {readonly name?: unknown}[]
  readonly package?: {
    readonly 'default-run'?: unknown
    readonly description?: unknown
    readonly name?: unknown
    readonly version?: unknown
  }
}

async function readToml(path: string): Promise<CargoToml | undefined> {
  const content = await readText(path)
  try {
    return content === undefined ? undefined : (parse(content) as CargoToml)
  } catch {
    return undefined
  }
}

/** The one that `cargo run` would take first. */
async function cargoPrograms(directory: string, {bin = [], package: crate}: CargoToml): Promise<readonly string[]> {
  const own = text(crate?.name)
  if (own === undefined) return []
  const listed = bin.flatMap(({name}) => text(name) ?? [])
  const main = (await isFile(join(directory, 'src/main.rs'))) ? [own] : []
  const more = (await namesIn(join(directory, 'src/bin'))).map((name) => name.replace(/\.rs$/, ''))
  const all = [...new Set([...listed, ...main, ...more])]
  const first = text(crate?.['default-run']) ?? own
  return all.toSorted((a, b) => Number(b === first) - Number(a === first))
}

// --- Go --------------------------------------------------------------------------------------------------------------

export async function lookForGo(directory: string): Promise<Draft | undefined> {
  const module = /^module\s+"?([^\s"]+)/m.exec((await readText(join(directory, 'go.mod'))) ?? '')?.[1]
  if (module === undefined) return undefined
  const own = basename(module.replace(/\/v\d+$/, ''))
  const atRoot = await hasMain(directory)
  const inner = await keep(await namesIn(join(directory, 'cmd')), (name) => hasMain(join(directory, 'cmd', name)))
  const names = [...(atRoot ? [own] : []), ...inner.toSorted((a, b) => Number(b === own) - Number(a === own))]
  if (names.length === 0) return undefined
  const programs = await Promise.all([...new Set(names)].map((name) => builtGo(directory, name, atRoot)))
  const build = inner.length === 0 ? 'go build' : `go build -o bin/ ${atRoot ? '. ' : ''}./cmd/...`
  return {
    ...(await binaries(directory, programs, build)),
    file: 'go.mod',
    name: own,
    sign: 'go.mod',
    version: undefined,
    weight: 1,
  }
}

async function builtGo(directory: string, name: string, atRoot: boolean): Promise<Program> {
  const places = [`${name}${suffix}`, `bin/${name}${suffix}`, `dist/${name}${suffix}`]
  const [built] = await keep(places, (path) => isProgram(join(directory, path)))
  return {name, path: built ?? (atRoot ? `${name}${suffix}` : `bin/${name}${suffix}`)}
}

async function hasMain(directory: string): Promise<boolean> {
  const sources = (await namesIn(directory)).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
  return (await keep(sources, async (name) => /^package main\b/m.test((await readText(join(directory, name))) ?? ''))).length > 0
}

// --- any -------------------------------------------------------------------------------------------------------------

export async function lookForExecutable(directory: string): Promise<Draft | undefined> {
  const names = (await namesIn(directory)).filter((name) => !name.startsWith('.'))
  const programs = await keep(names, (name) => isProgram(join(directory, name)))
  const name = programs.find((one) => one === basename(directory)) ?? programs[0]
  if (name === undefined) return undefined
  const draft = await binaries(directory, [{name, path: name}], '')
  return {...draft, file: name, name, sign: `the program ${name}`, version: undefined, weight: 0}
}

type Binaries = Pick<Draft, 'before' | 'commands' | 'kind' | 'lacks' | 'slots'>

/** The first is the default; a name that no command can have goes along and is started by path. */
async function binaries(directory: string, programs: readonly Program[], build: string): Promise<Binaries> {
  const [first, ...others] = programs.map(({name}) => name)
  const [unbuilt] = await keep(
    programs.map(({path}) => path),
    async (path) => !(await isProgram(join(directory, path))),
  )
  const words = (name = ''): readonly string[] => [`{workenv}/bin/${name}`]
  return {
    commands: {default: words(first), ...Object.fromEntries(others.filter(isCommandName).map((name) => [name, words(name)]))},
    kind: 'binary',
    slots: programs.map(({name, path}, index) => ({
      id: index === 0 ? 'program' : `program-${index + 1}`,
      ...(index === 0 ? {note: 'of the system that it was built on: build it for each target you pack for'} : {}),
      purpose: 'native-binary',
      source: path,
      target: `bin/${name}${path.endsWith('.exe') && !name.endsWith('.exe') ? '.exe' : ''}`,
    })),
    ...(unbuilt === undefined ? {} : {before: [build], lacks: `${unbuilt} is not built yet`}),
  }
}
