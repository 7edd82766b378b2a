/** Which other package.json a lock follows from: those of the workspaces, and of packages that are directories of the project. */
import type {ProjectView} from '@flavor/contract'

type Content = Readonly<Record<string, unknown>>

/** Undefined where that cannot be told without the whole project. */
export async function manifests(content: Content, project: ProjectView): Promise<readonly string[] | undefined> {
  const patterns = patternsOf(content)
  if (patterns === undefined || isLocal(content)) return undefined
  const directories = (await Promise.all(patterns.map((pattern) => directoriesOf(pattern, project)))).flat()
  if (directories.includes(undefined)) return undefined
  const paths = directories.map((directory) => `${directory}/package.json`)
  const texts = await Promise.all(paths.map((path) => project.read(path)))
  if (texts.some((bytes) => bytes !== undefined && isLocal(parsed(bytes)))) return undefined
  return paths.filter((_, index) => texts[index] !== undefined)
}

function patternsOf({workspaces}: Content): readonly string[] | undefined {
  const list = workspaces === undefined ? [] : ((workspaces as {packages?: unknown} | null)?.packages ?? workspaces)
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined
}

async function directoriesOf(pattern: string, project: ProjectView): Promise<readonly (string | undefined)[]> {
  const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '')
  const [, above, star] = /^((?:[\w@-][\w.@-]*\/)*)(\*|[\w@-][\w.@-]*)$/.exec(plain) ?? []
  if (above === undefined) return [undefined]
  if (star !== '*') return [plain]
  const names = await project.list(above.replace(/\/$/, '') || '.')
  return names.filter((name) => name !== 'node_modules').map((name) => above + name)
}

/** Does it name a package by a place on this machine? */
function isLocal(content: Content): boolean {
  return /"(?:file|link|portal|patch|workspace):|": *"\.{0,2}\//.test(JSON.stringify(content))
}

function parsed(bytes: Uint8Array): Content {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as Content
  } catch {
    return {}
  }
}
