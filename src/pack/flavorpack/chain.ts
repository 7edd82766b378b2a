/**
 * The chain of a slot for which the manifest names none, out of what FlavorPack's launchers can undo. A purpose may say
 * which; else gzip stands in for every compressor. A file too small for the Go launcher is compressed, which makes it larger.
 */
import type {Descriptor} from '@flavor/contract'

const fewest = 16

export function portableChain({defaults}: Descriptor<'purposes'>, kind: 'directory' | 'file', size: number): readonly string[] {
  return largeEnough(defaults.flavorpack?.[kind] ?? withGzip(defaults.operations[kind]), size)
}

export function largeEnough(names: readonly string[], size: number): readonly string[] {
  return names.length === 0 && size < fewest ? ['gzip'] : names
}

function withGzip(names: readonly string[]): readonly string[] {
  const [tar, compressors] = [names.filter((name) => name === 'tar'), names.filter((name) => name !== 'tar')]
  return compressors.length === 0 ? tar : [...tar, 'gzip']
}
