/**
 * Finds a package where Maven finds it, with the repositories and mirrors of the user's settings, and looks whether there is an `addon.flavour` in its
 * jar: in the root, or in META-INF. The jar alone is downloaded, and nothing of it is run.
 */
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {AddonManager, FoundAddon, ManagerContext} from '@flavor/contract'
import {isPart} from './coordinates.ts'
import {failures} from './failure.ts'
import {fileInJar} from './jar.ts'
import {lastWords, mvn} from './maven.ts'

type Wanted = Parameters<NonNullable<AddonManager['find']>>[0]

interface Artifact {
  readonly group: string
  readonly name: string
}

const versionWord = /^\w[\w.+-]*$/
const places = ['addon.flavour', 'META-INF/addon.flavour']

export async function find({name: path, version}: Wanted, scratch: string, context: ManagerContext): Promise<FoundAddon | undefined> {
  const [group = '', name = '', ...others] = path.split('/')
  if (!isPart(group) || !isPart(name) || others.length > 0 || (version !== undefined && !versionWord.test(version))) return undefined
  if (!(await context.has('mvn'))) return withoutMaven({group, name}, version, context)
  const jar = await download({group, name}, version, scratch, context)
  if (jar === undefined) return undefined
  const found = jar.slice(name.length + 1, -'.jar'.length)
  const bytes = await fileInJar(join(scratch, jar), places)
  return {
    bytes: bytes ?? derived({group, name}, found),
    origin: bytes === undefined ? 'derived' : 'package',
    package: `${group}:${name}:${found}`,
  }
}

function withoutMaven(artifact: Artifact, version: string | undefined, context: ManagerContext): FoundAddon {
  const {group, name} = artifact
  const word = `java/${group}/${name}`
  if (version === undefined) throw failures.newest(`${group}:${name}`, word)
  context.note(
    `there is no mvn on this machine: whether there is a package ${group}:${name}:${version}, and whether it brings an addon.flavour, was not looked at`,
  )
  return {bytes: derived(artifact, version), origin: 'derived', package: `${group}:${name}:${version}`}
}

/** Name of the jar in the scratch directory, `name-version.jar`; undefined when there is no such package. */
async function download(
  {group, name}: Artifact,
  version: string | undefined,
  scratch: string,
  context: ManagerContext,
): Promise<string | undefined> {
  const artifact = `-Dartifact=${group}:${name}:${version ?? 'RELEASE'}:jar`
  const {code, output: said} = await mvn(['dependency:copy', artifact, `-DoutputDirectory=${scratch}`], scratch, context)
  context.output(said)
  const jar = (await readdir(scratch)).find((one) => one.startsWith(`${name}-`) && one.endsWith('.jar'))
  if (code === 0 && jar !== undefined) return jar
  if (/Could not find artifact|resolve version/.test(said) && !/Could not transfer/.test(said)) return undefined
  throw failures.download(`${group}:${name}:${version ?? 'RELEASE'}`, lastWords(said))
}

function derived({group, name}: Artifact, version: string): Uint8Array {
  const lines = [
    'spec: 0.1',
    'meta:',
    `  name: java/${group}/${name}`,
    `  version: ${version}`,
    'install:',
    `  package: ${group}:${name}:${version}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n`)
}
