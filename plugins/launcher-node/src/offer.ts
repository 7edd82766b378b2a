import type {Offer} from '@flavor/contract'

const offer: Offer<'launchers'> = async () => [
  {
    features: ['start'],
    formats: [0x20250001],
    id: 'node',
    load: () => import('./launcher.ts'),
    operations: [0x01, 0x10, 0x13, 0x16, 0x1b, 0x21],
    summary: 'One script for every Unix system that has node 20 or newer on its PATH',
    targets: ['any-any'],
  },
]

export default offer
