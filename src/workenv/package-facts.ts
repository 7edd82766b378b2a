/** What a generation would hold if it were made from a package now: unpacked into digests, nothing is written. */
import {existsSync} from 'node:fs'
import type {Package, Slot} from '../format/examination.ts'
import {targetPath} from '../format/metadata.ts'
import {createDigestTree} from '../unpack/digest-tree.ts'
import {type Decoders, unpackSlot} from '../unpack/unpack.ts'
import type {PackageFacts} from './comparison.ts'
import {isConfiguration} from './configuration.ts'

/** Slots of a session, of setup, and caches that an application may have filled further, are left out. */
const lasting = ['eager', 'lazy', 'persistent']

export async function packageFacts(opened: Package, generation: string, decoders: Decoders): Promise<PackageFacts> {
  const [first, late] = [createDigestTree(generation), createDigestTree(generation)]
  for (const slot of opened.slots.filter(({lifecycle}) => lasting.includes(lifecycle))) {
    const isNoted = existsSync(`${generation}/.flavor/late-${slot.index}`)
    // Of configuration the list names what the user's data could not have.
    if (isNoted || isAlwaysThere(opened, slot)) await unpackSlot(opened, slot, isNoted && !isConfiguration(slot) ? late : first, decoders)
  }
  return {expected: first.expected, hasSetup: opened.metadata.setup.length > 0, late: late.expected}
}

/** Without a note. */
function isAlwaysThere({metadata}: Package, {lifecycle, target}: Slot): boolean {
  return lifecycle !== 'lazy' && (metadata.commands === undefined || targetPath(target) === '')
}
