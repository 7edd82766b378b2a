/**
 * Sources that a build gets: what the host lets go along, without what other tools keep among them. Building writes into
 * sources, which are not ours: so it gets a copy.
 */
import {spawnSync} from 'node:child_process'
import {copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync} from 'node:fs'
import {basename, isAbsolute, join} from 'node:path'
import {sha256, sha256OfFile} from './files.ts'
import {room, type Workshop} from './workshop.ts'

const left = [
  ...['.hg', '.venv', 'venv', 'node_modules', '__pycache__', '.tox', '.nox', '.mypy_cache', '.pytest_cache', '.ruff_cache', '*.egg-info'],
  ...['/build', '/dist'],
]

/** Of what is to be installed: a path to sources, no name. */
export function isSourceDirectory(name: string): boolean {
  return isAbsolute(name) && (statSync(name, {throwIfNoEntry: false})?.isDirectory() ?? false)
}

/** Gives the copy, made once. */
export function copyOfSources(project: string, workshop: Workshop): string {
  const copy = join(room(workshop, `sources/${sha256(project).slice(0, 12)}`), basename(project))
  if (existsSync(copy)) return copy
  mkdirSync(copy)
  for (const path of workshop.files(project, left)) copyEntry(join(project, path), join(copy, path))
  if (takesVersionFromGit(project)) cpSync(join(project, '.git'), join(copy, '.git'), {recursive: true})
  return copy
}

function copyEntry(from: string, to: string): void {
  const kind = lstatSync(from)
  if (kind.isDirectory()) mkdirSync(to, {recursive: true})
  else if (kind.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else copyFileSync(from, to)
}

/** Of sources, or of one file: changes with everything that a build could read. */
export function digestAt(path: string, workshop: Workshop): string {
  if (!isSourceDirectory(path)) return sha256OfFile(path)
  const lines = workshop.files(path, left).map((name) => `${name} ${entryDigest(join(path, name))}`)
  const describe = ['-C', path, 'describe', '--always', '--dirty', '--long', '--tags']
  return sha256([...lines, takesVersionFromGit(path) ? String(spawnSync('git', describe).stdout) : ''].join('\n'))
}

function entryDigest(path: string): string {
  const kind = lstatSync(path)
  if (kind.isSymbolicLink()) return readlinkSync(path)
  return kind.isFile() ? sha256OfFile(path) : ''
}

/** Some build backends ask git for the version. */
function takesVersionFromGit(project: string): boolean {
  const asks = ['pyproject.toml', 'setup.py', 'setup.cfg'].map((name) => join(project, name)).filter((path) => existsSync(path))
  const sign = /\b(?:scm|vcs|versioneer|dunamai|versioningit|pbr)\b|[_-](?:scm|vcs)\b/i
  return existsSync(join(project, '.git')) && asks.some((path) => sign.test(readFileSync(path, 'utf8')))
}
