/**
 * Finds a package where Composer finds it, with the repositories and the credentials that the user has configured, and looks whether there is an
 * `addon.flavour` in its root. It is downloaded into an empty directory, alone, and nothing of it is run.
 */
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {AddonManager, FoundAddon, ManagerContext} from '@flavor/contract'
import {composer, lastWords} from './composer.ts'
import {readDocument} from './document.ts'
import {failures} from './failure.ts'
import {isPackageName} from './requirement.ts'

type Wanted = Parameters<NonNullable<AddonManager['find']>>[0]

/** Exact, a branch, or the newest that `^` or `~` allows. */
const versionWord = /^[\w^~][\w.+/-]*$/

export async function find({name, version}: Wanted, scratch: string, context: ManagerContext): Promise<FoundAddon | undefined> {
  if (!isPackageName(name) || (version !== undefined && !versionWord.test(version))) return undefined
  if (!(await context.has('composer'))) return withoutComposer({name, version}, context)
  const found = await download({name, version}, scratch, context)
  if (found === undefined) return undefined
  const bytes = await readDocument(join(scratch, 'package', 'addon.flavour'))
  return {
    bytes: bytes ?? derived(name, found),
    origin: bytes === undefined ? 'derived' : 'package',
    package: `${name}:${found}`,
  }
}

function withoutComposer({name, version}: Wanted, context: ManagerContext): FoundAddon {
  if (version === undefined) throw failures.newest(name)
  context.note(
    `there is no composer on this machine: whether there is a package ${name}:${version}, and whether it brings an addon.flavour, was not looked at`,
  )
  return {bytes: derived(name, version), origin: 'derived', package: `${name}:${version}`}
}

/** The version that it turned out to be; undefined when there is none. */
async function download({name, version}: Wanted, scratch: string, context: ManagerContext): Promise<string | undefined> {
  await writeFile(join(scratch, 'composer.json'), '{}')
  const wanted = version === undefined ? [name, 'package'] : [name, 'package', version]
  const args = ['create-project', '--no-install', '--no-progress', '--prefer-dist', '--ignore-platform-reqs', '--', ...wanted]
  const {code, stderr} = await composer(args, scratch, context)
  context.output(stderr)
  const said = stderr.replaceAll(/\s+/g, ' ')
  if (code !== 0 && said.includes(`Could not find package ${name} with `)) return undefined
  const [, found] = /Installing \S+ \(([^\s)]+)/.exec(said) ?? []
  if (code === 0 && found !== undefined) return found
  throw failures.download(name, lastWords(stderr))
}

function derived(name: string, version: string): Uint8Array {
  return Buffer.from(`spec: 0.1\nmeta:\n  name: composer/${name}\n  version: ${version}\ninstall:\n  package: ${name}:${version}\n`)
}
