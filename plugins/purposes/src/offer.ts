import type {Descriptor, Offer} from '@flavor/contract'

const tree = {directory: ['tar', 'zstd'], file: ['zstd']}
/** As the mission has it for programs, and for those who share packages with FlavorPack: code as tar, binary data as it is. */
const raw = {directory: ['tar'], file: []}
const lifecycle = 'persistent'
const givenContent = () => import('./given-content.ts')

const purposes: readonly Descriptor<'purposes'>[] = [
  {
    class: 0,
    defaults: {lifecycle, mode: 0o644, operations: {directory: [], file: []}, target: 'metadata.json'},
    id: 'package-metadata',
    load: () => import('./package-metadata.ts'),
    shareable: false,
    summary: 'What the package is, for the application to read; slot 0 of every package',
  },
  {
    class: 1,
    defaults: {flavorpack: raw, lifecycle, mode: 0o644, operations: tree, target: '{id}'},
    id: 'application-code',
    load: givenContent,
    shareable: false,
    summary: 'The application itself',
  },
  {
    class: 2,
    defaults: {lifecycle, mode: 0o644, operations: tree, target: '{id}'},
    id: 'configuration',
    load: givenContent,
    shareable: false,
    summary: 'Settings that the application reads',
  },
  {
    class: 3,
    defaults: {lifecycle, mode: 0o644, operations: tree, target: '{id}'},
    id: 'static-resources',
    load: givenContent,
    shareable: true,
    summary: 'Pages, pictures, translations: files that nobody writes to',
  },
  {
    class: 1,
    defaults: {lifecycle, mode: 0o755, operations: raw, target: 'bin/{id}{suffix}'},
    id: 'native-binary',
    load: () => import('./native-binary.ts'),
    shareable: true,
    summary: 'A program of the target platform, or a directory of them',
  },
  {
    class: 0,
    defaults: {flavorpack: raw, lifecycle, mode: 0o644, operations: tree, target: '{id}'},
    id: 'data-files',
    load: givenContent,
    shareable: false,
    summary: 'Data that comes with the application',
  },
]

const offer: Offer<'purposes'> = async () => purposes

export default offer
