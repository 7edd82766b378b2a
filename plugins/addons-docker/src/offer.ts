import type {Offer} from '@flavor/contract'

const offer: Offer<'addon-managers'> = async () => [
  {
    features: ['images'],
    id: 'docker',
    identifier: 'flavour/fam-docker:0.1',
    load: () => import('./docker.ts'),
    stack: 'docker',
    summary: 'Runs addon managers that are Docker images, with Docker or Podman',
  },
]

export default offer
