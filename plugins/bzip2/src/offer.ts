import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    aliases: ['bz2'],
    extension: '.bz2',
    features: ['checksum'],
    id: 'bzip2',
    levels: {costly: 1, default: 9, fast: 1, max: 9, min: 1, small: 9},
    load: () => import('./bzip2.ts'),
    operation: 0x13,
    summary: 'For tools that know nothing newer; zstd is smaller and many times as fast',
  },
]

export default offer
