/** From a file to an artifact: an `addon.flavour` that is not sound is never published. */
import {resolve} from 'node:path'
import {limitedRead} from '../addon-sources/document-file.ts'
import {type Published, type PublishOptions, publish} from '../addon-sources/oci/publishing.ts'
import type {SessionContext} from '../addon-sources/oci/session.ts'
import {usualLimits} from '../addon-sources/source.ts'
import {readAddon} from '../addons/addon-flavour.ts'
import {entryKey} from '../addons/entry-key.ts'
import {addonErrors} from '../addons/errors.ts'

export interface PublishedAddon extends Published {
  /** `<name>:<version>` */
  readonly addon: string
}

export async function publishFile(file: string, target: string, options: PublishOptions, context: SessionContext): Promise<PublishedAddon> {
  const path = resolve(file)
  const {addon, problems} = readAddon(path, await limitedRead(path, file, usualLimits.size))
  if (addon === undefined) throw addonErrors.invalid(path, problems, process.cwd())
  return {addon: entryKey(addon.declaration), ...(await publish(addon.declaration, target, options, context))}
}
