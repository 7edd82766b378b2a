/** The name of an image, as people type it: with a tag or a digest, or for the newest. */
import {failures} from './failures.ts'

export interface ImageReference {
  /** With its tag or digest. */
  readonly text: string
  /** Without them. */
  readonly name: string
  /** Tag or digest, as the engine wants it when it pulls. */
  readonly tag: string
  /** Of the registry, where it names one. */
  readonly host: string | undefined
}

const host = /(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)*(?=:\d)|\[[\da-f:]+\])(?::\d+)?/
const word = /[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*/
const pattern = new RegExp(
  `^(?<name>(?:(?<host>${host.source})/)?${word.source}(?:/${word.source})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>sha256:[\\da-f]{64}))?$`,
)

export function imageReference(text: string): ImageReference {
  const groups = pattern.exec(text)?.groups
  if (groups?.name === undefined) throw failures.badReference(text)
  const {digest, host: named, name, tag} = groups
  return {host: named, name, tag: digest ?? tag ?? 'latest', text: (digest ?? tag) ? text : `${text}:latest`}
}
