import type {Offer} from '@flavor/contract'

const defaults = {lifecycle: 'persistent', mode: 0o644, operations: {directory: ['tar', 'zstd'], file: ['zstd']}} as const

const offer: Offer<'purposes'> = async () => [
  {
    class: 1,
    defaults: {...defaults, target: 'app'},
    id: 'node-environment',
    load: () => import('./node-environment.ts'),
    shareable: true,
    summary: 'A Node application with the dependencies that its lock file names',
  },
  {
    class: 1,
    defaults: {...defaults, target: 'node'},
    id: 'node-runtime',
    load: () => import('./node-runtime.ts'),
    shareable: true,
    summary: 'Node itself for the target, first on PATH',
  },
  {
    class: 1,
    defaults: {...defaults, target: 'server/serve.mjs'},
    id: 'static-server',
    load: () => import('./static-server.ts'),
    shareable: true,
    summary: 'A small server for the pages of another slot, on this machine alone',
  },
]

export default offer
