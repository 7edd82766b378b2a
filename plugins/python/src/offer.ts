import type {Offer} from '@flavor/contract'

const offer: Offer<'purposes'> = async () => [
  {
    aliases: ['venv'],
    class: 1,
    defaults: {lifecycle: 'persistent', mode: 0o644, operations: {directory: ['tar', 'zstd'], file: ['zstd']}, target: 'venv'},
    id: 'python-environment',
    load: () => import('./python-environment.ts'),
    shareable: true,
    summary: 'A Python environment with its programs on PATH',
  },
]

export default offer
