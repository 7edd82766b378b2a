import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    extension: '.xz',
    features: ['checksum'],
    id: 'xz',
    levels: {default: 6, max: 9, min: 0},
    load: () => import('./xz.ts'),
    operation: 0x16,
    summary: 'A little smaller than zstd at its highest; slow in both directions',
  },
]

export default offer
