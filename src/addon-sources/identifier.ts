/** `namespace/name:version`, as registries and ecosystems call addons; the version may be missing, which means the newest. */
import {sourceErrors} from './errors.ts'

export interface Identifier {
  /** `divio/django`, `npm/@acme/blog` */
  readonly name: string
  readonly version: string | undefined
}

/** Parts go into paths and URLs, so none of them may lead anywhere else. */
const part = String.raw`(?!\.{1,2}(?:[/:]|$))[\w.@+~-]+`
const form = new RegExp(`^(${part}(?:/${part})*)(?::([\\w.+~^-]+))?$`)

/** Throws EFLAVOR_USAGE. */
export function parseIdentifier(word: string): Identifier {
  const [, name, version] = form.exec(word) ?? []
  if (name === undefined)
    throw sourceErrors.word(word, 'it is neither a file, nor a URL, nor the name of an addon', [
      'namespace/name:version, npm/NAME:VERSION, ./addon.flavour, https://HOST/PATH, file:DIRECTORY, oci://HOST/REPOSITORY:TAG',
    ])
  return {name, version}
}

export function identifierText({name, version}: Identifier): string {
  return version === undefined ? name : `${name}:${version}`
}
