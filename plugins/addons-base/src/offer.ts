import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    features: ['restores'],
    id: 'base',
    identifier: 'flavour/fam-flavour:0.1',
    load: () => import('./base.ts'),
    stack: 'flavour',
    summary: 'Notes in app.flavour which addons there are, and installs nothing',
  },
]

export default offer
