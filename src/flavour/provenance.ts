/** Where the addons of a project came from: read before one is looked for, and written down with the change that brings one. */
import {isAbsolute, relative, resolve, sep} from 'node:path'
import {parseIdentifier} from '../addon-sources/identifier.ts'
import {isPlace, keptFor} from '../addon-sources/locate.ts'
import type {SourceContext} from '../addon-sources/source.ts'
import type {AppFlavour} from '../addons/app-flavour.ts'
import {type KeptSource, outsideFile, readSources, sourcesFile, withSource} from '../addons/kept-sources.ts'
import {fileIn} from '../addons/project.ts'
import {fileContent} from '../changes/content.ts'
import type {Draft} from '../changes/draft.ts'
import type {WantedAddon} from './request.ts'

interface Listing {
  readonly root: string
  readonly app: Pick<AppFlavour, 'addons'>
}

/** Addons that are listed are looked for where they came from, as far as that is known. */
export async function withKeptSources(context: SourceContext, {app, root}: Listing): Promise<SourceContext> {
  const kept = readSources(await fileIn(root, sourcesFile), resolve(root, sourcesFile))
  const listed = app.addons.flatMap(({name}) =>
    Object.hasOwn(kept, name) ? [[name, absolute(kept[name] as KeptSource, root)] as const] : [],
  )
  return {...context, kept: new Map(listed)}
}

/** The name and where that is asked for, for the user; undefined for what is looked for as it was typed. */
export function placeText(word: string, context: SourceContext): string | undefined {
  const kept = isName(word) ? keptFor(parseIdentifier(word), context) : undefined
  if (kept === undefined || context.named !== undefined || kept.source === outsideFile) return undefined
  return kept.name === undefined ? kept.source : `${kept.name}, of ${kept.source}`
}

function isName(word: string): boolean {
  try {
    if (isPlace(word)) return false
    parseIdentifier(word)
    return true
  } catch {
    return false
  }
}

/** With what is known now of an addon that was added or removed. */
export async function withProvenance(
  project: Draft,
  addon: string,
  wanted: Pick<WantedAddon, 'keptSource' | 'kind'> | undefined,
): Promise<Draft> {
  const path = project.resolve(sourcesFile)
  const before = project.entry(path)
  const bytes = before === undefined ? undefined : await project.view.read(path)
  const after = withSource(bytes, addon, wanted && portable(wanted, project.root))
  if (after === bytes) return project
  const mode = before?.kind === 'file' ? before.mode : undefined
  return project.with([{after: after && fileContent(after, mode), before, path}])
}

function absolute({source, ...rest}: KeptSource, root: string): KeptSource {
  return {...rest, source: source.replace(/^(file:)(.+)$/, (_, scheme, path) => scheme + resolve(root, path))}
}

/** A file that is not the project's may be anything, such as a pipe; a directory elsewhere is one that somebody has named. */
function portable({keptSource, kind}: Pick<WantedAddon, 'keptSource' | 'kind'>, root: string): KeptSource {
  const [, path] = /^file:(.+)$/.exec(keptSource.source) ?? []
  if (path === undefined) return keptSource
  const inside = relative(root, path)
  if (!isAbsolute(inside) && inside.split(sep)[0] !== '..') return {...keptSource, source: `file:${inside.replaceAll(sep, '/') || '.'}`}
  return kind === 'file' ? {source: outsideFile} : keptSource
}
