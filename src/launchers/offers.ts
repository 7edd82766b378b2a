/** The launchers that a command is about: all that are offered, or those that `--lang` names; and their code, whoever wrote it. */
import type {Launcher} from '@flavor/contract'
import type {Interfaces} from '@oclif/core'
import {Flags} from '@oclif/core'
import {FlavorError} from '../errors.ts'
import {targets} from '../format/registry.ts'
import {choose} from '../selection.ts'
import {type Offered, survey} from '../survey.ts'
import {launcherErrors} from './errors.ts'

export type LauncherOffer = Offered<'launchers'>

/** Which launchers and targets, as the commands below `launchers` take them. */
export const choiceFlags = {
  lang: Flags.string({default: 'all', description: 'launchers, by id and separated by commas', helpValue: 'ID,...|all'}),
  target: Flags.string({description: 'systems, separated by commas: linux-x64,darwin-arm64; default all', helpValue: 'OS-ARCH,...'}),
}

const listed = (flag: string): readonly string[] => [...new Set(flag.split(',').map((word) => word.trim()))]

/** Throws FlavorError where a word means no launcher, or more than one plugin's. */
export async function offersOf(config: Interfaces.Config, lang: string): Promise<readonly LauncherOffer[]> {
  const offered = await survey(config, 'launchers')
  return lang === 'all' ? offered.offers : listed(lang).map((word) => choose(offered, word))
}

/** Undefined for all. Throws FlavorError for a word that is no target. */
export function targetsOf(flag: string | undefined): readonly string[] | undefined {
  if (flag === undefined) return undefined
  const words = listed(flag)
  const unknown = words.find((word) => !targets.some(({name}) => name === word))
  if (unknown !== undefined) throw launcherErrors.target(unknown)
  return words
}

/** Runs what a launcher's plugin can do; what it throws is a failure of that plugin, and no defect of flavor. */
export async function withCode<T>(offer: LauncherOffer, what: string, work: (code: Launcher) => Promise<T>): Promise<T> {
  try {
    return await work((await offer.load()).default)
  } catch (error) {
    throw error instanceof FlavorError ? error : launcherErrors.plugin(what, offer.id, error)
  }
}
