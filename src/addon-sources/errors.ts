/** What can go wrong where addons come from: the part of the catalogue (`src/errors.ts`) that concerns files, registries and ecosystems of addons. */
import {sourcesFile} from '../addons/kept-sources.ts'
import {FlavorError} from '../errors.ts'
import {shownUrl} from '../http/request.ts'
import {systemError} from '../unpack/system-error.ts'

/** What stands before a host in an address is often a password. */
function withoutPassword(word: string): string {
  return word.replace(/:\/\/[^/?#]*@/, '://…@')
}

export const sourceErrors = {
  artifact: (reference: string, reason: string): FlavorError =>
    new FlavorError(`read ${reference}: ${reason}`, {
      code: 'EFLAVOR_ADDON_SOURCE',
      hints: ['flavor publish addon.flavour oci://HOST/REPOSITORY puts an addon there'],
    }),
  digest: (reference: string): FlavorError =>
    new FlavorError(`fetch ${reference}: what came is not what its digest says`, {
      code: 'EFLAVOR_DIGEST',
      hints: ['try again; if it stays so, tell whoever runs the registry'],
    }),
  docker: (file: string, error?: unknown): FlavorError =>
    new FlavorError(error === undefined ? `read ${file}: it is no JSON object` : systemError(error, `read ${file}`).message, {
      code: 'EFLAVOR_REGISTRY_ACCESS',
      hints: ['mend it, or have Docker write it anew: docker login HOST'],
    }),
  file: (path: string, error: unknown): FlavorError =>
    new FlavorError(systemError(error, `read ${path}`).message, {
      cause: error,
      code: 'EFLAVOR_ADDON_SOURCE',
      hints: ['name an addon.flavour, or with file: a directory that holds one'],
    }),
  /** `name`: of an addon that is there. */
  fromFile: (name: string): FlavorError =>
    new FlavorError(`find ${name}: it came from a file outside of the project, so nobody is asked for it`, {
      code: 'EFLAVOR_ADDON_NOT_FOUND',
      hints: ['flavor add --package FILE', `to have it from elsewhere: flavor remove ${name}, then add it again`],
    }),
  /** Of what was looked for where an addon came from. */
  kept: ({cause, code, exit, hints, message}: FlavorError): FlavorError =>
    new FlavorError(message, {cause, code, exit, hints: [...hints, `${sourcesFile} says where addons came from`]}),
  listen: (address: string, error: unknown): FlavorError => {
    const {code, message} = error as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      EACCES: 'permission denied',
      EADDRINUSE: 'somebody listens there already',
      EADDRNOTAVAIL: 'it is no address of this machine',
      ENOTFOUND: 'it is no address of this machine',
    }
    return new FlavorError(`listen on ${address}: ${reasons[code ?? ''] ?? message}`, {
      cause: error,
      code: 'EFLAVOR_LISTEN',
      hints: ['flavor registry serve --port 0 takes a port that is free'],
    })
  },
  noArtifact: (reference: string): FlavorError =>
    new FlavorError(`find ${reference}: there is no such artifact`, {
      code: 'EFLAVOR_ADDON_NOT_FOUND',
      hints: ['look at the repository and the tag; without a tag it is the newest version'],
    }),
  noTag: (reference: string, version: string): FlavorError =>
    new FlavorError(`publish to ${reference}: ${JSON.stringify(version)}, its version, cannot be a tag`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: [`name one: flavor publish addon.flavour ${reference}:TAG`],
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
        'name a registry: --registry URL, or in .flavourrc: registry: URL',
        ...(ecosystems.length > 0
          ? [`of an ecosystem: ${ecosystems.map((one) => `${one}/${word.includes('/') ? 'NAME' : word}`).join(', ')}`]
          : []),
        'of a file or a URL: --package FILE',
      ],
    }),
  oci: (host: string, reason: string): FlavorError =>
    new FlavorError(`ask the registry ${host}: ${reason}`, {
      code: 'EFLAVOR_REGISTRY',
      hints: ['look at the name of the registry, or try again later; for one without TLS: oci+http://HOST/REPOSITORY'],
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
  served: (directory: string, found: unknown): FlavorError => {
    const reason = found instanceof Error ? systemError(found, `serve ${directory}`).message : `serve ${directory}: it is no directory`
    return new FlavorError(reason.replace('no such file', 'there is no such directory'), {
      code: 'EFLAVOR_ADDON_SOURCE',
      hints: ['flavor registry serve --dir DIRECTORY'],
    })
  },
  signIn: (host: string, repository: string): FlavorError =>
    new FlavorError(`ask the registry ${host}: it does not let you at ${repository}, or there is no such repository`, {
      code: 'EFLAVOR_REGISTRY_ACCESS',
      hints: [`docker login ${host}`],
    }),
  source: (source: string): FlavorError =>
    new FlavorError(`look for addons in ${JSON.stringify(withoutPassword(source))}: it is no place where addons can be looked for`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['a source is one of: ecosystems, https://HOST, file:DIRECTORY, oci://HOST/PATH'],
    }),
  tagTaken: (reference: string, digest: string): FlavorError =>
    new FlavorError(`publish to ${reference}: something else is there, ${digest}`, {
      code: 'EFLAVOR_EXISTS',
      hints: ['give it a version of its own, or replace what is there: --force'],
    }),
  tooLarge: (what: string, most: number): FlavorError =>
    new FlavorError(`read ${what}: it is larger than ${most} bytes, which no addon.flavour is`, {code: 'EFLAVOR_ADDON_SOURCE'}),
  url: (
    url: string,
    reason: string,
    hints: readonly string[] = ['download it by other means, and name the file: --package FILE'],
  ): FlavorError => new FlavorError(`fetch ${url}: ${reason}`, {code: 'EFLAVOR_DOWNLOAD', hints}),
  word: (word: string, reason: string, hints: readonly string[]): FlavorError =>
    new FlavorError(`find ${JSON.stringify(withoutPassword(word))}: ${reason}`, {code: 'EFLAVOR_USAGE', exit: 2, hints}),
} as const
