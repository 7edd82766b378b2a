/**
 * Symbolic links as copies of what they lead to: FlavorPack's Go launcher makes them that anyway, its Rust launcher gives
 * the mode of the link to the file behind it, and neither has a directory where a link to one was (pspf-2025, 5.6).
 */
import {destination} from '../../unpack/links.ts'
import type {TreeEntry} from '../tree.ts'

export interface Followed {
  readonly entries: readonly TreeEntry[]
  /** How many links became files. Those that lead to no file of their own slot stay links. */
  readonly count: number
}

export function followLinks(entries: readonly TreeEntry[]): Followed {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const followed = entries.map((entry) => (entry.kind === 'symlink' ? fileBehind(entry, byPath) : entry))
  return {count: followed.filter((entry, index) => entry !== entries[index]).length, entries: followed}
}

function fileBehind(link: TreeEntry, entries: ReadonlyMap<string, TreeEntry>): TreeEntry {
  const file = entries.get(destination(link.path, link.link, (path) => entries.get(path)?.link || undefined) ?? '')
  return file?.kind === 'file' ? {...file, path: link.path} : link
}
