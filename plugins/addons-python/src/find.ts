/**
 * The addon that a package of PyPI is, or of whatever index pip is set up for. Its wheel is downloaded, by pip, and nothing of it is run; of what is in it
 * only `addon.flavour` is read. A package without one, or without a wheel, is an addon that installs it and has no settings.
 */
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {AddonManager, FoundAddon, ManagerContext} from '@flavor/contract'
import {failures} from './failure.ts'
import {type Answer, pip, said} from './pip.ts'
import {normalized} from './requirement.ts'
import {addonInWheel} from './wheel.ts'

interface Wanted {
  readonly name: string
  readonly version: string | undefined
}

export const find: NonNullable<AddonManager['find']> = async (wanted, scratch, context) => {
  const {name, version} = wanted
  if (!/^[a-z\d](?:[\w.-]*[a-z\d])?$/i.test(name) || name.length > 200) throw failures.name(name)
  if (version !== undefined && !/^[a-z\d][a-z\d.!+_-]{0,99}$/i.test(version)) throw failures.version(version)
  const wheel = await downloaded(wanted, scratch, context)
  if (wheel === undefined) return undefined
  const found = `${normalized(name)}==${wheel.version}`
  const bytes = wheel.path === undefined ? undefined : await addonInWheel(wheel.path, found, context.signal)
  return bytes ? {bytes, origin: 'package', package: found} : derived(normalized(name), wheel.version, found)
}

function derived(name: string, version: string, requirement: string): FoundAddon {
  const lines = ['spec: 0.1', 'meta:', `  name: pypi/${name}`, `  version: ${version}`, 'install:', `  package: ${requirement}`, '']
  return {bytes: Buffer.from(lines.join('\n')), origin: 'derived', package: requirement}
}

interface Wheel {
  readonly version: string
  /** Undefined where there is none. */
  readonly path: string | undefined
}

async function downloaded(wanted: Wanted, scratch: string, context: ManagerContext): Promise<Wheel | undefined> {
  const requirement = wanted.version === undefined ? wanted.name : `${wanted.name}==${wanted.version}`
  const {code, output} = await pip(
    ['download', '--no-deps', '--only-binary', ':all:', '--progress-bar', 'off', '--dest', scratch, requirement],
    scratch,
    context,
  )
  context.output(output)
  if (code !== 0 && !output.includes('No matching distribution found')) throw failures.tool('pip download', requirement, said(output))
  if (code !== 0) return await listed(wanted, requirement, output, (words) => pip(words, scratch, context))
  const file = (await readdir(scratch)).find((one) => one.endsWith('.whl'))
  if (file === undefined) throw failures.tool('pip download', requirement, said(output))
  return {path: join(scratch, file), version: file.split('-')[1] ?? ''}
}

/** Where there is no wheel: is there such a version at all, and could the index be asked? pip says the same for both, unless it is asked for more. */
async function listed(
  {name, version}: Wanted,
  requirement: string,
  before: string,
  ask: (words: readonly string[]) => Promise<Answer>,
): Promise<Wheel | undefined> {
  const {output} = await ask(['index', 'versions', '-vv', ...(version === undefined ? [] : ['--pre']), name])
  const versions = /^Available versions: (.+)$/m.exec(output)?.[1]?.split(/,\s*/) ?? []
  const found = version === undefined ? versions[0] : versions.find((one) => sameVersion(one, version))
  if (found !== undefined) return {path: undefined, version: found}
  const unreachable = output.split('\n').filter((line) => /^\s*Could not fetch URL \S+: (?!404 )/.test(line))
  if (unreachable.length > 0 && versions.length === 0) throw failures.unreachable(requirement, said(unreachable.join('\n')))
  if (/^ERROR: Ignored the following .*versions/m.test(before)) throw failures.tool('pip download', requirement, said(before))
  return undefined
}

/** PEP 440 pads with zeros. */
function sameVersion(one: string, other: string): boolean {
  const bare = (version: string): string =>
    version
      .toLowerCase()
      .replace(/^v/, '')
      .replace(/^(\d+(?:\.\d+)*?)(?:\.0)+(?=$|[^.\d])/, '$1')
  return bare(one) === bare(other)
}
