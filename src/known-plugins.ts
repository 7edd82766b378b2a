/**
 * Where the project's own capabilities live, for those that are not installed: what to type after `flavor plugins
 * install`. Only for hints; nothing is chosen by this table.
 */
import type {Kind} from '@flavor/contract'

const known: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  'addon-managers': {
    base: 'addons-base',
    bash: 'addons-shell',
    docker: 'addons-docker',
    gradle: 'addons-gradle',
    node: 'addons-node',
    php: 'addons-php',
    python: 'addons-python',
    shell: 'addons-shell',
  },
  compressors: {
    br: 'brotli',
    brotli: 'brotli',
    bz2: 'bzip2',
    bzip2: 'bzip2',
    gz: 'gzip',
    gzip: 'gzip',
    xz: 'xz',
    zst: 'zstd',
    zstd: 'zstd',
  },
  launchers: {auto: 'launcher-node', go: 'launcher-go', node: 'launcher-node', rust: 'launcher-rust'},
  purposes: {
    'application-code': 'purposes',
    configuration: 'purposes',
    'data-files': 'purposes',
    'native-binary': 'purposes',
    'node-environment': 'node',
    'node-runtime': 'node',
    'package-metadata': 'purposes',
    'python-environment': 'python',
    'static-resources': 'purposes',
    'static-server': 'node',
  },
}

export function knownPlugin(kind: Kind, id: string): string | undefined {
  return Object.hasOwn(known[kind], id) ? known[kind][id] : undefined
}
