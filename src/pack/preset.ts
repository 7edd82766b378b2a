/**
 * What `--fast`, `--balanced` and `--small` mean to a compressor: the level of every slot that does not state one. No preset asks for more
 * memory than packing may use, so the highest level is not always among them.
 */
import type {Descriptor} from '@flavor/contract'

export const presets = ['fast', 'balanced', 'small'] as const
export type Preset = (typeof presets)[number]

const known: Readonly<Record<string, Readonly<Record<Preset, number>>>> = {
  brotli: {balanced: 9, fast: 4, small: 11},
  bzip2: {balanced: 9, fast: 1, small: 9},
  gzip: {balanced: 6, fast: 1, small: 9},
  xz: {balanced: 6, fast: 1, small: 6},
  zstd: {balanced: 3, fast: 1, small: 19},
}

/** Of a compressor that nobody here knows, `fast` is the lowest level and everything else its own default. */
export function levelOf(preset: Preset | undefined, {id, levels}: Descriptor<'compressors'>): number {
  if (preset === undefined) return levels.default
  const level = known[id]?.[preset] ?? (preset === 'fast' ? levels.min : levels.default)
  return Math.min(levels.max, Math.max(levels.min, level))
}
