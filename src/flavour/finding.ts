/**
 * From what was typed to documents of addons: files and URLs of `--package`, and words that the sources of `addon-sources/` resolve. Plugins
 * find the addons of their ecosystems; each gets an empty directory to work in, which is removed afterwards.
 */
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {FoundAddon, ManagerContext} from '@flavor/contract'
import type {Interfaces} from '@oclif/core'
import type {Finder, SourceContext} from '../addon-sources/source.ts'
import {addonErrors} from '../addons/errors.ts'
import {survey} from '../survey.ts'
import {within} from './interruption.ts'
import {managerContext} from './manager-context.ts'
import {fullName, type OfferedManager} from './managers.ts'
import {heldPlugin} from './plugin-code.ts'
import type {Preferences} from './preferences.ts'

export interface SourceWishes {
  readonly cwd: string
  readonly preferences: Preferences
  /** What `--registry` says; it is asked before all others. */
  readonly registry: string | undefined
  /** That a plugin may take to find an addon. */
  readonly seconds: number
}

export async function sourceContext(config: Interfaces.Config, wishes: SourceWishes, context: ManagerContext): Promise<SourceContext> {
  const {cwd, preferences, registry, seconds} = wishes
  return {
    aliases: aliasesOf(preferences, registry),
    credentials: context.credentials,
    cwd,
    finders: await finders(config, seconds, context),
    named: registry,
    signal: context.signal,
    sources: sourcesOf(preferences, registry),
  }
}

/** Where names that begin so are looked for, a registry that was named just now says better. */
function aliasesOf({aliases = {}}: Preferences, named: string | undefined): Readonly<Record<string, string>> {
  return named === undefined ? aliases : Object.fromEntries(Object.entries(aliases).filter(([key]) => !key.endsWith('/')))
}

/** `registry` among the sources stands for the one that is configured; a registry that was named just now comes before all. */
function sourcesOf({registry, sources}: Preferences, named: string | undefined): readonly string[] {
  const usual = sources ?? ['ecosystems', 'registry']
  const listed = usual.flatMap((source) => (source === 'registry' ? (registry ?? []) : source))
  return named === undefined ? listed : [named, ...listed.filter((source) => !/^https?:/.test(source))]
}

async function finders(config: Interfaces.Config, seconds: number, context: ManagerContext): Promise<ReadonlyMap<string, Finder>> {
  const {offers} = await survey(config, 'addon-managers')
  const named = Map.groupBy(offers, ({ecosystem}) => ecosystem)
  return new Map(
    [...named].flatMap(([ecosystem, [offer, ...rivals]]) =>
      ecosystem === undefined || offer === undefined
        ? []
        : [[ecosystem, rivals.length === 0 ? finder(offer, seconds, context) : conflict(ecosystem, [offer, ...rivals])]],
    ),
  )
}

/** Which of them finds an addon is never left to chance. */
function conflict(ecosystem: string, offers: readonly OfferedManager[]): Finder {
  const [claims, plugins] = [offers.map(fullName), offers.map(({plugin}) => plugin.name)]
  return {
    find: async () => {
      throw addonErrors.pluginConflict(`find addons of ${ecosystem}`, claims, plugins)
    },
    manager: '',
    stack: '',
  }
}

function finder(offer: OfferedManager, seconds: number, {credentials, output}: ManagerContext): Finder {
  return {
    find: (wanted, signal) =>
      within(signal, {reason: addonErrors.late(offer.identifier, seconds), seconds}, (inTime) =>
        heldPlugin(offer.identifier, inTime)(() => find(offer, wanted, managerContext({credentials, output, signal: inTime}))),
      ),
    manager: fullName(offer),
    stack: offer.stack,
  }
}

async function find(
  offer: OfferedManager,
  wanted: {readonly name: string; readonly version: string | undefined},
  context: ManagerContext,
): Promise<FoundAddon | undefined> {
  const {default: code} = await offer.load()
  if (code.find === undefined) throw new Error(`it names the ecosystem ${offer.ecosystem}, and has no function to find addons there`)
  const scratch = await mkdtemp(join(tmpdir(), 'flavor-find-'))
  try {
    const found = await code.find(wanted, scratch, context)
    if (found !== undefined && !(found.bytes instanceof Uint8Array)) throw new Error('what it found has no bytes')
    return found
  } finally {
    await rm(scratch, {force: true, recursive: true})
  }
}
