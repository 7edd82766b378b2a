import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    aliases: ['gz'],
    extension: '.gz',
    features: ['checksum'],
    id: 'gzip',
    levels: {default: 6, fast: 1, max: 9, min: 1, small: 9},
    load: () => import('./gzip.ts'),
    operation: 0x10,
    summary: 'The format every system reads; slower and larger than zstd',
  },
]

export default offer
