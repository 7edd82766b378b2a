import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    aliases: ['zst'],
    extension: '.zst',
    features: ['checksum', 'parallel'],
    id: 'zstd',
    levels: {costly: 10, default: 3, fast: 1, max: 22, min: 1, small: 19},
    load: () => import('./zstd.ts'),
    operation: 0x1b,
    summary: 'Fast and small, on every core; the default of most slots',
  },
]

export default offer
