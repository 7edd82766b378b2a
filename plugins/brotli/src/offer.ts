import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    aliases: ['br'],
    extension: '.br',
    id: 'brotli',
    levels: {costly: 0, default: 9, fast: 4, max: 11, min: 0, small: 11},
    load: () => import('./brotli.ts'),
    operation: 0x21,
    summary: 'Small for text; slow to write, and notices no damage by itself',
  },
]

export default offer
