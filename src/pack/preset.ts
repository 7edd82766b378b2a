/** What `--fast`, `--balanced` and `--small` mean: the level of every slot that does not state one, as its compressor has it. */
import type {Descriptor} from '@flavor/contract'

export const presets = ['fast', 'balanced', 'small'] as const
export type Preset = (typeof presets)[number]

export function levelOf(preset: Preset | undefined, {levels}: Descriptor<'compressors'>): number {
  if (preset === 'fast') return levels.fast ?? levels.min
  return preset === 'small' ? (levels.small ?? levels.default) : levels.default
}
