/** What packing asks of plugins. The host answers from its survey; packing never sees a plugin, only what it offers. */
import type {Descriptor} from '@flavor/contract'

export interface Capabilities {
  /** Each throws FlavorError when nobody, or more than one plugin, offers the id. */
  compressor(id: string): Promise<Descriptor<'compressors'>>
  purpose(id: string): Promise<Descriptor<'purposes'>>
  /** `auto` is the first of rust, go and node that is installed and has an image for the target, or for this system. */
  launcher(id: string, target: string | undefined): Promise<Descriptor<'launchers'> & {readonly plugin: {readonly version: string}}>
}
