/** The version catalog of a project, gradle/libs.versions.toml: which packages its names stand for. */
import {parse, TomlError} from 'smol-toml'
import {failures} from './failure.ts'

export const catalogFile = 'gradle/libs.versions.toml'

/** By their names in build files (`libs.commons.lang3`, `libs.bundles.web`), packages as `group:name`. */
export type Catalog = ReadonlyMap<string, readonly string[]>

type Table = Readonly<Record<string, unknown>>

/** Of no file it is empty. */
export function catalogIn(bytes: Uint8Array | undefined): Catalog {
  const {bundles, libraries} = parsed(Buffer.from(bytes ?? []).toString())
  const packages = Object.entries(tableOf(libraries)).map(([alias, library]) => [pathOf(alias), packageOf(library)] as const)
  const known = new Map(packages)
  const bundled = Object.entries(tableOf(bundles)).map(
    ([alias, aliases]) => [`bundles.${pathOf(alias)}`, membersOf(aliases, known)] as const,
  )
  return new Map([...packages, ...bundled].map(([path, found]) => [`libs.${path}`, found]))
}

function parsed(text: string): Table {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n')
    throw failures.broken(catalogFile, `:${error.line}:${error.column} ${reason}`)
  }
}

/** Words are joined with any of these in a catalog, and with dots in a build file. */
function pathOf(alias: string): string {
  return alias.replaceAll(/[-_.]+/g, '.')
}

function packageOf(library: unknown): readonly string[] {
  if (typeof library === 'string') return [library.split(':').slice(0, 2).join(':')]
  const {group, module, name} = tableOf(library)
  if (typeof module === 'string') return [module]
  return typeof group === 'string' && typeof name === 'string' ? [`${group}:${name}`] : []
}

function membersOf(aliases: unknown, known: Catalog): readonly string[] {
  if (!Array.isArray(aliases)) return []
  return aliases.flatMap((alias) => known.get(pathOf(String(alias))) ?? [])
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {}
}
