/** What is to be done, addon by addon: which document a manager is given, and which manager. What is removed is known from the project alone. */
import {join} from 'node:path'
import type {SourceContext} from '../addon-sources/source.ts'
import {readAddon} from '../addons/addon-flavour.ts'
import {type AddonEntry, type AppFlavour, readApp} from '../addons/app-flavour.ts'
import {splitKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'
import {bytesOf, documentsDirectory, storedDocument} from '../addons/project.ts'
import {addonStatus} from '../addons/status.ts'
import {nearest} from '../project/nearest.ts'
import {note} from '../terminal.ts'
import {printable} from '../text.ts'
import type {ChangeRequest} from './change.ts'
import {servingWord} from './checking.ts'
import {placeText, withKeptSources} from './provenance.ts'
import {type FailedAddon, isFailed, requestedAddons, type WantedAddon} from './request.ts'
import type {Session} from './session.ts'

export interface AddonTask extends Pick<WantedAddon, 'addon' | 'asked' | 'found' | 'stacks'> {
  /** Where it comes from; undefined for what was found in the project itself. */
  readonly wanted: WantedAddon | undefined
  /** What `app.flavour` says of an addon of this name; undefined when nothing. */
  readonly entry: AddonEntry | undefined
}

export async function tasksOf(request: ChangeRequest, root: string, session: Session): Promise<readonly (AddonTask | FailedAddon)[]> {
  const app = await appIn(root)
  if (request.change === 'remove' && request.packages.length === 0)
    return await Promise.all(request.words.map((word) => installed(word, root, app)))
  const sources = request.change === 'add' ? await withKeptSources(session.sources, {app, root}) : session.sources
  if (request.packages.length === 0) for (const word of request.words) tellPlace(word, sources)
  const requested = await requestedAddons(request, sources)
  return requested.map((one) =>
    isFailed(one) ? one : {...one, entry: app.addons.find(({name}) => name === one.addon.declaration.name), wanted: one},
  )
}

/** The sources that are configured may be others by now. */
function tellPlace(word: string, sources: SourceContext): void {
  const place = placeText(word, sources)
  if (place !== undefined) note(printable(`${word} is looked for where it came from: ${place}`))
}

/** Of no addons where there is none. */
async function appIn(root: string): Promise<AppFlavour> {
  const file = join(root, 'app.flavour')
  const bytes = await bytesOf(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const {app, problems = []} = bytes === undefined ? {app: {addons: [], config: [], name: '', version: ''}} : readApp(file, bytes)
  if (app === undefined) throw addonErrors.invalid(file, problems, process.cwd())
  return app
}

/** `NAME[:VERSION]`, as `app.flavour` lists it; its document is the one that was kept. */
async function installed(word: string, root: string, app: AppFlavour): Promise<AddonTask | FailedAddon> {
  const entry = app.addons.find(({key, name}) => key === word || name === word)
  if (entry === undefined) return {asked: word, error: addonErrors.notInstalled(word, meant(word, app))}
  try {
    const {file, state} = await addonStatus({app, root}, entry)
    if (state !== 'unchanged')
      throw addonErrors.unknownDocument(entry.key, file, state === 'missing' ? 'is missing' : 'is not what was installed')
    const path = join(root, documentsDirectory, entry.hash)
    const {addon, problems} = readAddon(path, (await storedDocument({app, root}, entry.hash)) ?? new Uint8Array())
    if (addon === undefined) throw addonErrors.invalid(path, problems, process.cwd())
    return {addon, asked: word, entry, found: undefined, stacks: [], wanted: undefined}
  } catch (error) {
    return {asked: word, error}
  }
}

/** Another version of it, or a name that is written almost so. */
function meant(word: string, {addons}: AppFlavour): string | undefined {
  const named = addons.find(({name}) => name === splitKey(word)?.name)
  return (
    named?.key ??
    nearest(
      word,
      addons.flatMap(({key, name}) => (word.includes(':') ? [key, name] : [name])),
    )
  )
}

/** Who was asked for, else who its source says it is for, else who manages it already. */
export async function managerWord(task: AddonTask, asked: string | undefined, session: Session): Promise<string> {
  const word = asked ?? (await servingWord(task, session)) ?? task.entry?.manager
  if (word !== undefined) return word
  throw addonErrors.noStack(task.addon.declaration.name, await session.stacks())
}
