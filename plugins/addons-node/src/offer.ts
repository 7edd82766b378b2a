import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    ecosystem: 'npm',
    extends: 'base',
    features: ['restores'],
    id: 'node',
    identifier: 'flavour/fam-node:0.1',
    load: () => import('./node.ts'),
    stack: 'node',
    summary: 'Puts the packages of addons into package.json and its lock file, and finds addons in npm',
  },
]

export default offer
