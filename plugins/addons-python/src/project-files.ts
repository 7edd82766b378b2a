/**
 * The two files of a project that can list what it depends on. pyproject.toml does where it has a `[project]` table that does not leave its
 * dependencies to something else; then requirements.txt is what was made of it, or is for something else.
 */
import type {ProjectView, Step} from '@flavor/contract'
import type {DependencyFile, Entry} from './dependency-file.ts'
import {failures} from './failure.ts'
import {type Pyproject, pyprojectFile} from './pyproject.ts'
import type {Requirement} from './requirement.ts'
import {includedIn, requirementsFile} from './requirements-text.ts'

const [requirementsPath, pyprojectPath] = ['requirements.txt', 'pyproject.toml']

/** By path; undefined is no file. */
export type Texts = Readonly<Record<string, string | undefined>>

export interface ProjectFiles {
  readonly texts: Texts
  readonly pyproject: Pyproject | undefined
  /** Those in which an addon may have put something. */
  readonly own: readonly DependencyFile[]
  /** Files that requirements.txt includes: the user's own. */
  readonly included: readonly DependencyFile[]
}

export async function readProject(project: ProjectView): Promise<ProjectFiles> {
  const [requirements, pyproject] = await Promise.all([read(project, requirementsPath), read(project, pyprojectPath)])
  const included = await includes(project, requirementsPath, requirements ?? '', new Set([requirementsPath]))
  return {...filesOf({[pyprojectPath]: pyproject, [requirementsPath]: requirements}), included}
}

function filesOf(texts: Texts): Omit<ProjectFiles, 'included'> {
  const text = texts[pyprojectPath]
  const pyproject = text === undefined ? undefined : pyprojectFile(pyprojectPath, text)
  const requirements = requirementsFile(requirementsPath, texts[requirementsPath])
  return {own: pyproject?.listing === 'project' ? [pyproject, requirements] : [requirements], pyproject, texts}
}

export function withText(files: ProjectFiles, path: string, text: string | undefined): ProjectFiles {
  return {...files, ...filesOf({...files.texts, [path]: text})}
}

/** Every place where a package is named. */
export function mentions(
  files: readonly DependencyFile[],
  name: string,
): readonly {readonly file: DependencyFile; readonly entry: Entry}[] {
  return files.flatMap((file) => file.entries.filter((entry) => entry.name === name).map((entry) => ({entry, file})))
}

/** The file that lists what the project depends on. */
export function listingFile({own: [first], pyproject, texts}: ProjectFiles, {text}: Requirement): DependencyFile {
  const listing = pyproject?.listing ?? 'project'
  if (texts[requirementsPath] === undefined) {
    if (listing === 'dynamic') throw failures.dynamic(pyprojectPath, pyproject?.dynamicLine ?? 1)
    if (listing === 'poetry') throw failures.poetry(pyprojectPath, text)
    if (listing === 'nowhere') throw failures.noProject(pyprojectPath)
  }
  return first ?? requirementsFile(requirementsPath, undefined)
}

export function differences(before: Texts, after: Texts): readonly Step[] {
  const paths = Object.keys(after).filter((path) => after[path] !== before[path])
  return paths.map((path) => {
    const text = after[path]
    return text === undefined ? {kind: 'remove', path} : {bytes: Buffer.from(text), kind: 'write', path}
  })
}

async function read(project: ProjectView, path: string): Promise<string | undefined> {
  const bytes = await project.read(path)
  if (bytes !== undefined) return decoded(path, bytes)
  if ((await project.list('.')).includes(path)) throw failures.noFile(path)
  return undefined
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    throw failures.encoding(path)
  }
}

async function includes(project: ProjectView, path: string, text: string, seen: Set<string>): Promise<readonly DependencyFile[]> {
  const found: DependencyFile[] = []
  for (const other of includedIn(text).map((name) => beside(path, name))) {
    if (other === undefined || seen.has(other)) continue
    seen.add(other)
    const bytes = await project.read(other)
    if (bytes === undefined) continue
    const below = decoded(other, bytes)
    found.push(requirementsFile(other, below), ...(await includes(project, other, below, seen)))
  }
  return found
}

/** Undefined for what lies outside of the project. */
function beside(path: string, name: string): string | undefined {
  if (/^[/\\]|[\\:$]/.test(name)) return undefined
  const words = path.split('/').slice(0, -1)
  for (const word of name.split('/').filter((one) => one !== '' && one !== '.')) {
    if (word !== '..') words.push(word)
    else if (words.pop() === undefined) return undefined
  }
  return words.join('/')
}
