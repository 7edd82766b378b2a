import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    ecosystem: 'java',
    extends: 'base',
    features: ['restores'],
    id: 'gradle',
    identifier: 'flavour/fam-gradle:0.1',
    load: () => import('./gradle.ts'),
    stack: 'gradle',
    summary: 'Puts the packages of addons into build.gradle or build.gradle.kts, and finds addons with Maven',
  },
]

export default offer
