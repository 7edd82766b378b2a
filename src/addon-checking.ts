/** Is a file an `addon.flavour`, and one for the stack? First it is read as strictly as the protocol wants, then its addon manager is asked. */
import {readFile} from 'node:fs/promises'
import {resolve} from 'node:path'
import type {OfferedManager} from './addon-managers.ts'
import {type AddonFlavour, readAddon} from './addons/addon-flavour.ts'
import {entryKey} from './addons/entry-key.ts'
import {addonErrors} from './addons/errors.ts'
import {managerContext} from './manager-context.ts'
import type {ManifestProblem} from './project/plan.ts'
import {systemError} from './unpack/system-error.ts'

export interface CheckedAddon {
  /** As it was named. */
  readonly file: string
  /** `<name>:<version>`; null when it cannot be read. */
  readonly addon: string | null
  readonly valid: boolean
  readonly problems: readonly ManifestProblem[]
}

/** One that fails stops no other. */
export async function checkAddons(files: readonly string[], manager: OfferedManager): Promise<readonly CheckedAddon[]> {
  for (const file of files) if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file)) throw addonErrors.noUrl(file)
  return await Promise.all(files.map((file) => checkAddon(file, manager)))
}

async function checkAddon(name: string, manager: OfferedManager): Promise<CheckedAddon> {
  const file = resolve(name)
  const {addon, problems} = await readFile(file).then(
    (bytes) => readAddon(file, bytes),
    (error) => ({addon: undefined, problems: [problem(file, systemError(error, 'cannot be read').message)]}),
  )
  if (addon === undefined) return {addon: null, file: name, problems, valid: false}
  const found = await managersProblems(addon, file, manager)
  return {addon: entryKey(addon.declaration), file: name, problems: found, valid: found.length === 0}
}

async function managersProblems({declaration}: AddonFlavour, file: string, manager: OfferedManager): Promise<readonly ManifestProblem[]> {
  try {
    const {default: code} = await manager.load()
    return (await code.check(declaration, managerContext({signal: new AbortController().signal}))).map(({hint, message}) =>
      problem(file, message, hint),
    )
  } catch (error) {
    throw addonErrors.plugin(manager.identifier, error)
  }
}

function problem(file: string, message: string, hint?: string): ManifestProblem {
  return {at: {column: undefined, file, line: undefined}, hint, message, path: ''}
}
