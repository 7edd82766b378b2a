/**
 * Work environments beside what is recorded of them, and beside the package where one is named: what
 * `flavor workenv verify` finds, and what it has done about it.
 */
import {spawnSync} from 'node:child_process'
import {closeSync} from 'node:fs'
import {resolve} from 'node:path'
import type {Interfaces} from '@oclif/core'
import {decodersFor} from './decoders.ts'
import {FlavorError} from './errors.ts'
import {PackageError} from './format/errors.ts'
import {openPackage, type Package} from './format/examination.ts'
import {type FileSource, openFileSource} from './format/file-source.ts'
import {checkSignature} from './format/signature.ts'
import {verifySource} from './verification.ts'
import {type Comparison, compareGeneration} from './workenv/comparison.ts'
import {type LinkedGeneration, linkedGenerations} from './workenv/inventory.ts'
import {holdLive} from './workenv/live.ts'
import {packageFacts} from './workenv/package-facts.ts'
import {workenvIdOf} from './workenv/places.ts'
import {type Repaired, repairWorkEnvironment} from './workenv/repair.ts'
import {livePath} from './workenv/stamp.ts'
import {noWorkenv} from './workenv-facts.ts'

export interface VerifiedWorkenv extends Comparison {
  readonly id: string
  readonly path: string
  readonly inUse: boolean
  readonly whole: boolean
  /** Null when nothing had to be done, or nothing was asked for. */
  readonly repair: 'rebuilt' | Repaired['how'] | null
}

export interface WorkenvRequest {
  /** Undefined for the package's, else for all. */
  readonly id: string | undefined
  /** File of the package. */
  readonly package: string | undefined
  readonly repair: boolean
}

/** Throws FlavorError and PackageError for a wish that cannot be met; damage is a result. */
export async function verifyWorkenvs(
  config: Interfaces.Config,
  base: string,
  request: WorkenvRequest,
): Promise<readonly VerifiedWorkenv[]> {
  const source = request.package === undefined ? undefined : openSound(request.package)
  try {
    const opened = source && openPackage(source, checkSignature)
    const verified: VerifiedWorkenv[] = []
    for (const one of wanted(base, request, opened)) {
      const found = await verify(config, base, one, opened)
      verified.push(request.repair && !found.whole ? {...found, repair: repair(base, one, found, request.package)} : found)
    }
    return verified
  } finally {
    source?.close()
  }
}

/** Held while it is looked at, so that nobody cleans it away meanwhile. */
async function verify(
  config: Interfaces.Config,
  base: string,
  one: LinkedGeneration,
  opened: Package | undefined,
): Promise<VerifiedWorkenv> {
  const {generation, id, inUse, path} = one
  const live = holdLive(livePath(generation))
  try {
    const known = opened && (await packageFacts(opened, generation, await decodersFor(config, opened.slots)))
    const comparison = compareGeneration(base, generation, id.slice(-12), known)
    return {id, inUse, path, repair: null, whole: comparison.damage.length === 0, ...comparison}
  } finally {
    if (live !== undefined) closeSync(live)
  }
}

function repair(
  base: string,
  {generation, id}: LinkedGeneration,
  {damage}: VerifiedWorkenv,
  file: string | undefined,
): VerifiedWorkenv['repair'] {
  const {how, kept} = repairWorkEnvironment(base, id, generation, new Set(damage.map(({path}) => path)))
  if (kept.length > 0) throw busy(id, kept)
  if (file === undefined) return how
  prepare(file)
  return 'rebuilt'
}

/** Those that have a link; one whose stamp is lost, too. */
function wanted(base: string, {id, package: file = ''}: WorkenvRequest, opened: Package | undefined): readonly LinkedGeneration[] {
  const own = opened && workenvIdOf(opened.metadata.name, opened.metadataBytes)
  if (own !== undefined && id !== undefined && own !== id)
    throw new FlavorError(`verify ${id} with ${file}: the work environment of that package is ${own}`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: [`flavor workenv verify --package ${file}`],
    })
  const named = id ?? own
  const all = linkedGenerations(base)
  if (named === undefined) return all
  const found = all.filter((one) => one.id === named)
  if (found.length === 0) throw noWorkenv(named)
  return found
}

/** Checked in full, its launcher included: `--repair` has it run. Throws PackageError. */
function openSound(file: string): FileSource {
  const source = openFileSource(file)
  const failed = verifySource(source, {env: process.env, key: undefined, path: file, start: false}).checks.find(({ok}) => !ok)
  if (failed === undefined) return source
  source.close()
  throw new PackageError(failed.code ?? 'EFLAVOR_IO', `verify with ${file}: ${failed.detail}`, failed)
}

function prepare(file: string): void {
  const {error, status, stderr} = spawnSync(resolve(file), ['prepare'], {
    encoding: 'utf8',
    env: {...process.env, FLAVOR_LAUNCHER_CLI: '1'},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return
  const reason = error?.message ?? (stderr.trim().split('\n')[0] || `exit code ${status}`)
  throw new FlavorError(`build the work environment of ${file}: ${reason}`, {
    code: 'EFLAVOR_IO',
    hints: ['the next start of the package tries again'],
  })
}

function busy(id: string, keys: readonly string[]): FlavorError {
  return new FlavorError(`repair ${id}: a package is starting for the first time and may be using ${keys.join(' and ')}`, {
    code: 'EFLAVOR_IN_USE',
    hints: ['wait until it has started, then try again'],
  })
}
