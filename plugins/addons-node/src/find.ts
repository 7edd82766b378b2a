/**
 * The addon that a package of npm is, or of whatever registry npm is set up for. The package is downloaded, by npm, and nothing of it is run or unpacked: of what is
 * in it only `addon.flavour` at its root is read. A package without one is an addon that installs it and has no settings.
 */
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {AddonManager, FoundAddon} from '@flavor/contract'
import {failures} from './failure.ts'
import {reportIn, said} from './npm.ts'
import {isName, isVersion} from './npm-package.ts'
import {addonInTarball} from './tarball.ts'

/** The package, or its version, is not there. */
const absent = ['E404', 'ETARGET', 'ENOVERSIONS']

export const find: NonNullable<AddonManager['find']> = async ({name, version}, scratch, context) => {
  if (!isName(name)) throw failures.name(name)
  if (version !== undefined && !isVersion(version)) throw failures.version(version)
  if (!(await context.has('npm'))) throw failures.noNpm()
  const wanted = `${name}@${version ?? 'latest'}`
  const command = ['pack', wanted, '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', scratch]
  // Where the user is: a project may have a registry of its own.
  const {code, stderr, stdout} = await context.run(['npm', ...command], {cwd: process.cwd()})
  context.output(stderr)
  if (code !== 0 && absent.includes(reportIn(stdout)?.code ?? '')) return undefined
  const file = code === 0 ? (await readdir(scratch)).find((one) => one.endsWith('.tgz')) : undefined
  const reason = reportIn(stdout)?.summary ?? (code === undefined ? 'it was killed' : `exit code ${code}`)
  if (file === undefined) throw failures.tool(`npm pack ${wanted}`, reason, said(stderr, reason))
  const exact = versionIn(stdout)
  if (exact === undefined) throw failures.tool(`npm pack ${wanted}`, 'it does not say which version that is', said(stderr, ''))
  const bytes = await addonInTarball(join(scratch, file), `${name}@${exact}`, context.signal)
  return bytes ? {bytes, origin: 'package', package: `${name}@${exact}`} : derived(name, exact)
}

/** A list of packages, or a map of them: npm has had both. */
function versionIn(stdout: string): string | undefined {
  try {
    const [packed] = Object.values(JSON.parse(stdout) as Record<string, {readonly version?: string}>)
    return packed?.version
  } catch {
    return undefined
  }
}

/** A scope begins with a character that YAML keeps for itself. */
function derived(name: string, version: string): FoundAddon {
  const found = `${name}@${version}`
  const lines = [
    'spec: 0.1',
    'meta:',
    `  name: npm/${name}`,
    `  version: ${version}`,
    'install:',
    `  package: ${name.startsWith('@') ? `'${found}'` : found}`,
    '',
  ]
  return {bytes: Buffer.from(lines.join('\n')), origin: 'derived', package: found}
}
