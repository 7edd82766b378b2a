/** Undoing a package's operations with the compressors that plugins offer. */
import type {Interfaces} from '@oclif/core'
import {operationName, tarOperation} from './format/chain.ts'
import type {Slot} from './format/examination.ts'
import {choose, compressorOf} from './selection.ts'
import {survey} from './survey.ts'
import type {Decoder, Decoders} from './unpack/unpack.ts'

/** Asks no plugin when no slot needs one. Throws FlavorError for an operation that no plugin, or more than one, undoes. */
export async function decodersFor(config: Interfaces.Config, slots: readonly Slot[]): Promise<Decoders> {
  const codes = [...new Set(slots.flatMap(({chain}) => chain))].filter((code) => code !== tarOperation)
  if (codes.length === 0) return {}
  const compressors = await survey(config, 'compressors')
  const decoders: Record<number, Decoder> = {}
  for (const code of codes) {
    const offer = compressorOf(compressors, code) ?? choose(compressors, operationName(code))
    const {default: compressor} = await offer.load()
    decoders[code] = (options) => compressor.decompress(options)
  }
  return decoders
}
