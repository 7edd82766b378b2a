import type {Offer} from '@flavor/contract'

const offer: Offer<'compressors'> = async () => [
  {
    aliases: ['br'],
    extension: '.br',
    id: 'brotli',
    levels: {default: 9, max: 11, min: 0},
    load: () => import('./brotli.ts'),
    operation: 0x21,
    summary: 'Small for text; slow to write, and notices no damage by itself',
  },
]

export default offer
