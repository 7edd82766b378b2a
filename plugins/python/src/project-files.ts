/** Which files of a project its build may look at: all but what other tools keep there. */
import {spawnSync} from 'node:child_process'
import {existsSync, lstatSync, readFileSync, statSync} from 'node:fs'
import {isAbsolute, join, relative} from 'node:path'
import {filesBelow, sha256, sha256OfFile} from './files.ts'

const kept =
  /(?:^|\/)(?:\.git|\.hg|\.venv|venv|node_modules|__pycache__|\.tox|\.nox|\.mypy_cache|\.pytest_cache|\.ruff_cache|[^/]+\.egg-info)$|^(?:build|dist)$/

export function isProjectFile(project: string, path: string, withGit: boolean): boolean {
  const place = relative(project, path)
  if (withGit && /^\.git(?:\/|$)/.test(place)) return true
  const kind = lstatSync(path)
  return !kept.test(place) && (kind.isFile() || kind.isDirectory() || kind.isSymbolicLink())
}

/** Of what is to be installed: a path to sources, no name. */
export function isSourceDirectory(name: string): boolean {
  return isAbsolute(name) && (statSync(name, {throwIfNoEntry: false})?.isDirectory() ?? false)
}

/** Some build backends ask git for the version. */
export function takesVersionFromGit(project: string): boolean {
  const asks = ['pyproject.toml', 'setup.py', 'setup.cfg'].map((name) => join(project, name)).filter((path) => existsSync(path))
  return (
    existsSync(join(project, '.git')) &&
    asks.some((path) => /\b(?:scm|vcs|versioneer|dunamai|versioningit|pbr)\b|[_-](?:scm|vcs)\b/i.test(readFileSync(path, 'utf8')))
  )
}

/** Of sources, or of one file. */
export function digestAt(path: string): string {
  return isSourceDirectory(path) ? projectDigest(path) : sha256OfFile(path)
}

/** Changes with everything that the build could read. */
export function projectDigest(project: string): string {
  const lines = filesBelow(project, (path) => !kept.test(path))
    .filter((path) => !kept.test(path))
    .map((path) => `${path} ${sha256OfFile(join(project, path))}`)
  const version = takesVersionFromGit(project)
    ? spawnSync('git', ['-C', project, 'describe', '--always', '--dirty', '--long', '--tags']).stdout?.toString()
    : ''
  return sha256([...lines, version].join('\n'))
}
