/**
 * Builds an environment that needs nothing of the machine it starts on but glibc: the interpreter with its library, then,
 * upon a copy of it, the packages. Both are kept in the build cache, each under a key of all it depends on.
 */
import {cpSync, readFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {compileSources} from './bytecode.ts'
import {filesBelow, sha256, sha256OfFile} from './files.ts'
import {copyInstallation, fingerprint} from './installation.ts'
import {findInstaller, type Installer} from './installer.ts'
import {findInterpreter, type Interpreter} from './interpreter.ts'
import {asksForPackages, installPackages} from './packages.ts'
import {findPatchelf, type Patchelf} from './patchelf.ts'
import {projectDigest} from './project-files.ts'
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
export async function buildEnvironment(recipe: Recipe, project: string, workshop: Workshop): Promise<string> {
  const interpreter = await findInterpreter(recipe.python, project, workshop)
  const installer = once(() => findInstaller(interpreter))
  const patchelf = await findPatchelf(installer, workshop)
  const tools: Tools = {installer, interpreter, patchelf, workshop}
  const base = baseKey(recipe, tools)
  const installation = await workshop.cache.entry(base, (directory) => buildInstallation(recipe, directory, tools))
  if (!asksForPackages(recipe)) return installation
  const key = JSON.stringify([base, ...environmentKey(recipe, await installer())])
  return await workshop.cache.entry(key, (directory) => buildUpon(installation, recipe, directory, project, tools))
}

async function buildInstallation(recipe: Recipe, directory: string, tools: Tools): Promise<void> {
  const origins = copyInstallation(tools.interpreter, recipe.keep, directory)
  await bundleLibraries(directory, filesBelow(directory), {...bundling(recipe, tools), origins})
  await compileSources(directory, filesBelow(directory), tools.interpreter)
}

async function buildUpon(installation: string, recipe: Recipe, directory: string, project: string, tools: Tools): Promise<void> {
  cpSync(installation, directory, {recursive: true, verbatimSymlinks: true})
  const before = new Set(filesBelow(directory))
  await installPackages(recipe, directory, {...tools, installer: await tools.installer(), project})
  dropRest(directory)
  const added = filesBelow(directory).filter((path) => !before.has(path))
  const changed = [...freeScripts(directory), ...(await bundleLibraries(directory, added, bundling(recipe, tools)))]
  cleanRecords(directory, changed)
  await compileSources(directory, added, tools.interpreter)
}

function bundling({systemLibraries}: Recipe, {interpreter, patchelf}: Tools) {
  return {env: interpreter.env, patchelf: () => patchelf.program(), system: systemLibraries}
}

// --- keys ------------------------------------------------------------------------------------------------------------

function baseKey({keep, systemLibraries}: Recipe, {interpreter, patchelf}: Tools): string {
  const system = `${process.platform}-${process.arch}`
  return JSON.stringify([edition, system, fingerprint(interpreter, keep), interpreter.env, keep, systemLibraries, patchelf.version])
}

function environmentKey(recipe: Recipe, installer: Installer): readonly unknown[] {
  const {extras, lock, packages, project, requirements, wheels} = recipe
  return [
    installer.version,
    sha256(
      JSON.stringify(
        Object.entries(process.env)
          .filter(([name]) => /^(?:PIP|UV)_|^SOURCE_DATE_EPOCH$/.test(name))
          .sort(),
      ),
    ),
    requirements.flatMap(requirementDigests),
    packages,
    extras,
    lock === undefined ? '' : sha256OfFile(lock),
    project === undefined ? '' : projectDigest(project),
    wheels === undefined ? [] : wheelsIn(wheels).map((path) => [path, sha256OfFile(path)]),
  ]
}

/** Of a file of requirements, and of those that it names in turn. */
function requirementDigests(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  const named = [...text.matchAll(/^\s*(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)/gm)].map(([, path = '']) =>
    resolve(dirname(file), path),
  )
  return [sha256(text), ...named.filter((path) => path !== file).flatMap(requirementDigests)]
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
