/**
 * The plan of a project that has no manifest: the manifest that `flavor init` would write is read as if it were there.
 * The current directory is looked at first, then those above it up to the project's root.
 */
import {join} from 'node:path'
import {projectUnknown, projectUnready} from '../errors.ts'
import {directoriesUpToRoot, type FoundManifest, findManifest, lookForManifest, type ManifestRequest} from './find.ts'
import {planOf} from './load.ts'
import type {Plan} from './plan.ts'
import {readYaml, sourcesOf} from './source.ts'
import {recognise, recognised, type Starter} from './starter.ts'

export interface PlannedProject {
  readonly plan: Plan
  /** What the plan was made from; undefined when there is a manifest. */
  readonly starter: Starter | undefined
}

/** Throws what `loadPlan` throws, EFLAVOR_MANIFEST_NOT_FOUND where nothing was recognised, and EFLAVOR_PROJECT for one that is not built yet. */
export async function planProject(request: ManifestRequest, systems: readonly string[]): Promise<PlannedProject> {
  const {cwd} = request
  const found = request.manifest === undefined ? await lookForManifest(request) : await findManifest(request)
  if (found) return {plan: await planOf(found, cwd, systems), starter: undefined}
  for (const directory of await directoriesUpToRoot(cwd)) {
    const starter = await recognise(directory)
    if (starter) return {plan: await planAssumed(starter, directory, cwd, systems), starter}
  }
  throw projectUnknown(cwd, recognised)
}

async function planAssumed(starter: Starter, directory: string, cwd: string, systems: readonly string[]): Promise<Plan> {
  if (starter.lacks !== undefined) throw projectUnready(starter.sign, starter.lacks, starter.next.slice(0, -1))
  return await planOf(assumedManifest(starter, directory), cwd, systems)
}

/** Problems are told at the file that gave the project away: the manifest's lines are nowhere to be seen. */
function assumedManifest({file: sign, text}: Starter, directory: string): FoundManifest {
  const file = join(directory, 'flavor.yaml')
  const written = readYaml(file, text, [])
  const at = {column: undefined, file: join(directory, sign), line: undefined}
  return {file, problems: [], sources: {...sourcesOf(file, new Map([[file, written]])), position: () => at}, value: written.value}
}
