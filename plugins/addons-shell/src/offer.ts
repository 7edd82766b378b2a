import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    extends: 'base',
    id: 'shell',
    identifier: 'flavour/fam-bash:0.1',
    load: () => import('./shell.ts'),
    stack: 'bash',
    summary: 'Runs the commands that addons bring, in bash, once the user has allowed it',
  },
]

export default offer
