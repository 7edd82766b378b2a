import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    aliases: ['zst'],
    extension: '.zst',
    features: ['checksum', 'parallel'],
    id: 'zstd',
    levels: {default: 3, max: 22, min: 1},
    load: () => import('./zstd.ts'),
    operation: 0x1b,
    summary: 'Fast and small, on every core; the default of most slots',
  },
]

export default offer
