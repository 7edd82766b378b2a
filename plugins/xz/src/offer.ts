import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    extension: '.xz',
    features: ['checksum'],
    id: 'xz',
    levels: {costly: 0, default: 6, fast: 1, max: 9, min: 0, small: 6},
    load: () => import('./xz.ts'),
    operation: 0x16,
    summary: 'A little smaller than zstd at its highest; slow in both directions',
  },
]

export default offer
