import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    ecosystem: 'pypi',
    extends: 'base',
    features: ['restores'],
    id: 'python',
    identifier: 'flavour/fam-python:0.1',
    load: () => import('./python.ts'),
    stack: 'python',
    summary: 'Puts the packages of addons into requirements.txt or pyproject.toml, and finds addons in PyPI',
  },
]

export default offer
