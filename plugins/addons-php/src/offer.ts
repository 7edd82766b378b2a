import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    ecosystem: 'composer',
    extends: 'base',
    features: ['restores'],
    id: 'php',
    identifier: 'flavour/fam-php:0.1',
    load: () => import('./php.ts'),
    stack: 'php',
    summary: 'Puts the packages of addons into composer.json and its lock file, and finds addons with Composer',
  },
]

export default offer
