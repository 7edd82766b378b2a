/**
 * Node for the target, out of an npm package that holds it. Asked for by nobody in particular, the version is that of the Node that packs;
 * where the target's package does not have it, the newest of the same major.
 */
import type {EnvironmentAddition, PrepareContext, Problem, SlotContent, SlotDeclaration, SlotPurpose} from '@flavor/contract'
import {NpmFailure} from './npm.ts'
import {unknownOptions} from './options.ts'
import {fetchRuntime, missingVersion, newestVersion, platforms, runtimePackage} from './runtime-package.ts'
import {targetOf} from './target.ts'

/** An exact version, or the beginning of one. */
const versionShape = /^v?(\d+(?:\.\d+){0,2})$/

async function check(slot: SlotDeclaration): Promise<readonly Problem[]> {
  const source = slot.source === undefined ? [] : [{hint: 'remove `source:`', message: 'it takes no source: npm has Node for each target'}]
  return [...source, ...platformProblems(slot), ...versionProblems(slot.options.version), ...unknownOptions(slot, ['version'])]
}

function platformProblems({platform}: SlotDeclaration): readonly Problem[] {
  const {name} = targetOf(platform)
  if (runtimePackage(name) !== undefined) return []
  return [{hint: `npm has it for ${platforms.join(', ')}`, message: `npm has no Node for ${name}`}]
}

function versionProblems(version: unknown): readonly Problem[] {
  if (version === undefined || wantedVersion(version) !== undefined) return []
  return [{hint: 'put it in quotes: version: "24" or version: "24.13.0"', message: '`version` is no version of Node'}]
}

/** As a number, 24.10 would be 24.1. */
function wantedVersion(version: unknown): string | undefined {
  if (typeof version !== 'string' && !Number.isInteger(version)) return undefined
  return versionShape.exec(String(version))?.[1]
}

async function prepare(slot: SlotDeclaration, scratch: string, context: PrepareContext): Promise<SlotContent> {
  const name = runtimePackage(targetOf(slot.platform).name) as string
  const fetch = (version: string): Promise<string> =>
    context.cache.entry(`1\n${name}@${version}`, (directory) => fetchRuntime(name, version, directory))
  const wanted = wantedVersion(slot.options.version)
  return {
    kind: 'directory',
    path: await (wanted === undefined ? fetchDefault(name, scratch, fetch, context) : fetchWanted(name, wanted, scratch, fetch)),
  }
}

type Fetch = (version: string) => Promise<string>

async function fetchWanted(name: string, wanted: string, scratch: string, fetch: Fetch): Promise<string> {
  const version = isExact(wanted) ? wanted : await newestVersion(name, wanted, scratch)
  return fetch(version).catch((error) => {
    throw isMissing(error) ? missingVersion(name, version) : error
  })
}

async function fetchDefault(name: string, scratch: string, fetch: Fetch, context: PrepareContext): Promise<string> {
  const own = process.versions.node
  try {
    return await fetch(own)
  } catch (error) {
    if (!isMissing(error)) throw error
    const version = await newestVersion(name, own.split('.', 1)[0] as string, scratch)
    context.note(`the npm package ${name} has no version ${own}, so ${version} goes along; \`version: "${version}"\` keeps it`)
    return fetch(version)
  }
}

function isExact(version: string): boolean {
  return version.split('.').length === 3
}

function isMissing(error: unknown): boolean {
  return error instanceof NpmFailure && error.code === 'ETARGET'
}

const environment = ({target}: SlotDeclaration): EnvironmentAddition => ({path: [target === '' ? 'bin' : `${target}/bin`]})

const purpose: SlotPurpose = {check, environment, prepare}

export default purpose
