/**
 * A Node application with its dependencies as `npm ci --omit=dev` installs them for the target:
 *
 *   package.json, lock ─▶ npm ci in the cache ─▶ node_modules ─┐
 *   the application's own files ───────────────────────────────┴▶ content
 *
 * Where a script runs on installing, or a dependency is a directory of the application, its own files are there too, and the result as a
 * whole is kept under their hash: such a script may read them, and may write beside them.
 */
import {createHash} from 'node:crypto'
import {constants, cpSync, existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PrepareContext, Problem, SlotContent, SlotDeclaration, SlotPurpose} from '@flavor/contract'
import {foreignAddons} from './addons.ts'
import {applicationProblems, installsFromItself, openApplication} from './application.ts'
import {Failure} from './failure.ts'
import {type Installing, install} from './installation.ts'
import {npmState} from './npm.ts'
import {unknownOptions} from './options.ts'
import {copyFiles, filesDigest, type OwnFiles, ownFiles} from './own-files.ts'
import {type Target, targetOf} from './target.ts'

async function check(slot: SlotDeclaration): Promise<readonly Problem[]> {
  const source =
    slot.source === undefined
      ? [{hint: 'add `source:` with the directory of the application', message: 'it has no source'}]
      : applicationProblems(slot.source)
  return [...source, ...scriptsProblems(slot.options.scripts), ...unknownOptions(slot, ['scripts'])]
}

function scriptsProblems(scripts: unknown): readonly Problem[] {
  if (scripts === undefined || typeof scripts === 'boolean') return []
  return [{hint: 'leave it out, or: scripts: false', message: '`scripts` must be true or false'}]
}

async function prepare(slot: SlotDeclaration, scratch: string, context: PrepareContext): Promise<SlotContent> {
  const application = openApplication(slot.source as string)
  const own = ownFiles(application.directory, context)
  const scripts = slot.options.scripts !== false
  const installing = {application, own, scripts, target: targetOf(slot.platform), whole: installsFromItself(application, scripts)}
  const installed = await context.cache.entry(await keyOf(installing), (directory) => install(installing, directory))
  const path = installing.whole ? installed : assemble(own, installed, scratch)
  requireFitting(path, installing.target)
  return {kind: 'directory', path}
}

async function keyOf({application, own, scripts, target, whole}: Installing): Promise<string> {
  const files = application.files.map((name) => `${name} ${digest(join(application.directory, name))}`)
  const others = whole ? [`own files ${filesDigest(own)}`] : []
  return ['1', ...files, ...others, `scripts ${scripts}`, target.name, await npmState(application.directory)].join('\n')
}

function assemble(own: OwnFiles, installed: string, scratch: string): string {
  copyFiles(own, scratch)
  const modules = join(installed, 'node_modules')
  if (existsSync(modules))
    cpSync(modules, join(scratch, 'node_modules'), {mode: constants.COPYFILE_FICLONE, recursive: true, verbatimSymlinks: true})
  return scratch
}

function requireFitting(path: string, target: Target): void {
  const [addon] = foreignAddons(path, target.name)
  if (!addon) return
  const hint = target.foreign
    ? `take a package that ships a build for ${target.name}, or pack on such a system`
    : `install it anew, or take a package that ships a build for ${target.name}`
  throw new Failure(`${addon.path} is a native addon for ${addon.builtFor.join(', ')}, and ${target.name} is packed`, hint)
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

const purpose: SlotPurpose = {check, prepare}

export default purpose
