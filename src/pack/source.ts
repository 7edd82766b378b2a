/**
 * A slot's source as a file or directory on this machine, whatever the manifest names: what globs find stands together in a
 * directory of its own, what a URL gives lies in the build cache, what an archive holds is taken out. Purposes see the result and
 * need not know where it comes from. Most slots need none of this, so none of it is loaded for them.
 */
import type {PlannedSlot} from '../project/plan.ts'
import type {SlotContext} from './slot-content.ts'
import type {UrlSource} from './source-download.ts'

export interface ProvidedSource {
  /** Undefined for a purpose that makes its own content. */
  readonly path: string | undefined
  /** What was left out on the way here. */
  readonly excluded: readonly string[]
  /** Of a file below `path`: the one that somebody can mend. */
  original(path: string): string
}

/** Throws FlavorError. */
export async function provideSource({exclude, source, unpack}: PlannedSlot, context: SlotContext): Promise<ProvidedSource> {
  if (source === undefined) return asItIs(undefined)
  if (source.kind === 'globs') return (await import('./source-globs.ts')).gatheredSource(source, exclude, await context.scratch())
  const path = source.kind === 'url' ? await download(source, context) : source.path
  if (!unpack) return asItIs(path)
  const {unpackedSource} = await import('./source-archive.ts')
  return asItIs(await unpackedSource(path, source.relative, await context.scratch(), context.capabilities))
}

async function download(source: UrlSource, {builds}: SlotContext): Promise<string> {
  const {downloadedSource} = await import('./source-download.ts')
  return downloadedSource(source, builds.of('downloads'))
}

function asItIs(path: string | undefined): ProvidedSource {
  return {excluded: [], original: (inner) => inner, path}
}
