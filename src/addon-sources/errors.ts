/** What can go wrong where addons come from: the part of the catalogue (`src/errors.ts`) that concerns files, registries and ecosystems of addons. */
import {FlavorError} from '../errors.ts'
import {shownUrl} from '../http/request.ts'
import {systemError} from '../unpack/system-error.ts'

export const sourceErrors = {
  file: (path: string, error: unknown): FlavorError =>
    new FlavorError(systemError(error, `read ${path}`).message, {
      cause: error,
      code: 'EFLAVOR_ADDON_SOURCE',
      hints: ['name an addon.flavour, or a directory that holds one'],
    }),
  /** `looked`: where, one line each. */
  notFound: (word: string, looked: readonly string[]): FlavorError =>
    new FlavorError([`find ${word}: there is no such addon; looked in`, ...looked.map((place) => `  ${place}`)].join('\n'), {
      code: 'EFLAVOR_ADDON_NOT_FOUND',
      hints: ['look at the name and the version, or name another registry: --registry URL'],
    }),
  notInDirectory: (path: string, version: string | undefined, versions: readonly string[]): FlavorError =>
    new FlavorError(`find an addon in ${path}: there is no ${version === undefined ? 'addon.flavour' : `${version}.flavour`}`, {
      code: 'EFLAVOR_ADDON_NOT_FOUND',
      hints:
        versions.length > 0
          ? [`there are: ${versions.map((one) => `file:${path}:${one}`).join(', ')}`]
          : ['name an addon.flavour, or a directory that holds one'],
    }),
  /** `ecosystems`: those that are known. */
  nowhere: (word: string, ecosystems: readonly string[]): FlavorError =>
    new FlavorError(`find ${word}: nothing says where addons of that name come from`, {
      code: 'EFLAVOR_ADDON_NOT_FOUND',
      hints: [
        'name a registry: --registry URL',
        ...(ecosystems.length > 0 ? [`of an ecosystem: ${ecosystems.map((one) => `${one}/NAME:VERSION`).join(', ')}`] : []),
        'of a file or a URL: --package FILE',
      ],
    }),
  /** It cannot be asked, or fails. */
  registry: (url: URL, reason: string): FlavorError =>
    new FlavorError(`ask the registry ${shownUrl(url)}: ${reason}`, {
      code: 'EFLAVOR_REGISTRY',
      hints: ['try again later, or name another registry: --registry URL'],
    }),
  /** It answers, and not as registries do. */
  registryShape: (url: URL, reason: string): FlavorError =>
    new FlavorError(`ask the registry ${shownUrl(url)}: ${reason}`, {
      code: 'EFLAVOR_REGISTRY',
      hints: ['look whether it is a registry of addons: its URL is what comes before addonversions/'],
    }),
  source: (source: string): FlavorError =>
    new FlavorError(`look for addons in ${JSON.stringify(source)}: it is no place where addons can be looked for`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['a source is one of: ecosystems, https://HOST, file:DIRECTORY, oci://HOST/PATH'],
    }),
  tooLarge: (what: string, most: number): FlavorError =>
    new FlavorError(`read ${what}: it is larger than ${most} bytes, which no addon.flavour is`, {code: 'EFLAVOR_ADDON_SOURCE'}),
  url: (
    url: string,
    reason: string,
    hints: readonly string[] = ['download it by other means, and name the file: --package FILE'],
  ): FlavorError => new FlavorError(`fetch ${url}: ${reason}`, {code: 'EFLAVOR_DOWNLOAD', hints}),
  word: (word: string, reason: string, hints: readonly string[]): FlavorError =>
    new FlavorError(`find ${JSON.stringify(word)}: ${reason}`, {code: 'EFLAVOR_USAGE', exit: 2, hints}),
} as const
